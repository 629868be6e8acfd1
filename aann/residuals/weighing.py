"""Least-squares weights of terms, each fitted on one half and used on the other.

The weight of a term for a unit is the sum of term times residual over the sum of squares of the
term: a ratio of sums over examples, whose standard error follows from the examples (or groups).
"""

import dataclasses
from collections.abc import Hashable, Sequence

import numpy as np
from jaxtyping import Float, Int

from aann.shown.brief import brief
from aann.statistics.parts import Parts
from aann.statistics.resample import group_sums


@dataclasses.dataclass(frozen=True, eq=False)
class Weights:
    """Of one term.

    Attributes:
        all: (units,) of all examples.
        errors: (units,) their standard errors; NaN where the term is 0.
        halves: (2, units) of each half of the examples.
        crossed: (n, units) for each example that of the half it is not in.
    """

    all: Float[np.ndarray, " units"]
    errors: Float[np.ndarray, " units"]
    halves: Float[np.ndarray, "2 units"]
    crossed: Float[np.ndarray, "n units"]

    __repr__ = brief


def weighed(
    products: Float[np.ndarray, "n units"],
    squares: Float[np.ndarray, "n units"],
    halves: Sequence[Int[np.ndarray, " _"]],
    groups: Sequence[Hashable] | None,
    per_unit: bool,
) -> Weights:
    """The weights.

    Args:
        products: of each example, sums over positions of term times residual.
        squares: of the term's squares.
        halves: indices of the examples of each.
        groups: of the examples, or None.
        per_unit: whether every unit has a weight of its own.
    """
    units = products.shape[1]
    if not per_unit:
        products, squares = (x.sum(axis=1, keepdims=True) for x in (products, squares))
    both = np.stack([_ratio(products[half], squares[half]) for half in halves])
    whole = _ratio(products, squares)
    residual, bottom = products - whole * squares, squares
    if groups is not None:
        residual, bottom = (group_sums(x, groups)[0] for x in (residual, bottom))
    errors = Parts(np.ascontiguousarray(residual.T), np.ascontiguousarray(bottom.T)).error()
    crossed = np.zeros((len(products), products.shape[1]))
    crossed[halves[0]], crossed[halves[1]] = both[1], both[0]
    shape = (units,)
    return Weights(
        np.broadcast_to(whole, shape), np.broadcast_to(errors, shape),
        np.broadcast_to(both, (2, units)), np.broadcast_to(crossed, (len(products), units)),
    )  # fmt: skip


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    under = bottom.sum(axis=0)
    over = top.sum(axis=0)
    return np.asarray(np.divide(over, under, out=np.zeros_like(over), where=under > 0))
