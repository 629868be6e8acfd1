"""The step function of a number that tells classes best: thresholds, and a class for each interval.

Numbers are sorted once; what counts is then how many examples of each class lie among the first i
distinct numbers. The best steps are found exactly, by dynamic programming over the steps with a
running maximum over where the last one lies: after sorting O(numbers x steps x classes).

Sharp edge: where several places of a threshold are equally good the lowest one is returned.
"""

import itertools
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int


def class_sums(
    values: np.ndarray, labels: Int[np.ndarray, " n"], classes: int
) -> tuple[np.ndarray, Int[np.ndarray, "places classes"]]:
    """Distinct values, ascending, and how many examples of each class lie among the first i.

    Args:
        values: (n,) finite numbers.
        labels: of the same examples, 0 to ``classes`` - 1.
        classes: how many there are.

    Returns:
        (m,) values, and (m + 1, classes) counts: row 0 is zero, row m counts all examples.
    """
    distinct, inverse = np.unique(values, return_inverse=True)
    counts = np.bincount(inverse * classes + labels, minlength=len(distinct) * classes)
    sums = np.zeros((len(distinct) + 1, classes), np.int64)
    np.cumsum(counts.reshape(-1, classes), axis=0, out=sums[1:])
    return distinct, sums


def best_steps(
    sums: Int[np.ndarray, "places classes"], most: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The at most ``most`` steps that label most examples right, and no more than it takes.

    Args:
        sums: as ``class_sums`` returns them.
        most: steps.

    Returns:
        Places, ascending: i lies above the first i distinct values. And the class below the first
        place, between each two, and above the last one; neighbours differ.
    """
    rights = [sums]  # steps -> (places, classes): of the first i values, the last class being c
    for _ in range(most):
        gain = np.maximum.accumulate(rights[-1].max(axis=1)[:, None] - sums, axis=0)
        rights.append(sums + gain)
    totals = [int(right[-1].max()) for right in rights]
    steps = totals.index(max(totals))
    at, kind = len(sums) - 1, int(rights[steps][-1].argmax())
    places, classes = [], [kind]
    for right in reversed(rights[:steps]):
        at = int((right[: at + 1].max(axis=1) - sums[: at + 1, kind]).argmax())
        kind = int(right[at].argmax())
        places.append(at)
        classes.append(kind)
    return tuple(places[::-1]), tuple(classes[::-1])


def gains(
    sums: Int[np.ndarray, "places classes"], classes: tuple[int, ...]
) -> Int[np.ndarray, "steps places"]:
    """How many more examples are right if a step lies at a place, for each step and place.

    With the classes of the intervals fixed, the number that is right is the sum over the steps of
    these, and of the examples of the last class: steps do not depend on each other but for their
    order.
    """
    rows = [sums[:, a] - sums[:, b] for a, b in itertools.pairwise(classes)]
    return np.array(rows, np.int64).reshape(len(rows), len(sums))


def threshold(values: np.ndarray, place: int) -> float:
    """A number that the first ``place`` of ascending distinct values do not exceed.

    The others do. It lies halfway where their dtype has such a number, else on the lower value.
    """
    if place == 0:
        return _below(values[0])
    if place == len(values):
        return float(values[-1])
    low, high = values[place - 1], values[place]
    middle = np.asarray(float(low) / 2 + float(high) / 2).astype(values.dtype)
    return float(middle if low <= middle < high else low)


def place_of(
    values: np.ndarray, thresholds: Sequence[float] | np.ndarray
) -> Int[np.ndarray, " thresholds"]:
    """How many of ascending values do not exceed each threshold."""
    return np.searchsorted(values, np.asarray(thresholds, np.float64), side="right")


def _below(value: np.number) -> float:
    """The next smaller number, in the value's dtype."""
    if np.issubdtype(value.dtype, np.integer):
        return float(value) - 1
    return float(np.nextafter(value, np.asarray(-np.inf, value.dtype)))
