"""What the attention of induction follows from, as hypotheses to scrub.

If the programs of ``circuits.induction.program`` are right, the pattern of previous-token heads is
the same for all sequences, whatever their tokens, and that of induction heads depends on which
positions hold the same token, whatever that is: both may come from any sequence of which this
holds. Where the first block stands, without where the second does, ought to lose.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

import aann
from circuits.fitting.scrubs import Scrubs, with_shuffled
from circuits.induction.fit import HEAD_AXIS, Heads
from circuits.induction.program import after_match

Tokens = Int[Array, "batch pos"]


def anything(tokens: Tokens) -> jax.Array:
    """Previous-token heads attend to the same places in all sequences."""
    return aann.value("pattern", jnp.zeros(len(tokens), jnp.int32))


def matches(tokens: Tokens) -> jax.Array:
    """Induction heads attend by which positions hold the same token, not by which token."""
    return aann.value("pattern", after_match(tokens, 1))


def matched(tokens: Tokens) -> jax.Array:
    """Wrong: induction heads attend by which positions are found, whoever looks."""
    return aann.value("pattern", after_match(tokens, 1).max(axis=1))


def scrubs(previous: Heads, induction: Heads) -> list[Scrubs]:
    """The hypotheses about the patterns of these heads."""

    def about(program: object, heads: Heads, name: str) -> aann.Hypothesis:
        where = {"pattern": aann.Where(heads.site, heads.units, axis=HEAD_AXIS)}
        return aann.Hypothesis(program, where, rest="keep", name=name)  # type: ignore[arg-type]

    return [
        Scrubs("previous-token heads", (about(anything, previous, "whatever the tokens"),), ()),
        with_shuffled(
            "induction heads",
            (about(matches, induction, "which positions match"),),
            about(matched, induction, "which are matched"),
            about(anything, induction, "whatever the tokens"),
        ),
    ]
