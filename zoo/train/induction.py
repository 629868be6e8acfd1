"""Continuing a repeated block of random tokens: a two-layer attention-only transformer.

``python -m zoo.train.induction --seed 0``. Each sequence is made of distinct random tokens, but for
one block that occurs twice, at random places. Inside the second occurrence the next token follows
from the first one and from nothing else: the distance between the two differs from sequence to
sequence, so that no fixed relative position solves it. This calls for the circuit of Elhage et
al., "A Mathematical Framework for Transformer Circuits" (2021): a head that attends to the
previous token, and an induction head that looks for what followed the current token before.

Only the positions that can be predicted are trained and scored: all of the second occurrence but
its last token. Since all other tokens are distinct, they can be predicted with certainty.
"""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from aann.data.check import UNSCORED
from aann.evaluation.metrics import nll
from zoo.scripts import script
from zoo.train import command, sampled
from zoo.train.loop import Task
from zoo.transformer.model import TransformerConfig, forward

TEST_SEED = 2**31 - 1
"""Of the test sequences, the same for all runs; runs have smaller seeds."""

SHORTEST = 4
"""Tokens of the shortest block; the longest is half of the context."""


def config(
    d_vocab: int = 64, context: int = 48, d_model: int = 64, heads: int = 4
) -> TransformerConfig:
    """The shape of these networks."""
    return TransformerConfig(
        layers=2,
        heads=heads,
        d_model=d_model,
        d_head=d_model // heads,
        d_mlp=None,
        d_vocab=d_vocab,
        d_vocab_out=d_vocab,
        context=context,
    )


def sequences(
    key: PRNGKeyArray, n: int, d_vocab: int = 64, context: int = 48
) -> tuple[Int[Array, "n pos"], Int[Array, "n pos"]]:
    """Sequences with one repeated block.

    The block's length is uniform from ``SHORTEST`` to half of the context, its first place
    uniform among those that leave room, and so is its second place among those after the first.

    Args:
        key: of the random numbers.
        n: number of sequences.
        d_vocab: tokens to choose from, at least ``context``.
        context: length of a sequence, at least ``2 * SHORTEST``.

    Returns:
        Tokens and labels, int32: the next token where it can be predicted, else -1.

    Raises:
        ValueError: the tokens do not suffice to be distinct, or the context is too short.
    """
    if d_vocab < context or context < 2 * SHORTEST:
        raise ValueError(
            f"the vocabulary ({d_vocab}) is at least the context ({context}), so that tokens can "
            f"be distinct, and the context at least {2 * SHORTEST}, so that a block fits twice"
        )
    return jax.vmap(lambda k: _sequence(k, d_vocab, context))(jax.random.split(key, n))


def _sequence(key: jax.Array, d_vocab: int, context: int) -> tuple[jax.Array, jax.Array]:
    """One sequence and its labels."""
    of_tokens, of_length, of_first, of_second = jax.random.split(key, 4)
    length = jax.random.randint(of_length, (), SHORTEST, context // 2 + 1)
    first = jax.random.randint(of_first, (), 0, context - 2 * length + 1)
    second = jax.random.randint(of_second, (), first + length, context - length + 1)
    place = jnp.arange(context)
    again = (place >= second) & (place < second + length)
    source = jnp.where(again, place - second + first, place)
    tokens = jax.random.permutation(of_tokens, d_vocab)[:context][source].astype(jnp.int32)
    scored = again & (place < second + length - 1)
    return tokens, jnp.where(scored, jnp.roll(tokens, -1), UNSCORED)


def loss_and_accuracy(
    params: Any,
    c: TransformerConfig,
    tokens: Int[Array, "batch pos"],
    labels: Int[Array, "batch pos"],
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Mean cross-entropy in nats and accuracy over all scored positions of the batch."""
    logits = forward(c, params, tokens).reshape(-1, c.d_vocab_out)
    flat = labels.reshape(-1)
    scored = (flat != UNSCORED).astype(jnp.float32)
    right = (jnp.argmax(logits, axis=1).astype(flat.dtype) == flat).astype(jnp.float32)
    losses = nll(logits, jnp.maximum(flat, 0))
    total = scored.sum()
    return jnp.sum(losses * scored) / total, jnp.sum(right * scored) / total


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a run can change."""

    batch: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 0.01


def task(
    seed: int,
    steps: int,
    settings: Settings | None = None,
    shape: TransformerConfig | None = None,
    every: int = 100,
) -> Task:
    """The run of a seed.

    Args:
        seed: of the parameters and the batches.
        steps: of the optimizer, over which the learning rate falls to zero.
        settings: by default this file's.
        shape: made by ``config``.
        every: steps between two looks.
    """
    s, c = settings or Settings(), shape or config()
    tests = sequences(jax.random.key(TEST_SEED), 1024, c.d_vocab, c.context)

    def draw(key: jax.Array) -> tuple[jax.Array, jax.Array]:
        return sequences(key, s.batch, c.d_vocab, c.context)

    return sampled.task(
        "induction", c, s, draw, tests, loss_and_accuracy, seed=seed, steps=steps, every=every
    )


def main(argv: list[str] | None = None) -> None:
    """Train one seed from the command line."""
    options = command.parser("induction", __doc__, steps=10_000).parse_args(argv)
    command.run(task(options.seed, options.steps), options)


if __name__ == "__main__":
    script.run(main)
