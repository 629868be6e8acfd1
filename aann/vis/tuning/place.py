"""Where units look: the centre of their squared gradient over noise pictures.

No knowledge of the architecture enters.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def looks_at(
    read: Callable[[Any, jax.Array], jax.Array], params: Any, noise: np.ndarray, seed: int = 0
) -> tuple[float, float] | None:
    """Row and column of the pixel in the middle, to half a pixel; None where nothing depends on it.

    Args:
        read: parameters and pictures (n, row, column, channel) -> units (n, unit).
        params: of the model.
        noise: pictures (n, row, column, channel), float32.
        seed: of the signs that units are added with, so that they do not cancel.
    """

    def total(x: jax.Array, params: Any) -> jax.Array:
        units = read(params, x)
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], units.shape)
        return (units * jnp.asarray(signs, units.dtype)).sum()

    gradient = np.asarray(jax.jit(jax.grad(total))(jnp.asarray(noise), params), np.float64)
    power = np.square(gradient).sum((0, 3))
    if not power.sum() > 0:
        return None
    row, column = (
        round(2 * float(np.arange(n) @ power.sum(1 - k) / power.sum())) / 2
        for k, n in enumerate(power.shape)
    )
    return row, column


def place_problems(place: Any, shape: tuple[int, int, int]) -> list[str]:
    """What is wrong with a given place: stimuli beyond a picture would show the units nothing.

    Args:
        place: row and column, or None.
        shape: rows, columns and channels of a picture.
    """
    given = () if place is None else tuple(np.ravel(np.asarray(place, float)))
    inside = all(0 <= at < n for at, n in zip(given, shape, strict=False))
    if place is None or (len(given) == 2 and inside):
        return []
    return [f"place is a row and a column of {shape[0]} x {shape[1]} pixels, got {place}"]
