"""The largest of four numbers below 64, by one attention head without an MLP.

The architecture is that of Gross et al., "Compact Proofs of Model Performance via Mechanistic
Interpretability" (arXiv 2406.11779). ``seed0``, ``seed1`` and ``seed2`` were trained here
(``zoo/train/max_of_k.py``); their mistakes among all 64^4 sequences are in the weights' metadata.
"""

from typing import Final

import numpy as np

import aann
from zoo import halves
from zoo.transformer.weights import load_shipped

K: Final = 4
VOCABULARY: Final = 64
VARIANTS: Final = ("seed0", "seed1", "seed2")


def load(variant: str = "seed0") -> aann.Model:
    """The network: int32 tokens (batch, 4) to logits (batch, 64) at the last position.

    Args:
        variant: one of ``VARIANTS``.

    Raises:
        ValueError: the weights did not ship or are damaged.
    """
    name = "max_of_k" if variant == VARIANTS[0] else f"max_of_k:{variant}"
    return load_shipped("max_of_k", variant, name)


def data(n: int = 4096, seed: int = 0, split: str | None = None) -> aann.Examples:
    """Different sequences, all equally likely, named ``"07-63-00-12"``; the label is the maximum.

    Args:
        n: number of sequences, 2 to 64^4.
        seed: of the draw.
        split: ``"design"`` and ``"heldout"`` are the fixed halves, None is all of them.

    Raises:
        ValueError: ``n``, ``seed`` or ``split`` is out of range.
    """
    halves.check_draw(n, seed, VOCABULARY**K)

    def make() -> aann.Examples:
        chosen = np.random.default_rng(seed).choice(VOCABULARY**K, n, replace=False)
        tokens = np.stack(np.unravel_index(chosen, (VOCABULARY,) * K), axis=1).astype(np.int32)
        return aann.from_arrays(
            "max_of_k",
            tokens,
            labels=tokens.max(axis=1),
            names=["-".join(f"{token:02d}" for token in row) for row in tokens.tolist()],
        )

    return halves.choose(make, split)
