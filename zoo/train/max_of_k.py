"""The largest of four numbers below 64, by one attention head.

``python -m zoo.train.max_of_k --seed 0`` trains the architecture of Gross et al., "Compact Proofs
of Model Performance via Mechanistic Interpretability" (arXiv 2406.11779): one layer of one head,
no MLP, no biases, no layer norm, d_model = d_head = 32, random batches of 128 sequences, AdamW with
betas (0.9, 0.999). The paper stops after 3,000 steps at learning rate 1e-3. To make the network
right on nearly every sequence this goes on for longer, with the rate falling to zero along a
cosine, and half of each batch is hard: its tokens lie within ``NEAR`` of each other.

A finished run is checked on all 64^4 sequences, not on a sample.
"""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from aann.evaluation.metrics import nll
from zoo.scripts import script
from zoo.train import command, sampled
from zoo.train.loop import Task
from zoo.transformer.model import TransformerConfig, forward

TEST_SEED = 2**31 - 1
"""Of the test sequences, the same for all runs; runs have smaller seeds."""

NEAR = 4
"""Hard sequences draw their tokens from this many neighbouring values."""


def config(d_vocab: int = 64, context: int = 4, width: int = 32) -> TransformerConfig:
    """The paper's shape."""
    return TransformerConfig(
        layers=1,
        heads=1,
        d_model=width,
        d_head=width,
        d_mlp=None,
        d_vocab=d_vocab,
        d_vocab_out=d_vocab,
        context=context,
        last=True,
    )


def uniform(key: PRNGKeyArray, n: int, c: TransformerConfig) -> Int[Array, "n pos"]:
    """Sequences of independent uniform tokens, int32."""
    return jax.random.randint(key, (n, c.context), 0, c.d_vocab)


def hard(key: PRNGKeyArray, n: int, c: TransformerConfig) -> Int[Array, "n pos"]:
    """Sequences with all tokens within ``NEAR`` neighbouring values, int32."""
    where, which = jax.random.split(key)
    lowest = jax.random.randint(where, (n, 1), 0, max(c.d_vocab - NEAR, 0) + 1)
    offsets = jax.random.randint(which, (n, c.context), 0, min(NEAR, c.d_vocab))
    return lowest + offsets


def loss_and_accuracy(
    params: Any, c: TransformerConfig, tokens: Int[Array, "batch pos"]
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Mean cross-entropy in nats, and the part of the sequences whose maximum is ranked first."""
    logits = forward(c, params, tokens)
    largest = tokens.max(axis=1)
    right = jnp.argmax(logits, axis=1).astype(largest.dtype) == largest
    return nll(logits, largest).mean(), right.astype(jnp.float32).mean()


def over_everything(params: Any, c: TransformerConfig) -> dict[str, float]:
    """Loss and accuracy over all ``d_vocab ** context`` sequences, and how many are wrong.

    Args:
        params: of ``Transformer(c)``.
        c: made by ``config``, with a context of 2 or more. 64^4 sequences take about a minute.
    """
    v, rest = c.d_vocab, c.context - 2
    inner = jnp.stack(jnp.meshgrid(jnp.arange(v), jnp.arange(v), indexing="ij"), -1).reshape(-1, 2)

    def some(number: jax.Array) -> tuple[jax.Array, jax.Array]:
        outer = (number // v ** jnp.arange(rest)) % v
        first = jnp.broadcast_to(outer[None], (v * v, rest))
        loss, accuracy = loss_and_accuracy(params, c, jnp.concatenate([first, inner], axis=1))
        return loss, jnp.round((1 - accuracy) * v * v)

    losses, wrong = jax.jit(lambda: jax.lax.map(some, jnp.arange(v**rest)))()
    mistakes = int(wrong.astype(jnp.int32).sum())
    return {
        "all_loss": float(losses.mean()),
        "all_accuracy": 1 - mistakes / v**c.context,
        "all_mistakes": float(mistakes),
    }


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a run can change."""

    batch: int = 128
    hard: float = 0.5
    learning_rate: float = 1e-3
    weight_decay: float = 0.01


def task(
    seed: int,
    steps: int,
    settings: Settings | None = None,
    shape: TransformerConfig | None = None,
    every: int = 500,
) -> Task:
    """The run of a seed.

    Args:
        seed: of the parameters and the batches.
        steps: of the optimizer, over which the learning rate falls to zero.
        settings: by default this file's.
        shape: made by ``config``, by default the paper's.
        every: steps between two looks.
    """
    s, c = settings or Settings(), shape or config()
    tests = uniform(jax.random.key(TEST_SEED), 16_384, c)
    n_hard = round(s.hard * s.batch)

    def draw(key: jax.Array) -> tuple[jax.Array]:
        easy_key, hard_key = jax.random.split(key)
        easy = uniform(easy_key, s.batch - n_hard, c)
        return (jnp.concatenate([easy, hard(hard_key, n_hard, c)]),)

    return sampled.task(
        "max_of_k", c, s, draw, (tests,), loss_and_accuracy, seed=seed, steps=steps, every=every
    )


def main(argv: list[str] | None = None) -> None:
    """Train one seed from the command line."""
    options = command.parser("max_of_k", __doc__, steps=50_000).parse_args(argv)
    chosen = task(options.seed, options.steps)
    command.run(chosen, options, finish=lambda params: over_everything(params, chosen.config))


if __name__ == "__main__":
    script.run(main)
