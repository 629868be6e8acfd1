"""Which examples agree on a value, so that one may stand in for the other.

Each kind draws, for reference examples, donors whose value is equivalent to theirs. Every example
is equivalent to itself, except to a relation that says otherwise; one that has no other keeps its
own value.

========================= ========================================================
``Same()``                the same value, number for number
``Within(width)``         values at most this far away, or near by a Gaussian
``Classes(function)``     values of one class: ``function(values) -> (n, ...)``
``Related(function)``     pairs for which ``function(a, b) -> (n, m)`` is true, or its weights
``Anything()``            all examples: what the value is does not matter
========================= ========================================================
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, Literal, Protocol

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial.distance import cdist

from aann.shown.brief import brief, word

CHUNK = 2**22
"""Pairs of examples that are compared at a time."""
FAR = 6.0
"""Standard deviations beyond which a Gaussian's donors are left out: 2e-9 of its weight."""

Values = np.ndarray
Uniform = Float[np.ndarray, " rows"]
"""Numbers in [0, 1) that decide which of the equivalent examples is drawn."""


class Donors(Protocol):
    """Draws of one value over a set of examples."""

    def draw(self, rows: Int[np.ndarray, " rows"], uniform: Uniform) -> Int[np.ndarray, " rows"]:
        """For each reference example an equivalent one, likewise a position."""

    def counts(self) -> Float[np.ndarray, " n"]:
        """How many examples each one may be exchanged with, itself among them.

        With weights: the inverse of the sum of their squares (Kish's effective number).
        """


class Equivalence(Protocol):
    """What makes donors of the values (n, ...) of n examples."""

    def of(self, values: Values) -> Donors:
        """The donors among these examples.

        Raises:
            ValueError: the values do not suit.
        """


@dataclasses.dataclass(frozen=True)
class Anything:
    """All examples are equivalent."""

    __repr__ = brief

    def of(self, values: Values) -> Donors:
        """See ``Equivalence``."""
        return _Partition(np.zeros(len(values), int))

    def __str__(self) -> str:
        return "anything"


@dataclasses.dataclass(frozen=True)
class Same:
    """Equal values, all numbers of an array alike."""

    __repr__ = brief

    def of(self, values: Values) -> Donors:
        """See ``Equivalence``."""
        flat = np.ascontiguousarray(values.reshape(len(values), -1)) + 0  # -0.0 is 0.0
        return _Partition(np.unique(flat, axis=0, return_inverse=True)[1].reshape(-1))

    def __str__(self) -> str:
        return "same"


@dataclasses.dataclass(frozen=True)
class Classes:
    """Values that ``function(values (n, ...)) -> (n, ...)`` maps to the same."""

    function: Callable[[Values], Any]

    __repr__ = brief

    def of(self, values: Values) -> Donors:
        """See ``Equivalence``."""
        found = np.asarray(self.function(values))
        if found.ndim < 1 or len(found) != len(values):
            raise ValueError(
                f"a function of classes returns one entry an example, ({len(values)}, ...), got "
                f"shape {found.shape}"
            )
        return Same().of(found)

    def __str__(self) -> str:
        return f"same {getattr(self.function, '__name__', 'class')}"


@dataclasses.dataclass(frozen=True)
class Within:
    """Values near each other.

    Attributes:
        width: in the value's units: the largest distance, or the Gaussian's standard deviation. Of
            arrays the Euclidean distance counts.
        kernel: ``"uniform"``, all within the width alike, or ``"gaussian"``, by
            exp(-distance^2 / 2 width^2), of numbers as far as six widths.
    """

    width: float
    kernel: Literal["uniform", "gaussian"] = "uniform"

    __repr__ = brief

    def __post_init__(self) -> None:
        problems = []
        if not (isinstance(self.width, int | float | np.number) and np.isfinite(self.width)):
            problems.append(f"a width is a finite number, got {word(self.width)}")
        elif self.width < 0 or (self.width == 0 and self.kernel == "gaussian"):
            problems.append(f"a width is positive, got {self.width}; aann.scrubbing.Same() is exact")
        if self.kernel not in ("uniform", "gaussian"):
            problems.append(f"kernel is 'uniform' or 'gaussian', got {self.kernel!r}")
        if problems:
            raise ValueError("; ".join(problems))

    def of(self, values: Values) -> Donors:
        """See ``Equivalence``."""
        if not np.issubdtype(values.dtype, np.number):
            raise ValueError(f"a width needs numbers, got {values.dtype}")
        flat = values.reshape(len(values), -1).astype(np.float64)
        if self.kernel == "uniform" and flat.shape[1] == 1:
            return _Window(flat[:, 0], float(self.width))
        if flat.shape[1] == 1:
            return _Near(flat, self._weights, float(self.width))
        return _Weighted(flat, self._weights)

    def _weights(self, a: Values, b: Values) -> Values:
        squares = cdist(a, b, "sqeuclidean")
        if self.kernel == "uniform":
            return (squares <= float(self.width) ** 2).astype(np.float64)
        return np.asarray(np.exp(-squares / (2 * float(self.width) ** 2)))

    def __str__(self) -> str:
        near = "within" if self.kernel == "uniform" else "gaussian,"
        return f"{near} {self.width:.6g}"


