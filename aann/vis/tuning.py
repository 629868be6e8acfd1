"""Orientation tuning: what units answer to curves in all directions.

``responses`` shows a model pictures and reads a site where they are centred; ``selectivity`` and
``preferred`` are the length and the angle of the mean vector of a tuning curve. ``field_centre``
finds the pixel that a cell of a site looks at, from gradients, so that stimuli can be put there
without knowledge of the architecture.

Sharp edge: a site here is spatial, (batch, rows, columns, channels).
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from aann.model import Model
from aann.splice import capture, sites

NOISE_IMAGES = 2


def grid(model: Model, site: str) -> tuple[int, int, int]:
    """Rows, columns and channels of a spatial site of an image model.

    Raises:
        ValueError: the site is unknown or not (batch, rows, columns, channels), or the model's
            inputs are not (height, width, channels).
    """
    shape = model.batch(1).shape[1:]
    if len(shape) != 3:
        raise ValueError(
            f"tuning to curves needs a model of images (height, width, channels), but "
            f"{model.name!r} takes inputs of shape {shape}"
        )
    known = sites(model)
    natural = known[site].shape if site in known else jax.eval_shape(
        capture(model, [site]), model.batch(1)
    )[1][site].shape  # fmt: skip
    if len(natural) != 4:
        raise ValueError(
            f"tuning to curves needs a site of shape (batch, rows, columns, channels); "
            f"{site!r} of {model.name!r} is {natural}"
        )
    return natural[1], natural[2], natural[3]


def central_reader(model: Model, site: str, reach: int = 0) -> Callable[[Any], jax.Array]:
    """A function: inputs -> largest activation in the site's central cells, (batch, channels).

    Args:
        model: an image model.
        site: a spatial site.
        reach: cells to each side of the central one that count as central too.
    """
    read = jax.jit(_central(model, site, reach))
    return lambda inputs: read(model.params, inputs)


def field_centre(model: Model, site: str, seed: int = 0) -> tuple[float, float]:
    """Row and column of the pixel at the middle of the central cell's receptive field.

    The centroid of the squared gradient of the cell's units, over noise images, to half a pixel.

    Raises:
        ValueError: as ``grid`` does, or the cell does not depend on the input.
    """
    cell = _central(model, site, 0)
    shape = model.batch(NOISE_IMAGES)
    noise = jax.random.uniform(jax.random.key(seed), shape.shape, jnp.float32, 0.0, 255.0)
    slope = jax.jit(jax.grad(lambda x, params: cell(params, x).astype(jnp.float32).sum()))(
        noise.astype(shape.dtype), model.params
    )
    weight = np.square(np.asarray(slope, np.float64)).sum((0, 3))
    if not weight.sum() > 0:
        raise ValueError(
            f"the central cell of {site!r} does not depend on the input of {model.name!r}: "
            "no curve can be placed in its receptive field"
        )
    y, x = np.mgrid[: weight.shape[0], : weight.shape[1]]
    row, column = ((weight * axis).sum() / weight.sum() for axis in (y, x))
    return round(2 * float(row)) / 2, round(2 * float(column)) / 2


def _central(model: Model, site: str, reach: int) -> Callable[[Any, Any], jax.Array]:
    """``(params, inputs) -> activations``; parameters as arguments keep compilation short."""
    rows, columns, _ = grid(model, site)
    i, j = (slice(max(n // 2 - reach, 0), n // 2 + reach + 1) for n in (rows, columns))

    def read(params: Any, inputs: Any) -> jax.Array:
        _, values = capture(dataclasses.replace(model, params=params), [site])(inputs)
        cells: jax.Array = values[site][:, i, j].max((1, 2))
        return cells

    return read


def responses(
    read: Callable[[Any], jax.Array], batches: Iterable[np.ndarray], dtype: Any = np.float32
) -> Float[np.ndarray, "batches n units"]:
    """What ``read`` gives for each batch of pictures, on the host."""
    return np.stack([np.asarray(read(jnp.asarray(b, dtype))) for b in batches])


def mean_vector(
    tuning: Float[np.ndarray, "... unit _"], directions: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Selectivity in [0, 1] and preferred direction in degrees [0, 360) of tuning curves.

    Negative responses count as none. A unit that never answers has selectivity 0.

    Args:
        tuning: responses, directions last.
        directions: in degrees, evenly spread over the circle.

    Raises:
        ValueError: the numbers of directions differ.
    """
    if tuning.shape[-1] != len(directions):
        raise ValueError(
            f"tuning has {tuning.shape[-1]} directions, but {len(directions)} were given"
        )
    positive = np.maximum(tuning, 0).astype(np.float64)
    vector = positive @ np.exp(1j * np.deg2rad(np.asarray(directions, np.float64)))
    sums = positive.sum(-1)
    length = np.divide(np.abs(vector), sums, out=np.zeros_like(sums), where=sums > 0)
    return length, np.rad2deg(np.angle(vector)) % 360.0


def angle_between(a: Any, b: Any) -> np.ndarray:
    """Unsigned difference of two angles in degrees, in [0, 180]."""
    return np.abs((np.asarray(a, np.float64) - np.asarray(b) + 180.0) % 360.0 - 180.0)
