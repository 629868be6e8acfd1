"""What a network that names the largest of K tokens carries, as hypotheses to scrub.

If the head attends to the largest token and copies it (``circuits.max_of_k.program``), what it
writes may come from any sequence of the same largest token, and its attention from any sequence
that has it at the same place. The smallest token has classes of the same sizes, and ought to lose;
so ought the last token, which the direct path to the logits sees.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

import aann
from circuits.fitting.scrubs import Scrubs, with_shuffled
from circuits.max_of_k.fit import PATTERN

OUT = "blocks.0.attn.out"

Tokens = Int[Array, "batch pos"]


def largest(tokens: Tokens) -> jax.Array:
    """The head writes the largest token."""
    return aann.value("token", tokens.max(axis=1))


def smallest(tokens: Tokens) -> jax.Array:
    """Wrong: the head writes the smallest token."""
    return aann.value("token", tokens.min(axis=1))


def last(tokens: Tokens) -> jax.Array:
    """Wrong: the head writes the last token."""
    return aann.value("token", tokens[:, -1])


def place_of_largest(tokens: Tokens) -> jax.Array:
    """The head attends to where the largest token is, however large the others are."""
    return aann.value("place", jnp.argmax(tokens, axis=1))


def order(tokens: Tokens) -> jax.Array:
    """The head's attention follows the order of the tokens, and not how far they are apart."""
    return aann.value("place", jnp.argsort(tokens, axis=1))


def place_of_smallest(tokens: Tokens) -> jax.Array:
    """Wrong: the head attends to where the smallest token is."""
    return aann.value("place", jnp.argmin(tokens, axis=1))


def scrubs(k: int) -> list[Scrubs]:
    """The hypotheses, for sequences of this length."""
    written = {"token": aann.Where(OUT, positions=(k - 1,))}
    attended = {"place": aann.Where(PATTERN, axis=1, positions=(k - 1,), position_axis=2)}

    def about(program: object, where: object, name: str) -> aann.Hypothesis:
        return aann.Hypothesis(program, where, rest="keep", name=name)  # type: ignore[arg-type]

    return [
        with_shuffled(
            "what the head writes",
            (about(largest, written, "largest token"),),
            about(smallest, written, "smallest token"),
            about(last, written, "last token"),
        ),
        with_shuffled(
            "attention",
            (
                about(place_of_largest, attended, "place of the largest"),
                about(order, attended, "order of all"),
            ),
            about(place_of_smallest, attended, "place of the smallest"),
        ),
    ]
