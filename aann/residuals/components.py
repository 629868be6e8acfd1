"""Principal components of the residual: which units, and which places, err together.

Over units, one row of values is a position of an example. A first component of all units alike is
something that the program lacks for all of them (texture, say); one of two neighbours with opposite
signs says that it divides the response between them wrongly. Over places, one row is a map (of an
example, a unit, a coordinate), or each patch of a map.

The mean is taken off first; how much of the squared residual that bias is stands beside.
"""

import dataclasses

import numpy as np
from jaxtyping import Float64

from aann.residuals.about import About, about, folded, ratio, shown
from aann.residuals.observed import Observed
from aann.shown.screen import Shown, Tabular
from aann.statistics.indices import is_count

_ROOM = 2**24  # numbers of patches at a time


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Components(Tabular):
    """What ``over_units`` or ``over_places`` found, the largest component first.

    Attributes:
        about: which values.
        over: ``"units"``, ``"places"`` or ``"patches"``.
        mean: (*shape,) of a row: (coordinates, units), or the positions of a map or patch.
        directions: (k, *shape), orthonormal; the entry of the largest size is positive.
        variance: (k,), along each, over rows.
        total: variance of all components, those that are left out, too.
        bias: share of the mean squared residual that is that of its mean; NaN where there is none.
        rows: how many there were.
    """

    about: About
    over: str
    mean: Float64[np.ndarray, "*shape"]
    directions: Float64[np.ndarray, "k *shape"]
    variance: Float64[np.ndarray, " k"]
    total: float
    bias: float
    rows: int

    @property
    def explained(self) -> Float64[np.ndarray, " k"]:
        """Share of the variance; NaN where there is none."""
        return ratio(self.variance, np.asarray(self.total))

    def scores(self, rows: Float64[np.ndarray, "rows *shape"]) -> Float64[np.ndarray, "rows k"]:
        """Where rows of values lie along each component."""
        flat = (rows - self.mean[None]).reshape(len(rows), self.mean.size)
        return np.asarray(flat @ self._flat.T)

    def back(self, scores: Float64[np.ndarray, "rows k"]) -> Float64[np.ndarray, "rows *shape"]:
        """The rows that have these scores; with all components, those that they are of."""
        flat = scores @ self._flat
        return np.asarray(self.mean[None] + flat.reshape(len(scores), *self.mean.shape))

    @property
    def _flat(self) -> np.ndarray:
        return self.directions.reshape(len(self.directions), self.mean.size)

    def _shown(self) -> Shown:
        explained = self.explained
        rows = [
            [
                str(k + 1), shown(explained[k], ".1%"), shown(explained[: k + 1].sum(), ".1%"),
                self._largest(k),
            ]
            for k in range(len(explained))
        ]  # fmt: skip
        return Shown(
            [
                *self.about.lines(f"principal components of the residual over {self.over}"),
                f"{self.rows:,} rows; the mean is {shown(self.bias, '.1%')} of the squared "
                "residual, and left out of the shares",
            ],
            [["component", "share", "so far", "largest entries"], *rows],
        )

    def _largest(self, k: int, most: int = 5) -> str:
        """The entries of the largest size, with their signs."""
        flat = self.directions[k].ravel()
        order = np.argsort(-np.abs(flat), kind="stable")[:most]
        return " ".join(f"{self._name(int(i))}:{flat[i]:+.2f}" for i in order)

    def _name(self, i: int) -> str:
        at = [int(x) for x in np.unravel_index(i, self.mean.shape)]
        if self.over != "units":
            return ",".join(map(str, at))
        unit = str(self.about.units[at[1]])
        return unit if self.mean.shape[0] == 1 else f"{unit}[{at[0]}]"


def over_units(part: Observed, most: int = 10) -> Components:
    """Components over units, of the residual at all positions of all examples.

    Args:
        part: what was observed.
        most: components.

    Raises:
        ValueError: ``most`` is no number of components.
    """
    _check(most, "components are")
    values = folded(part)
    return _components(part, "units", values.residual[values.here], most)


