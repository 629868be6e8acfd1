"""What the residual stream before the MLP stands for, as hypotheses to scrub.

If the class is an AND of two thresholds of sums of look-ups
(``circuits.eis_vii_transformer.program``), what the MLP reads at the last position may come from
another pair with about the same two sums. Each criterion has the same number of stand-ins, the
nearest pairs: by both sums, by one of them alone, by the two tokens as numbers, and by both sums
dealt out again.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

import aann
from aann.scrubbing.equivalence import Nearest
from circuits.eis_vii_transformer.thresholds import Tables
from circuits.fitting.scrubs import Scrubs, with_shuffled

SITE, LAST = "blocks.0.resid_mid", 2
NEAREST = 5
"""Pairs that stand in for one."""

Tokens = Int[Array, "batch 3"]


def scrubs(tables: Tables) -> list[Scrubs]:
    """The hypotheses about what the MLP reads.

    Args:
        tables: look-ups of both tokens for two thresholds.
    """
    first, second = (jnp.asarray(table, jnp.float32) for table in tables)

    def both(tokens: Tokens) -> jax.Array:
        """What the MLP reads carries both sums of look-ups."""
        return aann.value("sums", sums(tokens))

    def one(tokens: Tokens) -> jax.Array:
        """Wrong: it carries the first sum alone."""
        return aann.value("sums", sums(tokens)[:, :1])

    def numbers(tokens: Tokens) -> jax.Array:
        """Wrong: it carries the two tokens as numbers."""
        return aann.value("sums", tokens[:, :2].astype(jnp.float32))

    def sums(tokens: Tokens) -> jax.Array:
        return (first[:, tokens[:, 0]] + second[:, tokens[:, 1]]).T

    where = {"sums": aann.Where(SITE, positions=(LAST,))}
    claim, *wrong = (
        aann.Hypothesis(p, where, Nearest(NEAREST), "keep", name)
        for p, name in ((both, "both sums"), (one, "one sum alone"), (numbers, "tokens as numbers"))
    )
    return [with_shuffled("what the MLP reads", (claim,), *wrong)]
