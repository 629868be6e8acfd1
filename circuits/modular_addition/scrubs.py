"""What the neurons of a network that adds modulo p stand for, as hypotheses to scrub.

If the network adds by waves of a + b (``circuits.modular_addition.program``), the neurons at "="
may come from any other pair of the same sum. By frequency, the neurons of each key frequency may
even come from pairs of their own. The difference a - b has classes of the same sizes, and ought to
lose.
"""

from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

import aann
from circuits.fitting.scrubs import Scrubs, with_shuffled
from circuits.modular_addition.evidence import POST

EQUALS = 2
"""The position of "="."""

Tokens = Int[Array, "batch 3"]


def scrubs(p: int, clusters: Mapping[int, Sequence[int]]) -> list[Scrubs]:
    """The hypotheses about neurons at "=".

    Args:
        p: the modulus.
        clusters: key frequency -> the neurons that follow it.
    """

    def total(tokens: Tokens) -> jax.Array:
        """The neurons carry a + b."""
        return aann.value("total", (tokens[:, 0] + tokens[:, 1]) % p)

    def by_frequency(tokens: Tokens) -> jax.Array:
        """The neurons of each frequency k carry k (a + b)."""
        sums = tokens[:, 0] + tokens[:, 1]
        waves = [aann.value(f"wave_{k}", k * sums % p) for k in clusters]
        return jnp.stack(waves, axis=-1)

    def difference(tokens: Tokens) -> jax.Array:
        """Wrong: the neurons carry a - b."""
        return aann.value("total", (tokens[:, 0] - tokens[:, 1]) % p)

    every = aann.Where(POST, positions=(EQUALS,))
    mine = {
        f"wave_{k}": aann.Where(POST, tuple(neurons), positions=(EQUALS,))
        for k, neurons in clusters.items()
    }
    whole = aann.Hypothesis(total, {"total": every}, name="a + b")
    return [
        with_shuffled(
            "all neurons", (whole,), aann.Hypothesis(difference, {"total": every}, name="a - b")
        ),
        with_shuffled(
            "neurons by frequency",
            (aann.Hypothesis(by_frequency, mine, rest="keep", name="k (a + b)"),),
        ),
    ]