def over_places(part: Observed, most: int = 6, patch: int | None = None) -> Components | None:
    """Components over positions, of the residual's maps or of patches of them.

    Positions that an example does not have are left at their mean; patches that hold such are
    left out.

    Args:
        part: what was observed.
        most: components.
        patch: positions along each axis of a patch; by default whole maps.

    Returns:
        None where an example has one value a unit.

    Raises:
        ValueError: ``most`` is no number of components, or patches do not fit into maps.
    """
    _check(most, "components are")
    if int(np.prod(part.places)) < 2:
        return None
    values = folded(part)
    maps = np.moveaxis(values.residual, 1, -1)  # (n, coordinates, units, places)
    here = np.broadcast_to(values.here[:, None, None, :], maps.shape)
    if patch is None:
        rows = maps.reshape(-1, *part.places)
        return _components(part, "places", rows, most, here.reshape(rows.shape))
    _check(patch, "positions of a patch are")
    if patch > min(part.places):
        raise ValueError(f"patches of {patch} do not fit into maps of {part.places}")
    axes = tuple(range(1, 1 + len(part.places)))
    maps, here = (x.reshape(-1, *part.places) for x in (maps, here))
    return _finished(part, "patches", *_of_patches(maps, here, (patch,) * len(axes), axes), most)


def _of_patches(
    maps: np.ndarray, here: np.ndarray, size: tuple[int, ...], axes: tuple[int, ...]
) -> tuple[int, np.ndarray, float, np.ndarray]:
    """How many whole patches, their mean, sum of squares and matrix of products about the mean."""
    columns = int(np.prod(size))
    count, sums, products = 0, np.zeros(columns), np.zeros((columns, columns))
    at_once = max(1, _ROOM // (int(np.prod(maps.shape[1:])) * columns))
    for start in range(0, len(maps), at_once):
        some, whole = (
            np.lib.stride_tricks.sliding_window_view(x[start : start + at_once], size, axes)
            for x in (maps, here)
        )
        rows = some[whole.all(axis=tuple(range(-len(size), 0)))].reshape(-1, columns)
        count, sums, products = count + len(rows), sums + rows.sum(axis=0), products + rows.T @ rows
    mean = sums / max(count, 1)
    squares = float(np.trace(products))
    return count, mean.reshape(size), squares, products - count * np.outer(mean, mean)


def _components(
    part: Observed,
    over: str,
    rows: Float64[np.ndarray, "rows *shape"],
    most: int,
    here: np.ndarray | None = None,
) -> Components:
    """Of rows of values, by the smaller of their two matrices of products."""
    count, shape = len(rows), rows.shape[1:]
    flat = rows.reshape(count, int(np.prod(shape)))
    known = None if here is None or here.all() else here.reshape(flat.shape)
    size = np.full(flat.shape[1], float(count)) if known is None else known.sum(0, dtype=float)
    mean = flat.sum(axis=0) / np.maximum(size, 1.0)
    squares = float(np.einsum("rc,rc->", flat, flat))
    centred = flat - mean[None]
    if known is not None:
        centred *= known
    if flat.shape[1] <= count:
        return _finished(part, over, count, mean.reshape(shape), squares, centred.T @ centred, most)
    products = centred @ centred.T
    found, across = _top(products, most)
    real = found > 1e-12 * found.max(initial=0.0)
    vectors = centred.T @ (across[:, real] / np.sqrt(found[real])[None])
    left = float(np.trace(products))
    return _made(part, over, count, mean.reshape(shape), squares, left, found[real], vectors)


def _finished(
    part: Observed, over: str, count: int, mean: np.ndarray, squares: float,
    products: np.ndarray, most: int,
) -> Components:  # fmt: skip
    """From the matrix of products about the mean."""
    found, vectors = _top(products, most)
    left = float(np.trace(products))
    return _made(part, over, count, mean, squares, left, found, vectors)


def _made(
    part: Observed, over: str, count: int, mean: np.ndarray, squares: float, left: float,
    found: np.ndarray, vectors: np.ndarray,
) -> Components:  # fmt: skip
    """From sums of squares along components, the smallest first, and these, a column each."""
    directions = vectors[:, ::-1].T
    largest = np.argmax(np.abs(directions), axis=1)
    signs = np.where(directions[np.arange(len(directions)), largest] < 0, -1.0, 1.0)
    variance = np.maximum(found[::-1], 0.0) / max(count, 1)
    bias = float(ratio(np.asarray(squares - left), np.asarray(squares)))
    directions = (directions * signs[:, None]).reshape(len(found), *mean.shape)
    return Components(
        about(part), over, mean, directions, variance,
        max(left, 0.0) / max(count, 1), max(bias, 0.0) if squares > 0 else bias, count,
    )  # fmt: skip


def _top(matrix: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """The largest eigenvalues of a symmetric matrix, ascending, and their vectors in columns."""
    from scipy.linalg import eigh  # noqa: PLC0415 - when it is asked for

    size = len(matrix)
    if not size:
        return np.zeros(0), np.zeros((0, 0))
    found, vectors = eigh(matrix, subset_by_index=(max(size - most, 0), size - 1))
    return found, vectors


def _check(count: int, what: str) -> None:
    if not is_count(count):
        raise ValueError(f"{what} a whole number from 1 up, got {count!r}")
