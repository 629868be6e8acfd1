"""Values of a walk through a program that asks what depends on the input: extents, or known values.

An extent has two planes for each axis of the input that is asked about: the first index that an
element depends on, and minus the last one. What depends on two things has the smaller of each, so
that every rule is a minimum, and no dependence is a large number.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jax.extend.core import JaxprEqn
from jaxtyping import Int

from aann.shown.brief import brief

NOTHING = np.int32(2**30)
"""In all planes: it depends on nothing."""


@dataclasses.dataclass(frozen=True, eq=False)
class Extent:
    """What the elements of a value depend on.

    Attributes:
        planes: (2 x axes, *shape of the value).
    """

    planes: Int[np.ndarray, "plane *shape"]

    __repr__ = brief

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the value."""
        shape: tuple[int, ...] = self.planes.shape[1:]
        return shape


class Known:
    """A value that does not depend on the input; it is computed if a rule asks for it."""

    def __init__(self, compute: Callable[[], Any]) -> None:
        self._compute: Callable[[], Any] | None = compute
        self._value: Any = None

    @property
    def value(self) -> np.ndarray:
        """The value itself."""
        if self._compute is not None:
            self._value, self._compute = np.asarray(self._compute()), None
        found: np.ndarray = self._value
        return found


Value = Extent | Known


def size(atom: Any) -> tuple[int, ...]:
    """The shape of a variable's value, or of a literal."""
    return tuple(atom.aval.shape)


def nothing(planes: int, shape: Sequence[int]) -> Extent:
    """The extent of what depends on nothing."""
    return Extent(np.broadcast_to(NOTHING, (planes, *shape)))


def count(args: Sequence[Value]) -> int:
    """How many planes the extents among some values have; there is one."""
    return next(len(a.planes) for a in args if isinstance(a, Extent))


def union(shape: Sequence[int], args: Sequence[Value]) -> Extent:
    """Element by element, of values that broadcast to a shape as they are."""
    planes = count(args)
    found = np.full((planes, *shape), NOTHING)
    for a in args:
        if isinstance(a, Extent):
            lone = (1,) * (len(shape) - len(a.shape))
            found = np.minimum(found, a.planes.reshape(planes, *lone, *a.shape))
    return Extent(found)


def whole(extent: Extent, rank: int) -> np.ndarray:
    """All that any element depends on: (planes, 1, ..., 1)."""
    planes = extent.planes
    least = planes.reshape(len(planes), -1).min(axis=1, initial=NOTHING)
    found: np.ndarray = least.reshape(-1, *[1] * rank)
    return found


def everything(eqn: JaxprEqn, args: Sequence[Value]) -> list[Value]:
    """The results of an equation of which no more is known: all depend on all."""
    found: list[Value] = []
    for var in eqn.outvars:
        rank = len(size(var))
        least = [whole(a, rank) for a in args if isinstance(a, Extent)]
        planes = np.minimum.reduce(least)
        found.append(Extent(np.broadcast_to(planes, (len(planes), *size(var)))))
    return found
