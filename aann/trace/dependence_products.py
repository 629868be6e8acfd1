"""What the results of convolutions and matrix products depend on.

Sharp edge: of a matrix that is known, entries that are exactly zero count (so that enlarging or
shrinking a picture stays local); of a convolution's kernel they do not.
"""

import math

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend.core import JaxprEqn

from aann.trace.extent import NOTHING, Extent, Known, Value, size, whole

LARGEST = 2**28
"""Multiplications of a product up to which zeros are looked for."""


def convolution(eqn: JaxprEqn, args: list[Value]) -> list[Value] | None:
    """Of ``conv_general_dilated``: the smallest of a window, in all channels of a group."""
    p = eqn.params
    left, kernel = args
    if p["batch_group_count"] != 1:
        return None
    shape = size(eqn.outvars[0])
    found: list[np.ndarray] = []
    if isinstance(left, Extent):
        found.append(np.stack([_windows(eqn, plane) for plane in left.planes]))
    if isinstance(kernel, Extent):
        found.append(whole(kernel, len(shape)))
    planes = np.minimum.reduce(found) if len(found) > 1 else found[0]
    return [Extent(np.broadcast_to(planes, (len(planes), *shape)))]


def _windows(eqn: JaxprEqn, plane: np.ndarray) -> np.ndarray:
    p = eqn.params
    places, groups = p["dimension_numbers"], p["feature_group_count"]
    kernel = size(eqn.invars[1])
    window = tuple(kernel[i] for i in places.rhs_spec[2:])
    turned = plane.transpose(places.lhs_spec)
    n, channels, *spatial = turned.shape
    each = turned.reshape(n, groups, channels // groups, *spatial).min(axis=2)
    least = lax.reduce_window(
        jnp.asarray(each), NOTHING, lax.min, (1, 1, *window), (1, 1, *p["window_strides"]),
        ((0, 0), (0, 0), *p["padding"]), (1, 1, *p["lhs_dilation"]), (1, 1, *p["rhs_dilation"]),
    )  # fmt: skip
    wide = np.repeat(np.asarray(least), kernel[places.rhs_spec[0]] // groups, axis=1)
    return wide.transpose(np.argsort(places.out_spec))


def product(eqn: JaxprEqn, args: list[Value]) -> list[Value]:
    """Of ``dot_general``: the smallest along what is summed, where the other factor is not 0."""
    (left_sum, right_sum), (left_batch, right_batch) = eqn.params["dimension_numbers"]
    left, right = (size(v) for v in eqn.invars)
    sides = ((left, left_batch, left_sum), (right, right_batch, right_sum))
    (batch, free_left), (_, free_right) = (_sizes(*side) for side in sides)
    out = (*batch, *free_left, *free_right)
    found = []
    for i, swapped in ((0, False), (1, True)):
        here, other = args[i], args[1 - i]
        if not isinstance(here, Extent):
            continue
        zero = None
        if isinstance(other, Known):
            zero = _flat(other.value == 0, *sides[1 - i][1:])
        rows = [_summed(_flat(plane, *sides[i][1:]), zero) for plane in here.planes]
        planes = np.stack(rows)  # (planes, batch, own, the other's or 1)
        planes = planes.swapaxes(2, 3) if swapped else planes
        full = (len(planes), math.prod(batch), math.prod(free_left), math.prod(free_right))
        found.append(np.broadcast_to(planes, full).reshape(len(planes), *out))
    return [Extent(np.minimum.reduce(found) if len(found) > 1 else found[0])]


def _sizes(
    shape: tuple[int, ...], batch: tuple[int, ...], summed: tuple[int, ...]
) -> tuple[list[int], list[int]]:
    free = [n for i, n in enumerate(shape) if i not in (*batch, *summed)]
    return [shape[i] for i in batch], free


def _flat(array: np.ndarray, batch: tuple[int, ...], summed: tuple[int, ...]) -> np.ndarray:
    """(batch, free, summed)."""
    free = [i for i in range(array.ndim) if i not in (*batch, *summed)]
    sizes = [math.prod(array.shape[i] for i in axes) for axes in (batch, free, summed)]
    return array.transpose((*batch, *free, *summed)).reshape(sizes)


def _summed(plane: np.ndarray, zero: np.ndarray | None) -> np.ndarray:
    """(batch, own, 1), or (batch, own, the other's) where zeros of the other factor count."""
    work = plane.size * (0 if zero is None else zero.shape[1])
    if zero is None or not zero.any() or work > LARGEST:
        return np.asarray(plane.min(axis=2, keepdims=True, initial=NOTHING))
    dense = plane.min(axis=2, keepdims=True, initial=NOTHING)
    found = np.repeat(dense, zero.shape[1], axis=2)
    for g in np.flatnonzero(zero.any(axis=(0, 2))):
        found[:, :, g] = np.where(zero[:, None, g], NOTHING, plane).min(axis=2, initial=NOTHING)
    return found
