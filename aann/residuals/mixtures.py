"""Linear mixtures of a program's values that tell what is left of the units: neighbours, others.

What a mixture is fitted to is what is left, so that its ridge shrinks it towards no correction. The
ridge is that which halves choose for each other; to do nothing is among the choices, and taken
where one of them is no help to the other.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float64

from aann.residuals.halved import Grid, Halved, moves, shifted
from aann.shown.brief import brief

RIDGES: Final = (1e-6, 1e-4, 1e-2, 1.0, 100.0)
"""Of the sum of squares of each feature about its mean."""

_ROOM: Final = 2**24  # numbers of features at a time

Features = Callable[[slice], Float64[np.ndarray, "m places own k"]]
"""Of some examples: k for each column, or, ``own`` being 1, the same for all."""


class _Sums(NamedTuple):
    """Sums over values: of features x (own is the columns, or 1) and of what is left, l."""

    values: float
    x: Float64[np.ndarray, "own k"]
    xx: Float64[np.ndarray, "own k k"]
    left: Float64[np.ndarray, " columns"]
    xl: Float64[np.ndarray, "columns k"]
    ll: Float64[np.ndarray, " columns"]

    def __repr__(self) -> str:
        return brief(self)


def neighbours(data: Halved, left: Grid, values: Grid) -> Grid:
    """What cells within one of a place, its own among them, tell of what is left there."""
    steps = list(moves(data.places, 1))
    if len(steps) == 1:
        return np.zeros_like(left)
    known = data.filled(values)
    return _mixture(
        data,
        left,
        lambda some: np.stack([shifted(known[some], data.places, m) for m in steps], axis=-1),
    )


def cross_talk(data: Halved, left: Grid, values: Grid) -> Grid:
    """What the values of all columns at a place tell of what is left of each."""
    if values.shape[-1] == 1:
        return np.zeros_like(left)
    return _mixture(data, left, lambda some: values[some][:, :, None])


def _mixture(data: Halved, left: Grid, features: Features) -> Grid:
    halves = [_summed(data, left, features, half) for half in (0, 1)]
    both = _Sums(*(a + b for a, b in zip(*halves, strict=True)))
    errors = [_checked(halves, ridge) for ridge in RIDGES]
    best = np.argmin(np.stack([both.ll, *errors]), axis=0)  # 0: to do nothing
    weights, offset = np.zeros_like(both.xl), np.zeros_like(both.left)
    for i, ridge in enumerate(RIDGES, start=1):
        chosen = best == i
        if chosen.any():
            some, level = _fitted(both, ridge)
            weights[chosen], offset[chosen] = some[chosen], level[chosen]
    found = np.empty_like(left)
    for some_of in _chunks(left, both.x.size):
        x = features(some_of)
        mixed = x[:, :, 0] @ weights.T if x.shape[2] == 1 else np.einsum("npck,ck->npc", x, weights)
        found[some_of] = mixed + offset[None, None]
    return found


def _checked(halves: Sequence[_Sums], ridge: float) -> Float64[np.ndarray, " columns"]:
    """What halves leave of each other; infinite where one of them is no help to the other."""
    pairs = list(zip(halves, halves[::-1], strict=True))
    left = [_error(check, *_fitted(fit, ridge)) for fit, check in pairs]
    helps = [error < check.ll for error, (_, check) in zip(left, pairs, strict=True)]
    return np.where(np.logical_and(*helps), np.add(*left), np.inf)


def _summed(data: Halved, left: Grid, features: Features, half: int) -> _Sums:
    where = data.fitted_on(half)
    first = features(slice(0, 1))
    own, k = first.shape[2:]
    columns = left.shape[-1]
    sums = _Sums(
        0.0, np.zeros((own, k)), np.zeros((own, k, k)), np.zeros(columns),
        np.zeros((columns, k)), np.zeros(columns),
    )  # fmt: skip
    for some in _chunks(left, own * k):
        x, rest = features(some)[where[some]], left[some][where[some]]
        if own == 1:
            flat = x[:, 0]
            xx, xl = (flat.T @ flat)[None], rest.T @ flat
        else:
            by_column = np.ascontiguousarray(np.moveaxis(x, 1, 0))  # (columns, values, k)
            xx = np.matmul(by_column.transpose(0, 2, 1), by_column)
            xl = np.einsum("vck,vc->ck", x, rest)
        new = (
            float(len(x)), x.sum(axis=0), xx, rest.sum(axis=0), xl,
            np.einsum("vc,vc->c", rest, rest),
        )  # fmt: skip
        sums = _Sums(*(a + b for a, b in zip(sums, new, strict=True)))
    return sums


def _fitted(sums: _Sums, ridge: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights (columns, k) and offset (columns,)."""
    count = max(sums.values, 1.0)
    about = sums.xx - np.einsum("ok,oj->okj", sums.x, sums.x) / count
    target = sums.xl - sums.x * (sums.left / count)[:, None]
    size = np.einsum("okk->ok", about)
    real = size > 1e-10 * np.einsum("okk->ok", sums.xx)
    about = about * (real[:, :, None] & real[:, None, :])
    added = np.where(real, ridge * size, 1.0)
    matrix = about + added[:, :, None] * np.eye(added.shape[1])[None]
    target = np.where(real, target, 0.0)
    if len(matrix) == 1:
        weights = np.linalg.solve(matrix[0], target.T).T
    else:
        weights = np.linalg.solve(matrix, target[..., None])[..., 0]
    return weights, (sums.left - (weights * sums.x).sum(axis=1)) / count


def _error(sums: _Sums, weights: np.ndarray, offset: np.ndarray) -> Float64[np.ndarray, " columns"]:
    """What a mixture leaves, squared and summed."""
    squared = (np.matmul(weights[:, None], sums.xx)[:, 0] * weights).sum(axis=1)
    crossed = (weights * (sums.xl - offset[:, None] * sums.x)).sum(axis=1)
    error: np.ndarray = (
        sums.ll - 2.0 * crossed - 2.0 * offset * sums.left + squared + sums.values * offset**2
    )
    return error


def _chunks(left: Grid, width: int) -> list[slice]:
    """Examples a few at a time, as many as there is room for."""
    n, places, _ = left.shape
    at_once = max(1, _ROOM // max(places * width, 1))
    return [slice(start, start + at_once) for start in range(0, n, at_once)]
