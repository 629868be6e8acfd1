"""Two-layer attention-only transformers that continue a block which occurred before.

Variants:

* ``published``: ``induction_head_finite`` of github.com/neelnanda-io/Grokking, 85 tokens out of
  128, trained for 285,820 epochs on only four batches of 128 sequences. Its last training loss is
  0.20 nats, its last test loss 1.23, as the file records: it memorised in part.
* ``seed0``, ``seed1``, ``seed2``: trained here on fresh sequences (``zoo/train/induction.py``).

What the published network was trained on is not documented beyond the numbers in its
``data_config``: 16 tokens, 3 repeats, 85 positions. The weights and the losses tell the rest.
Token 0 stands at the start and nowhere else: without it the loss is 12.7 nats instead of 0.87. The
84 others are three stretches of 28 with the block somewhere in each: blocks at any three places
give 3.0 nats, and head 0.0 attends to the previous token (0.66 to 0.90 of its attention) at the
positions 1 to 28 alone. Head 1.2 is the induction head: from the second and third block it gives
0.70 and 0.69 of its attention to the token after the same one in the first block. Whether the
tokens around the blocks could repeat those inside is not known; here they do not, so that each
scored token can be predicted with certainty. Measured on 2,048 such sequences; accuracy is 0.815.

Sharp edges: position 84 of the published network was never trained (its position embedding is 0),
and nothing is scored there. Neither were the positions that cannot be predicted: the logits there
are confident and wrong (20 nats).
"""

from typing import Final

import jax
import numpy as np
from jaxtyping import Int

import aann
from aann.data.check import UNSCORED
from zoo import halves
from zoo.files import assets
from zoo.transformer.config import TransformerConfig
from zoo.transformer.model import as_model
from zoo.transformer.weights import load_shipped, published

VARIANTS: Final = ("published", "seed0", "seed1", "seed2")
_FILE = "induction_head_finite.pth"
_VOCABULARY, _CONTEXT, _REPEATS, _BLOCK = 128, 85, 3, 16
_STRETCH = (_CONTEXT - 1) // _REPEATS


def load(variant: str = "published") -> aann.Model:
    """The network: int32 tokens (batch, pos) to logits (batch, pos, vocabulary).

    Args:
        variant: one of ``VARIANTS``.

    Raises:
        zoo.AssetError: published weights are neither here nor to be had, or are
            damaged.
        ValueError: the file does not hold this architecture.
    """
    if variant != "published":
        return load_shipped("induction", variant, f"induction:{variant}")
    config = TransformerConfig(
        layers=2,
        heads=4,
        d_model=48,
        d_head=12,
        d_mlp=None,
        d_vocab=_VOCABULARY,
        d_vocab_out=_VOCABULARY,
        context=_CONTEXT,
    )
    params = published(assets.fetch("grokking", [_FILE])[_FILE], config, blocks="attn_blocks")
    return as_model(config, params, "induction")


def sequences(n: int, seed: int) -> tuple[Int[np.ndarray, "n pos"], Int[np.ndarray, "n pos"]]:
    """Sequences as the published network knows them.

    Token 0, then three stretches of 28 random tokens. Each holds the same block of 16 distinct
    tokens, at a place of its own; no other token of the sequence is one of the block's.

    Args:
        n: number of sequences.
        seed: of the draw.

    Returns:
        int32 tokens (n, 85), and as labels the next token in the second and third block, at all
        but the last place of the block; -1 elsewhere.
    """
    rng = np.random.default_rng(seed)
    rows = np.arange(n)[:, None]
    order = rng.permuted(np.tile(np.arange(1, _VOCABULARY, dtype=np.int32), (n, 1)), axis=1)
    block, others = order[:, :_BLOCK], order[:, _BLOCK:]
    tokens = others[rows, rng.integers(0, others.shape[1], (n, _CONTEXT))]
    tokens[:, 0] = 0
    labels = np.full_like(tokens, UNSCORED)
    for repeat in range(_REPEATS):
        first = 1 + repeat * _STRETCH + rng.integers(0, _STRETCH - _BLOCK + 1, (n, 1))
        places = first + np.arange(_BLOCK)[None, :]
        tokens[rows, places] = block
        if repeat:
            labels[rows, places[:, :-1]] = block[:, 1:]
    return tokens, labels


def data(
    n: int = 1024, seed: int = 0, split: str | None = None, variant: str = "published"
) -> aann.Examples:
    """Sequences of the kind that a variant was trained on; labels are next tokens.

    Only positions where the next token follows from an earlier occurrence are scored; the others
    have the label -1.

    Args:
        n: number of sequences, at least 2.
        seed: of the draw; the training runs draw with other ones.
        split: ``"design"`` and ``"heldout"`` are the fixed halves, None is all of them.
        variant: one of ``VARIANTS``; those trained here share one kind.

    Raises:
        ValueError: an argument is out of range.
    """
    halves.check_draw(n, seed)
    if variant not in VARIANTS:
        raise ValueError(f"variant is one of {', '.join(VARIANTS)}, got {variant!r}")

    def make() -> aann.Examples:
        if variant == "published":
            tokens, labels = sequences(n, seed)
        else:
            tokens, labels = _trained_here(n, seed)
        kind = "published" if variant == "published" else "trained"
        names = [f"{kind}-{seed}-{i:06d}" for i in range(n)]
        everywhere = np.ones(tokens.shape, bool)  # heads act where nothing is scored, too
        return aann.from_arrays("induction", tokens, labels=labels, names=names, mask=everywhere)

    return halves.choose(make, split)


def _trained_here(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of the generator that the shipped networks were trained with."""
    from zoo.train import induction as training  # noqa: PLC0415 - it imports optax

    # fold_in keeps these draws apart from those of a training run with the same seed
    key = jax.random.fold_in(jax.random.key(training.TEST_SEED), seed)
    tokens, labels = training.sequences(key, n)
    return np.asarray(tokens), np.asarray(labels)
