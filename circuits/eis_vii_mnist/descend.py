"""Constants of least divergence KL(network || program) between two classes, by L-BFGS.

Two logits matter by their difference q alone: the network's probability of class 1 is sigmoid(q).
What a program's difference is computed from (similarities, pictures, what other units add) is
gathered once and handed to the descent as arrays.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float
from scipy.optimize import minimize

STEPS = 300
PROBED = 1_000
"""Examples on which it is measured how much each constant matters."""
NEGLIGIBLE = 1e-6
"""Directions that matter less than this, relative to the one that matters most, are as good."""

Difference = Callable[..., jax.Array]
"""``(constants, *arrays) -> (n,)``: a program's logit difference, differentiable."""


def divergence(natural: Float[Array, " n"], artificial: Float[Array, " n"]) -> Float[Array, " n"]:
    """KL between the two classes, in nats, by their logit differences."""
    p = jax.nn.sigmoid(natural)
    return p * (natural - artificial) + jnp.logaddexp(0, artificial) - jnp.logaddexp(0, natural)


def least_divergence(
    difference: Difference,
    start: Mapping[str, np.ndarray],
    natural: Float[np.ndarray, " n"],
    arrays: Sequence[np.ndarray],
    *,
    steps: int = STEPS,
    penalty: Difference | None = None,
    apart: bool = False,
) -> dict[str, np.ndarray]:
    """The constants at which the mean divergence is least, from a start.

    Args:
        difference: the program.
        start: name -> where the constant starts.
        natural: the network's logit differences on design pictures.
        arrays: what the program is computed from, handed to ``difference`` in this order.
        steps: at most so many steps.
        penalty: likewise, in nats, added to the mean divergence.
        apart: search each constant on its own scale, where the penalty tells those apart that
            change the differences alike; by default in combinations that change them by as much.

    Raises:
        ValueError: the differences at the start are not finite.
    """
    # All arrays are arguments: XLA would spend seconds on folding those that are closed over.
    given = [jnp.asarray(x, jnp.float32) for x in (natural, *arrays)]
    first, unpack = ravel_pytree({n: jnp.asarray(x, jnp.float32) for n, x in start.items()})
    if not np.isfinite(difference(unpack(first), *given[1:])).all():
        raise ValueError(
            "the differences at the start are not finite: check the constants that the fit of "
            f"{', '.join(start)} starts from"
        )
    basis = jnp.asarray(_basis(difference, first, unpack, arrays, len(natural), apart), jnp.float32)

    @jax.jit
    def slope(
        place: jax.Array, basis: jax.Array, natural: jax.Array, *arrays: jax.Array
    ) -> tuple[Any, Any]:
        def loss(place: jax.Array) -> jax.Array:
            c = unpack(first + basis @ place)
            extra = jnp.float32(0) if penalty is None else penalty(c, *arrays)
            return divergence(natural, difference(c, *arrays)).mean() + extra

        return jax.value_and_grad(loss)(place)

    def cost(place: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = slope(jnp.asarray(place, jnp.float32), basis, *given)
        return float(value), np.asarray(gradient, np.float64)

    found = minimize(
        cost, np.zeros(len(first)), jac=True, method="L-BFGS-B",
        options={"maxiter": steps, "maxfun": 2 * steps, "ftol": 1e-10, "gtol": 1e-7},
    )  # fmt: skip
    best = unpack(first + basis @ jnp.asarray(found.x, jnp.float32))
    return {n: np.asarray(x, np.float64) for n, x in best.items()}


def _basis(
    difference: Difference,
    first: jax.Array,
    unpack: Callable[[jax.Array], Any],
    arrays: Sequence[np.ndarray],
    n: int,
    apart: bool,
) -> np.ndarray:
    """Steps of the constants, (constants, constants), that change the differences by about 1 each.

    Constants of different kinds (pixels, places, gains) matter to very different degrees, and those
    of overlapping waves against each other: along their own axes a descent would hardly move.
    """
    few = [jnp.asarray(x[:PROBED] if len(x) == n else x, jnp.float32) for x in arrays]
    moved = jax.jit(jax.jacfwd(lambda flat, *given: difference(unpack(flat), *given)))(first, *few)
    slopes = np.asarray(moved, np.float64)
    squares = slopes.T @ slopes / len(slopes)
    if apart:
        squares = np.diag(np.diag(squares))
    values, vectors = np.linalg.eigh(squares)
    steps: np.ndarray = vectors / np.sqrt(np.maximum(values, max(NEGLIGIBLE * values[-1], 1e-30)))
    return steps
