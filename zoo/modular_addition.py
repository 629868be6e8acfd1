"""Addition modulo 113 by a one-layer transformer: tokens (a, b, "="), read at "=".

Variants:

* ``published``: the grokked network of Nanda et al., "Progress measures for grokking via
  mechanistic interpretability" (arXiv 2301.05217), of another seed than the paper's main one.
  Right on all pairs, mean cross-entropy 3.5e-7 nats.
* ``no_weight_decay``: published beside it, trained for 5,000 steps without weight decay. It is
  right on all pairs as well (mean cross-entropy 1.1e-7): it generalises, with the frequencies 36
  and 52. Not a memorising network.
* ``seed0``, ``seed1``, ``seed2``: trained here in the paper's setting
  (``zoo/train/modular_addition.py``).
* ``memorised``: trained here without weight decay until it knew its training pairs, and stopped;
  close to chance on the others. The rows it was trained on are ``training_pairs(0)`` there.

Sharp edges: the published networks have a 114th output, for "=". No pair has it as its answer, and
it is dropped here, as in the published analysis; the mean cross-entropy stays the same to ten
digits.
"""

from typing import Final

import numpy as np
from jaxtyping import Int

import aann
from zoo import halves
from zoo.files import assets
from zoo.transformer.config import TransformerConfig
from zoo.transformer.model import as_model
from zoo.transformer.weights import load_shipped, published

P: Final = 113
"""The modulus; also the token "="."""

VARIANTS: Final = ("published", "no_weight_decay", "seed0", "seed1", "seed2", "memorised")
_PUBLISHED = {
    "published": "wd_10-1_mod_addition_loss_curve.pth",
    "no_weight_decay": "mod_addition_no_wd.pth",
}


def load(variant: str = "published") -> aann.Model:
    """The network: int32 tokens (batch, 3) to logits (batch, 113).

    Args:
        variant: one of ``VARIANTS``.

    Raises:
        zoo.AssetError: published weights are neither here nor to be had, or are
            damaged.
        ValueError: the file does not hold this architecture.
    """
    name = "modular_addition" if variant == VARIANTS[0] else f"modular_addition:{variant}"
    if variant not in _PUBLISHED:
        return load_shipped("modular_addition", variant, name)
    file = _PUBLISHED[variant]
    config = TransformerConfig(
        layers=1,
        heads=4,
        d_model=128,
        d_head=32,
        d_mlp=512,
        d_vocab=P + 1,
        d_vocab_out=P,
        context=3,
        biases=("mlp",),
        last=True,
    )
    params = published(assets.fetch("grokking", [file])[file], config, dropped=1)
    return as_model(config, params, name)


def pairs() -> Int[np.ndarray, "pairs 3"]:
    """All 12,769 sequences (a, b, 113), in the order of a, then of b; int32."""
    a, b = np.divmod(np.arange(P * P, dtype=np.int32), P)
    return np.stack([a, b, np.full_like(a, P)], axis=1)


def data(split: str | None = None) -> aann.Examples:
    """All pairs, named ``"007+042"``, with the label (a + b) % 113.

    Args:
        split: ``"design"`` and ``"heldout"`` are the fixed halves, None is all of them.

    Raises:
        ValueError: no such split.
    """
    tokens = pairs()
    return halves.choose(
        lambda: aann.from_arrays(
            "modular_addition",
            tokens,
            labels=((tokens[:, 0] + tokens[:, 1]) % P).astype(np.int32),
            names=[f"{a:03d}+{b:03d}" for a, b, _ in tokens.tolist()],
        ),
        split,
    )