@dataclasses.dataclass(frozen=True)
class Related:
    """Pairs that a function relates: ``function(a (n, ...), b (m, ...)) -> (n, m)``.

    It gives booleans, or weights from 0 up with which ``b`` stands in for ``a``. It need not be
    symmetric, and may leave out the example itself.
    """

    function: Callable[[Values, Values], Any]

    __repr__ = brief

    def of(self, values: Values) -> Donors:
        """See ``Equivalence``."""
        return _Weighted(values, self._weights)

    def _weights(self, a: Values, b: Values) -> Values:
        found = np.asarray(self.function(a, b))
        if found.shape != (len(a), len(b)):
            raise ValueError(
                f"a relation of {len(a)} and {len(b)} values returns shape {(len(a), len(b))}, got "
                f"{found.shape}"
            )
        weights = found.astype(np.float64)
        if not (np.isfinite(weights).all() and (weights >= 0).all()):
            raise ValueError("a relation returns booleans or finite weights from 0 up")
        return weights

    def __str__(self) -> str:
        return f"by {getattr(self.function, '__name__', 'relation')}"


class _Partition:
    """Examples in classes."""

    def __init__(self, classes: Int[np.ndarray, " n"]) -> None:
        self.classes = classes
        self.order = np.argsort(classes, kind="stable")
        self.sizes = np.bincount(classes)
        self.starts = np.cumsum(self.sizes) - self.sizes

    def draw(self, rows: np.ndarray, uniform: Uniform) -> np.ndarray:
        mine = self.classes[rows]
        return self.order[self.starts[mine] + _place(uniform, self.sizes[mine])]

    def counts(self) -> np.ndarray:
        return self.sizes[self.classes].astype(np.float64)


class _Window:
    """Numbers within a width of each other: a run of the sorted ones."""

    def __init__(self, values: np.ndarray, width: float) -> None:
        self.order = np.argsort(values, kind="stable")
        ranked = values[self.order]
        # The bounds are rounded; an example is always within its own window.
        self.first = np.searchsorted(ranked, np.minimum(values - width, values), "left")
        self.sizes = np.searchsorted(ranked, np.maximum(values + width, values), "right")
        self.sizes -= self.first

    def draw(self, rows: np.ndarray, uniform: Uniform) -> np.ndarray:
        return self.order[self.first[rows] + _place(uniform, self.sizes[rows])]

    def counts(self) -> np.ndarray:
        return self.sizes.astype(np.float64)


class _Weighted:
    """Any weights between pairs, some reference examples at a time."""

    def __init__(self, values: Values, weights: Callable[[Values, Values], Values]) -> None:
        self.values = values
        self.weights = weights
        self.order = np.arange(len(values))

    def draw(self, rows: np.ndarray, uniform: Uniform) -> np.ndarray:
        found = np.empty(len(rows), dtype=np.int64)
        asked, at = np.unique(rows, return_inverse=True)
        at = at.reshape(-1)
        by_row = np.argsort(at, kind="stable")
        ends = np.searchsorted(at[by_row], np.arange(len(asked) + 1))
        for first, last, candidates, weights in self._parts(asked):
            mine = by_row[ends[first] : ends[last]]
            local = at[mine] - first
            upto = np.cumsum(weights, axis=1)
            # One search for all rows: row i lies between i and i + 1.
            steps = (upto / upto[:, -1:] + np.arange(len(upto))[:, None]).reshape(-1)
            target = local + np.minimum(uniform[mine], 1.0 - 1e-9)
            place = np.searchsorted(steps, target, "right") - local * len(candidates)
            found[mine] = candidates[place]
        return found

    def counts(self) -> np.ndarray:
        found = np.empty(len(self.values))
        for first, last, _, weights in self._parts(self.order):
            found[self.order[first:last]] = weights.sum(1) ** 2 / np.square(weights).sum(1)
        return found

    def _parts(self, asked: np.ndarray) -> Iterator[tuple[int, int, np.ndarray, np.ndarray]]:
        """First and last of some reference examples, their candidates and those's weights."""
        rows = max(CHUNK // len(self.values), 1)
        for start in range(0, len(asked), rows):
            here = asked[start : start + rows]
            candidates = self._candidates(here)
            weights = self.weights(self.values[here], self.values[candidates])
            alone = weights.max(axis=1) <= 0
            weights[alone] = candidates[None] == here[alone, None]
            yield start, start + len(here), candidates, weights

    def _candidates(self, here: np.ndarray) -> np.ndarray:
        return self.order


class _Near(_Weighted):
    """Numbers weighed by a Gaussian, the nearest alone: neighbours share their candidates."""

    def __init__(
        self, values: np.ndarray, weights: Callable[[Values, Values], Values], width: float
    ) -> None:
        self.rank = np.argsort(np.argsort(values[:, 0], kind="stable"), kind="stable")
        self.ranked = np.sort(values[:, 0], kind="stable")
        super().__init__(self.ranked[:, None], weights)
        self.reach = FAR * width

    def draw(self, rows: np.ndarray, uniform: Uniform) -> np.ndarray:
        found = super().draw(self.rank[rows], uniform)
        return np.argsort(self.rank)[found]

    def counts(self) -> np.ndarray:
        return super().counts()[self.rank]

    def _candidates(self, here: np.ndarray) -> np.ndarray:
        low, high = self.ranked[here[0]] - self.reach, self.ranked[here[-1]] + self.reach
        first, last = np.searchsorted(self.ranked, low), np.searchsorted(self.ranked, high, "right")
        return np.arange(min(first, here[0]), max(last, here[-1] + 1))


def _place(uniform: Uniform, sizes: np.ndarray) -> np.ndarray:
    """A position below each size."""
    return np.minimum((uniform * sizes).astype(np.int64), sizes - 1)
