"""Drawing equivalent examples: from classes, from windows of numbers, by weights of pairs."""

from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.spatial.distance import cdist

CHUNK = 2**22
"""Pairs of examples that are compared at a time."""
FAR = 6.0
"""Standard deviations beyond which a Gaussian's donors are left out: 2e-9 of its weight."""

Rows = Int[np.ndarray, " rows"]
Uniform = Float[np.ndarray, " rows"]
"""Numbers in [0, 1) that decide which of the equivalent examples is drawn."""
Weights = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""``(a (n, ...), b (m, ...)) -> (n, m)`` with which ``b`` stands in for ``a``."""


@runtime_checkable
class Donors(Protocol):
    """Draws of one value over a set of examples."""

    def draw(self, rows: Rows, uniform: Uniform) -> Rows:
        """For each reference example the position of an equivalent one."""

    def counts(self) -> Float[np.ndarray, " n"]:
        """How many examples each one may be exchanged with, itself among them.

        With weights: the square of their sum over the sum of their squares (Kish's effective
        number).
        """

    def alone(self) -> Bool[np.ndarray, " n"]:
        """Which examples nobody but themselves stands in for."""


class Partition:
    """Examples in classes."""

    def __init__(self, classes: Int[np.ndarray, " n"]) -> None:
        self.classes = classes
        self.order = np.argsort(classes, kind="stable")
        self.sizes = np.bincount(classes)
        self.starts = np.cumsum(self.sizes) - self.sizes

    def draw(self, rows: Rows, uniform: Uniform) -> Rows:
        """See ``Donors``."""
        mine = self.classes[rows]
        found: np.ndarray = self.order[self.starts[mine] + _place(uniform, self.sizes[mine])]
        return found

    def counts(self) -> Float[np.ndarray, " n"]:
        """See ``Donors``."""
        sizes: np.ndarray = self.sizes[self.classes].astype(np.float64)
        return sizes

    def alone(self) -> Bool[np.ndarray, " n"]:
        """See ``Donors``."""
        found: np.ndarray = self.counts() == 1
        return found


class Window:
    """Numbers within a width of each other: a run of the sorted ones."""

    def __init__(self, values: np.ndarray, width: float) -> None:
        self.order = np.argsort(values, kind="stable")
        ranked = values[self.order]
        # The bounds are rounded; an example is always within its own window.
        self.first = np.searchsorted(ranked, np.minimum(values - width, values), "left")
        self.sizes = np.searchsorted(ranked, np.maximum(values + width, values), "right")
        self.sizes -= self.first

    def draw(self, rows: Rows, uniform: Uniform) -> Rows:
        """See ``Donors``."""
        found: np.ndarray = self.order[self.first[rows] + _place(uniform, self.sizes[rows])]
        return found

    def counts(self) -> Float[np.ndarray, " n"]:
        """See ``Donors``."""
        sizes: np.ndarray = self.sizes.astype(np.float64)
        return sizes

    def alone(self) -> Bool[np.ndarray, " n"]:
        """See ``Donors``."""
        found: np.ndarray = self.counts() == 1
        return found


class Weighted:
    """Any weights between pairs, some reference examples at a time."""

    def __init__(self, values: np.ndarray, weights: Weights) -> None:
        self.values = values
        self.weights = weights
        self.order = np.arange(len(values))

    def draw(self, rows: Rows, uniform: Uniform) -> Rows:
        """See ``Donors``."""
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

    def counts(self) -> Float[np.ndarray, " n"]:
        """See ``Donors``."""
        found = np.empty(len(self.values))
        for first, last, _, weights in self._parts(self.order):
            found[self.order[first:last]] = weights.sum(1) ** 2 / np.square(weights).sum(1)
        return found

    def alone(self) -> Bool[np.ndarray, " n"]:
        """See ``Donors``."""
        found = np.empty(len(self.values), dtype=bool)
        for first, last, candidates, weights in self._parts(self.order):
            here = self.order[first:last]
            others = np.where(candidates[None] == here[:, None], 0.0, weights)
            found[here] = others.max(axis=1) <= 0
        return found

    def _parts(self, asked: np.ndarray) -> Iterator[tuple[int, int, np.ndarray, np.ndarray]]:
        """First and last of some reference examples, their candidates and those's weights."""
        rows = max(CHUNK // len(self.values), 1)
        for start in range(0, len(asked), rows):
            here = asked[start : start + rows]
            candidates = self._candidates(here)
            weights = self.weights(self.values[here], self.values[candidates])
            most = weights.max(axis=1)
            alone = most <= 0
            weights = weights / np.where(alone, 1.0, most)[:, None]  # sums that neither over- nor
            weights[alone] = candidates[None] == here[alone, None]  # underflow
            yield start, start + len(here), candidates, weights

    def _candidates(self, here: np.ndarray) -> np.ndarray:
        return self.order


class Near(Weighted):
    """Numbers weighed by a Gaussian, the nearest alone: neighbours share their candidates."""

    def __init__(self, values: np.ndarray, weights: Weights, width: float) -> None:
        self.rank = np.argsort(np.argsort(values[:, 0], kind="stable"), kind="stable")
        self.ranked = np.sort(values[:, 0], kind="stable")
        super().__init__(self.ranked[:, None], weights)
        self.by_rank = np.argsort(self.rank)
        self.reach = FAR * width

    def draw(self, rows: Rows, uniform: Uniform) -> Rows:
        """See ``Donors``."""
        found: np.ndarray = self.by_rank[super().draw(self.rank[rows], uniform)]
        return found

    def counts(self) -> Float[np.ndarray, " n"]:
        """See ``Donors``."""
        found: np.ndarray = super().counts()[self.rank]
        return found

    def alone(self) -> Bool[np.ndarray, " n"]:
        """See ``Donors``."""
        found: np.ndarray = super().alone()[self.rank]
        return found

    def _candidates(self, here: np.ndarray) -> np.ndarray:
        low, high = self.ranked[here[0]] - self.reach, self.ranked[here[-1]] + self.reach
        first, last = np.searchsorted(self.ranked, low), np.searchsorted(self.ranked, high, "right")
        return np.arange(min(first, here[0]), max(last, here[-1] + 1))


class Neighbours:
    """The k nearest others of each example."""

    def __init__(self, values: Float[np.ndarray, "n numbers"], k: int) -> None:
        n = len(values)
        self.nearest = np.empty((n, k), dtype=np.int64)
        rows = max(CHUNK // n, 1)
        for start in range(0, n, rows):
            here = np.arange(start, min(start + rows, n))
            distances: np.ndarray = cdist(values[here], values)
            distances[np.arange(len(here)), here] = np.inf
            self.nearest[here] = np.argsort(distances, axis=1, kind="stable")[:, :k]

    def draw(self, rows: Rows, uniform: Uniform) -> Rows:
        """See ``Donors``."""
        k = self.nearest.shape[1]
        found: np.ndarray = self.nearest[rows, _place(uniform, np.full(len(rows), k))]
        return found

    def counts(self) -> Float[np.ndarray, " n"]:
        """See ``Donors``; the example itself is not among them."""
        return np.full(len(self.nearest), float(self.nearest.shape[1]))

    def alone(self) -> Bool[np.ndarray, " n"]:
        """See ``Donors``: of none, there are always others."""
        return np.zeros(len(self.nearest), dtype=bool)


def _place(uniform: Uniform, sizes: np.ndarray) -> np.ndarray:
    """A position below each size."""
    place: np.ndarray = np.minimum((uniform * sizes).astype(np.int64), sizes - 1)
    return place
