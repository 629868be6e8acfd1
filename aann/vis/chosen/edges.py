"""Bins of activations that are fixed beforehand, so that counts of batches can be added up.

Eight bins to a factor of two, on both sides of zero, from about a millionth to a million; exact
zeros, which a ReLU gives, have a bin of their own. Bin ``i`` holds values from ``EDGES[i - 1]`` to
below ``EDGES[i]``, the first and the last bin whatever lies beyond.
"""

import itertools

import numpy as np
from jaxtyping import Float, Int

_STEPS = 8
_POWERS = 20

_UP = (2.0 ** (np.arange(-_POWERS * _STEPS, _POWERS * _STEPS + 1) / _STEPS)).astype(np.float32)

EDGES: Float[np.ndarray, " edge"] = np.concatenate(
    [-_UP[::-1], [np.float32(0), np.nextafter(np.float32(0), np.float32(1))], _UP]
).astype(np.float32)
"""In float32, as activations are."""
EDGES.flags.writeable = False

BINS = len(EDGES) + 1
ZERO = len(_UP) + 1
"""The bin of exact zeros."""


def bins_of(values: Float[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
    """The bin of each value."""
    return np.searchsorted(EDGES, values, side="right")


def ends_of(first: int, last: int) -> tuple[float, float]:
    """Where bins ``first`` to ``last`` begin and end; infinite at the outermost."""
    low = -np.inf if first == 0 else float(EDGES[first - 1])
    high = np.inf if last == BINS - 1 else float(EDGES[last])
    return low, high


def quantile_bins(counts: Int[np.ndarray, " bin"], parts: int) -> list[tuple[int, int]]:
    """Bins put together so that each part has about as many values that are not zero.

    Args:
        counts: of each bin.
        parts: how many are wanted; there are fewer where few bins hold nearly all.

    Returns:
        The first and the last bin of each part. Zeros belong to none, also where they lie within.
    """
    others = counts.copy()
    others[ZERO] = 0
    below = np.concatenate([[0], np.cumsum(others)])
    total = int(below[-1])
    if not total:
        return []
    cuts = {int(np.abs(below - total * part / parts).argmin()) for part in range(1, parts)}
    borders = [0, *sorted(cut for cut in cuts if 0 < below[cut] < total), BINS]
    found = []
    for start, stop in itertools.pairwise(borders):
        filled = np.flatnonzero(others[start:stop])
        if len(filled):
            found.append((start + int(filled[0]), start + int(filled[-1])))
    return found
