"""Ratios of sums under many resamples, each with a standard error of its own.

A resample's standard error is the delta method's: the spread of numerator less ratio times
denominator, over the resampled units, from drawn means of products. Columns are drawn some hundred
at a time under the same counts, so that memory does not grow with rows beyond what is returned.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Float64

from aann.shown.brief import brief
from aann.statistics.parts import Parts
from aann.statistics.resample import draw_means, first_of_equal

_ROWS_AT_ONCE = 100
_FLAT = 1e-5
"""Of the data's variance: a resample with less has equal values, up to float32's rounding."""


class Drawn(NamedTuple):
    """What resamples found.

    Attributes:
        shift: (..., draws), each resample's ratio less the data's.
        errors: (..., draws) its standard error. Where all its values are equal, so that it has no
            spread of its own, the data's.
        bottom: (..., draws) its mean denominator.
    """

    shift: Float64[np.ndarray, "*shape draws"]
    errors: Float32[np.ndarray, "*shape draws"]
    bottom: Float64[np.ndarray, "*shape draws"]

    def __repr__(self) -> str:
        return brief(self)


def draw_ratios(parts: Parts, draws: int, seed: int) -> Drawn:
    """The resamples of ratios.

    Rows of ``parts`` that are equal have resamples that are equal bit for bit.

    Args:
        parts: of ratios (...).
        draws: how many resamples.
        seed: of the resamples; equal seeds and numbers of units give equal ones.
    """
    shape, units = parts.residual.shape[:-1], parts.units
    residual = parts.residual.reshape(-1, units)
    bottom = np.broadcast_to(parts.bottom, parts.residual.shape).reshape(-1, units)
    rows_of = zip(residual, bottom, strict=True)
    first, place = first_of_equal((r.tobytes(), b.tobytes()) for r, b in rows_of)
    count = len(first)
    shift, under = np.empty((count, draws)), np.empty((count, draws))
    errors = np.empty((count, draws), dtype=np.float32)
    for start in range(0, count, _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        some = Parts(residual[first[rows]], bottom[first[rows]])
        shift[rows], errors[rows], under[rows] = _draw(some, draws, seed)
    if count < len(residual):
        shift, errors, under = shift[place], errors[place], under[place]
    return Drawn(*(x.reshape(*shape, draws) for x in (shift, errors, under)))


def _draw(parts: Parts, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = len(parts.residual)
    own = parts.error()
    scale = np.abs(parts.residual).max(axis=-1, keepdims=True)
    scale[scale == 0] = 1.0  # squares of tiny losses would underflow
    width = np.abs(parts.bottom).max(axis=-1, keepdims=True)
    width[width == 0] = 1.0
    r, b = parts.residual / scale, parts.bottom / width
    columns = np.concatenate([r, b, r * r, r * b, b * b]).T
    drawn = np.ascontiguousarray(draw_means(columns, draws=draws, seed=seed).T)
    r, b, rr, rb, bb = (drawn[i * rows : (i + 1) * rows] for i in range(5))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = r / b
        variance = rr - 2.0 * ratio * rb + ratio**2 * bb
        error = np.sqrt(np.maximum(variance, 0.0) / parts.units) / np.abs(b) * (scale / width)
        shift = ratio * (scale / width)
    flat = ~(error**2 > _FLAT * own[:, None] ** 2)  # NaN as well
    return shift, np.where(flat, own[:, None], error).astype(np.float32), b * width
