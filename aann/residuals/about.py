"""What a measurement is of: the head of its table, and values with their coordinates apart."""

import dataclasses
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float64
from numpy.typing import ArrayLike

from aann.residuals.observed import Observed
from aann.residuals.peeking import head
from aann.shown.brief import brief, clip, counted


@dataclasses.dataclass(frozen=True)
class About:
    """Which values a measurement is of.

    Attributes:
        program: its name.
        model: name of the model.
        site: where it writes.
        units: as the replacement has them.
        places: shape of the positions; () where an example has one value a unit.
        positions: of the site, that the places are, where the replacement names some, or None.
        data: name of the examples.
        split: ``"design"``, ``"heldout"`` or ``"all"``.
        n: how many.
    """

    program: str
    model: str
    site: str
    units: tuple[int, ...]
    places: tuple[int, ...]
    positions: tuple[int, ...] | None
    data: str
    split: str
    n: int

    __repr__ = brief

    def lines(self, what: str) -> list[str]:
        """The head of a table.

        Args:
            what: is measured, for example ``error by place``.
        """
        places = "x".join(map(str, self.places))
        count = int(np.prod(self.places))
        where = f", {places} position{'s' * (count != 1)}" if places else ""
        return [
            *head(self.split),
            f"{what}: {clip(self.program, 40)} at {clip(self.site, 40)} of {clip(self.model, 40)}",
            f"{counted(len(self.units), 'unit')}{where}; {counted(self.n, 'example')} of "
            f"{clip(self.data, 40)} ({self.split})",
        ]

    def title(self, what: str) -> str:
        """Of a figure."""
        warning = "" if self.split == "design" else f", {self.split.upper()} examples"
        return f"{what}: {clip(self.program, 40)} at {clip(self.site, 40)}{warning}"


def about(part: Observed) -> About:
    """What a measurement of ``part`` is of."""
    r, examples = part.replacement, part.examples
    return About(
        r.name, r.model, r.site, r.units, part.places, r.positions,
        examples.name, examples.split, len(examples),
    )  # fmt: skip


class Folded(NamedTuple):
    """Values in float64, positions in one axis; 0 where they do not count.

    Attributes:
        natural: (n, places, coordinates, units).
        artificial: likewise.
        here: (n, places), where they count.
    """

    natural: Float64[np.ndarray, "n places coordinates units"]
    artificial: Float64[np.ndarray, "n places coordinates units"]
    here: Bool[np.ndarray, "n places"]

    def __repr__(self) -> str:
        return brief(self)

    @property
    def residual(self) -> Float64[np.ndarray, "n places coordinates units"]:
        """Natural minus artificial."""
        return np.asarray(self.natural - self.artificial)


def folded(part: Observed) -> Folded:
    """The values of ``part``; units without coordinates have one."""
    here = part.here
    shape = (*here.shape, -1, len(part.replacement.units))
    natural, artificial = (
        np.where(here[:, :, None, None], grid.reshape(shape).astype(np.float64), 0.0)
        for grid in part.grids()
    )
    return Folded(natural, artificial, here)


def ratio(above: ArrayLike, below: ArrayLike) -> Float64[np.ndarray, "*shape"]:
    """A quotient, NaN where there is nothing below."""
    over, under = np.broadcast_arrays(np.asarray(above, np.float64), np.asarray(below, np.float64))
    found = np.full(over.shape, np.nan)
    np.divide(over, under, out=found, where=under > 0)
    return found


def shown(x: float | np.floating[Any], mark: str = ".3g") -> str:
    """A number of a table; a dash where it is not known."""
    return format(float(x), mark) if np.isfinite(x) else "-"
