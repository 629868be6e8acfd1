"""Orientation tuning: what units answer to curves in all directions.

``responses`` shows a model pictures and reads a site where they are centred; ``selectivity`` and
``preferred`` are the length and the angle of the mean vector of a tuning curve. ``field_centre``
finds the pixel that central cells look at, so that stimuli can be put there without knowledge of
the architecture.

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
from aann.splicing.splice import capture, sites

BANDS = 24
NOISES = 3


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


def field_centre(
    read: Callable[[Any], jax.Array], picture: jax.ShapeDtypeStruct, seed: int = 0
) -> tuple[float, float]:
    """Row and column of the pixel at the middle of what ``read`` looks at, to half a pixel.

    Bands of a noise picture are replaced by other noise, first rows, then columns; the centroid of
    the change is the answer. A few batches of ``BANDS`` pictures, no gradient.

    Args:
        read: as from ``central_reader``.
        picture: shape (height, width, channels) and dtype of one input.
        seed: of the noise.

    Raises:
        ValueError: what is read does not depend on the picture.
    """
    rng = np.random.default_rng(seed)
    row, column = np.zeros(BANDS), np.zeros(BANDS)
    for _ in range(NOISES):
        noise, other = rng.uniform(0.0, 255.0, (2, *picture.shape))
        row += _change(read, noise, other, 0, picture.dtype)
        column += _change(read, noise, other, 1, picture.dtype)
    if not (row.sum() > 0 and column.sum() > 0):
        raise ValueError(
            "the central cells do not depend on the picture: "
            "no curve can be placed in their receptive field"
        )
    middles = [_edges(n)[:-1] / 2 + _edges(n)[1:] / 2 - 0.5 for n in picture.shape[:2]]
    y, x = (float((w * m).sum() / w.sum()) for w, m in zip((row, column), middles, strict=True))
    return round(2 * y) / 2, round(2 * x) / 2


def _edges(size: int) -> np.ndarray:
    return np.linspace(0, size, BANDS + 1).round()


def _change(
    read: Callable[[Any], jax.Array], noise: np.ndarray, other: np.ndarray, axis: int, dtype: Any
) -> np.ndarray:
    """How much ``read`` changes with each band of pixels, mean over units of relative change."""
    edges, along = _edges(noise.shape[axis]), np.arange(noise.shape[axis])
    inside = (edges[:-1, None] <= along) & (along < edges[1:, None])
    pictures = np.where(np.expand_dims(inside, (2 - axis, 3)), other[None], noise[None])
    before = np.asarray(read(jnp.asarray(np.repeat(noise[None], BANDS, 0), dtype)), np.float64)
    change = np.abs(np.asarray(read(jnp.asarray(pictures, dtype)), np.float64) - before)
    most = change.max(0, keepdims=True)
    relative = np.divide(change, most, out=np.zeros_like(change), where=most > 0)
    result: np.ndarray = relative.mean(1)
    return result


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
    return np.asarray(np.abs((np.asarray(a, np.float64) - np.asarray(b) + 180.0) % 360.0 - 180.0))
