"""Which program stands in for which unit where they are permuted: one that is least like its own.

A random permutation can give a unit the program of its near twin, and then the control is none.
"""

import numpy as np
import scipy.optimize
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

MOST = 2**28
"""Products that are summed at most for the correlations."""


def strangers(natural: ArrayLike, output: ArrayLike, seed: int) -> Int[np.ndarray, " units"]:
    """The permutation without fixed points whose units are least correlated with what they get.

    The sum of squared correlations over units is smallest (a linear assignment).

    Args:
        natural: (n, ..., units) values of the units on some examples.
        output: (n, ..., units) of their programs.
        seed: picks among permutations that are equally good.

    Returns:
        For each unit, whose program it gets; of one unit there is no other one.
    """
    y, p = (_standard(np.asarray(x, np.float64)) for x in (natural, output))
    n, units = y.shape
    if units == 1:
        return np.zeros(1, np.int64)
    rows = np.linspace(0, n - 1, min(n, max(units, MOST // units**2))).astype(np.int64)
    cost = _correlation(y[rows], p[rows]) ** 2
    cost += 1e-9 * np.random.default_rng(seed).uniform(size=cost.shape)
    np.fill_diagonal(cost, units + 1.0)  # more than all others together
    _, order = scipy.optimize.linear_sum_assignment(cost)
    return np.asarray(order, np.int64)


def _standard(values: np.ndarray) -> Float[np.ndarray, "values units"]:
    flat = values.reshape(-1, values.shape[-1])
    centred: np.ndarray = flat - flat.mean(0)
    return centred


def _correlation(y: np.ndarray, p: np.ndarray) -> Float[np.ndarray, "units units"]:
    """Of each unit with each program; 0 where either is constant."""
    scale = np.outer(np.linalg.norm(y, axis=0), np.linalg.norm(p, axis=0))
    found = np.zeros_like(scale)
    np.divide(y.T @ p, scale, out=found, where=scale > 0)
    return found
