"""The best linear prediction of units from what a program reads: the bar that it has to clear.

A read on a grid (images, feature maps) is folded to the site's grid, and each position is predicted
from the 3 x 3 cells around it with weights shared over positions, as a convolution would. Any other
read is flattened, with weights of its own for every output.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from aann.shown.brief import brief

WIDEST = 4096
"""More features are fitted only where there are fewer rows than features."""

MOST = 2**26
"""Numbers that the rows kept for a fit, its sums, or its weights may have."""


class Linear(NamedTuple):
    """A fitted linear prediction.

    Attributes:
        weights: (width, outputs) float32.
        tokens: for each integer read, the values that it took on the design examples.
        padded: () booleans, whether examples have padding, where reads may be NaN.
    """

    weights: Float[Array, "width outputs"]
    tokens: tuple[Array, ...]
    padded: Bool[Array, ""]

    def __repr__(self) -> str:
        return brief(self)


def features(
    reads: Sequence[Array],
    natural: jax.ShapeDtypeStruct,
    tokens: Sequence[Array] = (),
    padded: Bool[Array, ""] | bool = False,
) -> Float[Array, "rows width"]:
    """What the prediction is linear in: one row a position (or an example), a constant 1 last.

    Args:
        reads: the values that the program reads, (batch, ...) each. Integers are one-hot encoded:
            1 for the token that they equal, so that one never seen on design is all zeros.
        natural: the units' values, (batch, ..., units).
        tokens: for each integer read, in order, the values to encode.
        padded: whether NaN stands at padding, and is taken for 0.
    """
    grid = on_grid([jax.ShapeDtypeStruct(r.shape, r.dtype) for r in reads], natural)
    known = iter(tokens)
    columns = []
    for read in reads:
        if jnp.issubdtype(read.dtype, jnp.integer):
            hot = read[..., None] == next(known).reshape((1,) * read.ndim + (-1,))
            columns.append(hot.astype(jnp.float32).reshape(read.shape[0], -1))
        elif grid:
            columns.append(_cells(read.astype(jnp.float32), natural))
        else:
            columns.append(read.astype(jnp.float32).reshape(read.shape[0], -1))
    joined = jnp.concatenate([*columns, jnp.ones((*columns[0].shape[:-1], 1))], axis=-1)
    known_only = jnp.where(jnp.isnan(joined) & padded, 0.0, joined)
    return known_only.reshape(-1, joined.shape[-1])


def targets(natural: Float[Array, "batch *rest"], on_grid: bool) -> Float[Array, "rows outputs"]:
    """The units' values, one row for each row of the features."""
    return natural.reshape(-1, natural.shape[-1] if on_grid else math.prod(natural.shape[1:]))


def on_grid(reads: Sequence[jax.ShapeDtypeStruct], natural: jax.ShapeDtypeStruct) -> bool:
    """Whether all reads fold to the site's grid; if not, all are taken flat."""
    return all(
        _fold(read.shape, natural.shape) is not None and not jnp.issubdtype(read.dtype, jnp.integer)
        for read in reads
    )


def _cells(read: Array, natural: jax.ShapeDtypeStruct) -> Array:
    """3x3 neighbourhoods of a read that folds to the site's grid."""
    fold = _fold(read.shape, natural.shape)
    if fold is None:
        raise TypeError(f"a read of shape {read.shape} does not fold to {natural.shape}")
    batch, *sizes, channels = read.shape
    split = [n for size, f in zip(sizes, fold, strict=True) for n in (size // f, f)]
    folded = read.reshape(batch, *split, channels)
    grid = [1 + 2 * i for i in range(len(sizes))]
    inner = [2 + 2 * i for i in range(len(sizes))]
    cells = folded.transpose(0, *grid, *inner, len(split) + 1)
    cells = cells.reshape(*natural.shape[:-1], -1)
    return around(cells)


def around(cells: Float[Array, "batch *places k"]) -> Float[Array, "batch *places more"]:
    """Each position's values and those of the 3 x 3 around it, zero beyond the edge, in a row."""
    places = cells.shape[1:-1]
    pad = jnp.pad(cells, [(0, 0), *[(1, 1)] * len(places), (0, 0)])
    windows = [
        pad[(slice(None), *(slice(o, o + n) for o, n in zip(offset, places, strict=True)))]
        for offset in np.ndindex(*[3] * len(places))
    ]
    return jnp.concatenate(windows, axis=-1)


def _fold(read: Sequence[int], natural: Sequence[int]) -> tuple[int, ...] | None:
    """How many of the read's positions make one of the site's, along each axis of the grid."""
    if len(read) != len(natural) or len(natural) < 3:
        return None
    pairs = list(zip(read[1:-1], natural[1:-1], strict=True))
    return None if any(r % n for r, n in pairs) else tuple(r // n for r, n in pairs)
