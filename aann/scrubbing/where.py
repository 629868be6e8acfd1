"""Which of a network's activations a value of a program stands for."""

import dataclasses
from typing import Any

import numpy as np
from jaxtyping import Float

from aann.program.place import Place
from aann.shown.brief import brief
from aann.trace.site import INPUT


@dataclasses.dataclass(frozen=True, eq=False)
class Where:
    """A part of a site: ``aann.Where("fc1", units=(3, 7))``.

    Attributes:
        site: of the model; or ``input``, all of what the model is given.
        units: indices along ``axis``; None is all of them.
        axis: the channel axis; that of heads, say, for whole heads.
        positions: indices along ``position_axis``; None is all of them.
        position_axis: of the site.
        basis: (width, k) orthonormal columns: ``units`` are then directions of the channel axis.
        through: sites below. Where some are named, what is put in reaches the outputs through them
            alone, and everything else below sees the activation that it would have seen.

    Raises:
        TypeError, ValueError: with all problems.
    """

    site: str
    units: tuple[int, ...] | None = None
    axis: int = -1
    positions: tuple[int, ...] | None = None
    position_axis: int = 1
    basis: Float[np.ndarray, "width k"] | None = None
    through: tuple[str, ...] = ()

    __repr__ = brief

    def __post_init__(self) -> None:
        if not isinstance(self.site, str):
            raise TypeError(f"a site is called by a string, got {self.site!r}")
        for field in ("units", "positions", "through"):
            if (given := getattr(self, field)) is not None:
                plain = tuple(given) if np.iterable(given) and type(given) is not str else (given,)
                plain = tuple(int(i) if isinstance(i, np.integer) else i for i in plain)
                object.__setattr__(self, field, plain)
        if self.basis is not None:
            object.__setattr__(self, "basis", np.asarray(self.basis))
        problems = self._place(self.units if self.units is not None else (0,)).problems()
        problems += [f"through names sites, got {n!r}" for n in self.through if type(n) is not str]
        if self.site == INPUT and (self.through or self._partial):
            problems.append("'input' is taken as a whole: leave units, positions and through out")
        if problems:
            raise ValueError(f"site {self.site!r}: " + "; ".join(problems))

    @property
    def _partial(self) -> bool:
        return any(x is not None for x in (self.units, self.positions, self.basis))

    def _place(self, units: tuple[int, ...]) -> Place:
        return Place(units, self.axis, self.positions, self.position_axis, self.basis)

    def place(self, shape: tuple[int, ...]) -> Place:
        """The place in a site's value of this shape.

        Raises:
            ValueError: units, positions or axes that there are not; with all problems.
        """
        units = self.units
        if len(shape) < 2:
            raise ValueError(
                f"site {self.site!r} of shape {shape} has no axis of units: mark it with one, "
                "aann.site(name, x[:, None])[:, 0]"
            )
        axes = [self.axis, *([] if self.positions is None else [self.position_axis])]
        if batch := [axis for axis in axes if axis in (0, -len(shape))]:
            raise ValueError(
                f"site {self.site!r} of shape {shape}: axis {batch[0]} is that of the batch"
            )
        if units is None:
            width = shape[self.axis] if -len(shape) <= self.axis < len(shape) else 1
            units = tuple(range(width if self.basis is None else self.basis.shape[1]))
        place = self._place(units)
        place.check(shape, f"site {self.site!r}")
        return place

    def __str__(self) -> str:
        parts = [self.site]
        what = "unit" if self.basis is None else "direction"
        if self.units is not None:
            several = f"{len(self.units)} {what}s"
            one = f"{self.units[0]}" if self.basis is None else f"{what} {self.units[0]}"
            parts.append(several if len(self.units) > 1 else one)
        elif self.basis is not None:
            parts.append(f"{self.basis.shape[1]} directions")
        if self.axis != -1:
            parts.append(f"axis {self.axis}")
        if self.positions is not None:
            parts.append(f"positions {', '.join(map(str, self.positions))}")
        if self.through:
            parts.append(f"through {', '.join(self.through)}")
        return ", ".join(parts)


def as_where(given: Any) -> tuple[Where, ...]:
    """One or several places: a site's name, a ``Where``, or a sequence of those.

    Raises:
        TypeError: something else.
    """
    listed = given if isinstance(given, list | tuple) else [given]
    found = tuple(Where(one) if isinstance(one, str) else one for one in listed)
    if wrong := [one for one in found if not isinstance(one, Where)]:
        raise TypeError(
            f"a value stands for a site's name, an aann.Where or several, got {wrong[0]!r}"
        )
    return found
