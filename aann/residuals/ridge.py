"""Linear predictions of units, each example's by what was fitted on other folds.

``linear`` has the penalty of a report's row of this name. For ``ridge`` the penalty is chosen: for
each fold, the one of least error on the next fold of a fit on the rest. Products of features are
summed once a fold; all fits and errors follow from them. With fewer rows than features the same
weights follow from the products of rows (the dual).
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32, Int

from aann.bench.equations import RIDGE, solved
from aann.bench.linear import WIDEST
from aann.evaluation.linear_sums import shared_rows
from aann.residuals.rows import Rows
from aann.shown.brief import brief

PENALTIES = tuple(10.0**k for k in range(-6, 4))
"""Times the mean variance of the features."""

MOST = 2**28
"""Numbers that the features of all rows may have where they are kept."""


@dataclasses.dataclass(frozen=True, eq=False)
class Crossed:
    """Predictions of every example by a fit that has not seen it.

    Attributes:
        name: of the fit.
        weights: numbers that it knows.
        values: (n, places, columns).
    """

    name: str
    weights: int
    values: Float32[np.ndarray, "n places columns"]

    __repr__ = brief


def ridges(rows: Rows, fold: Int[np.ndarray, " n"]) -> tuple[list[Crossed], str]:
    """Linear and ridge predictions, or none and why.

    Args:
        rows: of features.
        fold: of each example.
    """
    n = len(fold)
    if rows.width <= min(WIDEST, n * rows.each):
        found = _primal(rows, fold)
    elif n * rows.each * rows.width <= MOST and n * rows.each <= WIDEST:
        found = _dual(rows, fold)
    else:
        return [], (
            f"linear and ridge are left out: {rows.width:,} features of {n * rows.each:,} rows are "
            "too many"
        )
    shape = rows.seen.table.shape
    weights = rows.width * rows.outputs
    return [Crossed(name, weights, x.reshape(shape)) for name, x in found.items()], ""


def _primal(rows: Rows, fold: np.ndarray) -> dict[str, np.ndarray]:
    """From sums over folds of products of features."""
    targets, here = rows.targets(), rows.here()
    count, width = int(fold.max()) + 1, rows.width
    found = {name: np.zeros(targets.shape, np.float32) for name in ("linear", "ridge")}
    for where, columns in _patterns(rows):
        chosen = slice(None) if columns is None else columns
        gram = np.zeros((count, width, width))
        cross = np.zeros((count, width, here[..., chosen].shape[-1]))
        square = np.zeros((count, cross.shape[-1]))
        for f in range(count):
            for at, x in rows.features(np.flatnonzero(fold == f)):
                known = where[at]
                mine, y = x[known], targets[at][known][:, chosen]
                gram[f] += mine.T @ mine
                cross[f] += mine.T @ y
                square[f] += np.square(y, dtype=np.float64).sum(0)
        fitted = _weights_of(gram, cross, square)
        for f in range(count):
            for at, x in rows.features(np.flatnonzero(fold == f)):
                for name, w in fitted[f].items():
                    values = found[name][at]
                    values[..., chosen] = x @ w.astype(np.float32)
                    found[name][at] = values
    return found


def _weights_of(
    gram: np.ndarray, cross: np.ndarray, square: np.ndarray
) -> list[dict[str, np.ndarray]]:
    """For each fold the weights that were fitted on the others."""
    count = len(gram)

    def solve(parts: Sequence[int], penalty: float) -> np.ndarray:
        g, c = gram[list(parts)].sum(0), cross[list(parts)].sum(0)
        size = max(g[-1, -1], 1.0)
        g, c = g / size, c / size
        spread = np.diag(g)[:-1] - g[-1, :-1] ** 2
        g = g + penalty * max(spread.mean(), 1e-30) * np.diag(np.append(np.ones(len(g) - 1), 0.0))
        return solved(g, c)

    def error(part: int, weights: np.ndarray) -> float:
        inside = np.einsum("wo,wo->o", weights, gram[part] @ weights - 2 * cross[part])
        total = np.maximum(square.sum(0), 1e-30)
        return float(np.mean((square[part] + inside) / total))

    found = []
    for f in range(count):
        others = [k for k in range(count) if k != f]
        judge = (f + 1) % count
        inner = [k for k in others if k != judge]
        best = min(PENALTIES, key=lambda p: error(judge, solve(inner, p)))
        found.append({"linear": solve(others, RIDGE), "ridge": solve(others, best)})
    return found


def _dual(rows: Rows, fold: np.ndarray) -> dict[str, np.ndarray]:
    """From products of rows."""
    x = np.concatenate([x for _, x in rows.features(np.arange(len(fold)))])
    x = x.reshape(-1, rows.width)[:, :-1]
    products = x.astype(np.float64) @ x.T.astype(np.float64)
    targets = rows.targets().reshape(-1, rows.outputs)
    part = np.repeat(fold, rows.each)
    count = int(fold.max()) + 1
    found = {name: np.zeros(targets.shape, np.float32) for name in ("linear", "ridge")}
    for where, columns in _patterns(rows):
        chosen = np.arange(rows.outputs) if columns is None else columns
        known = where.reshape(-1)
        y = targets[:, chosen].astype(np.float64)

        def solve(
            parts: Sequence[int], on: np.ndarray, penalties: Sequence[float],
            known: np.ndarray = known, y: np.ndarray = y,
        ) -> list[np.ndarray]:  # fmt: skip
            fit = np.flatnonzero(np.isin(part, parts) & known)
            return _from_rows(products, rows.width - 1, fit, on, y, penalties)

        for f in range(count):
            others = [k for k in range(count) if k != f]
            judge = (f + 1) % count
            on = np.flatnonzero((part == judge) & known)
            tried = solve([k for k in others if k != judge], on, PENALTIES)
            scale = np.maximum(y.var(0), 1e-30)
            errors = [np.mean(np.square(guess - y[on]) / scale[None]) for guess in tried]
            best = PENALTIES[int(np.argmin(errors))] if len(on) else RIDGE
            mine = np.flatnonzero(part == f)
            both = solve(others, mine, (RIDGE, best))
            for name, values in zip(("linear", "ridge"), both, strict=True):
                found[name][mine[:, None], chosen[None]] = values
    return found


def _from_rows(
    products: np.ndarray,
    width: int,
    fit: np.ndarray,
    on: np.ndarray,
    y: np.ndarray,
    penalties: Sequence[float],
) -> list[np.ndarray]:
    """Predictions of rows ``on`` by fits to rows ``fit``, for each penalty."""
    if not len(fit):
        return [np.zeros((len(on), y.shape[1]))] * len(penalties)
    inner = products[np.ix_(fit, fit)]
    means = inner.mean(0)
    centred = inner - means[None] - means[:, None] + means.mean()
    outer = products[np.ix_(on, fit)]
    outer = outer - outer.mean(1, keepdims=True) - means[None] + means.mean()
    middle = y[fit].mean(0)
    values, vectors = np.linalg.eigh(centred)
    # the rows times the mean variance of a feature, as in the products of features
    scale = max(np.trace(centred), 1e-30) / width
    rotated = vectors.T @ (y[fit] - middle[None])
    seen = outer @ vectors
    found = []
    for penalty in penalties:
        shrunk = np.maximum(values, 0.0) + penalty * scale
        found.append(seen @ (rotated / shrunk[:, None]) + middle[None])
    return found


def _patterns(rows: Rows) -> list[tuple[np.ndarray, np.ndarray | None]]:
    """Which rows (n, each) and columns of the targets have equations in common."""
    seen = rows.seen
    natural = (1, *seen.natural.shape[1:])
    every = np.ones((len(seen.natural), rows.each), bool)
    return [
        (every if where is None else np.broadcast_to(where, every.shape), columns)
        for where, columns in shared_rows(seen.present, natural, rows.grid)
    ]
