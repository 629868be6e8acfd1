"""Which examples were chosen for each unit, with what is needed to show them."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from matplotlib.figure import Figure

from aann.data.examples import Examples
from aann.shown.brief import brief, clip
from aann.vis.activation_histogram import Counted, activation_histogram, fires
from aann.vis.chosen.options import KINDS
from aann.vis.quilt import Patch, quilt
from aann.vis.receptive_field import ReceptiveField

BEYOND = 0.9
"""How bright the part of a crop is that lies beyond the picture's edges."""


class Section(NamedTuple):
    """Examples that were chosen for one reason.

    Attributes:
        kind: ``top``, ``bottom``, ``random`` or ``quantiles``.
        label: in words.
        low: the smallest value that belongs here; None where all do.
        high: what all values here are below; None likewise.
        share: of all positions, those whose value belongs here; None where all do.
        indices: of the examples.
        names: of the examples.
        positions: where in each of them, along the axes of the site.
        values: there.
    """

    kind: str
    label: str
    low: float | None
    high: float | None
    share: float | None
    indices: Int[np.ndarray, " k"]
    names: tuple[str, ...]
    positions: Int[np.ndarray, "k axis"]
    values: Float[np.ndarray, " k"]

    def __repr__(self) -> str:
        return brief(self)


class UnitExamples(NamedTuple):
    """What was found of one unit.

    Attributes:
        name: of the unit.
        sections: the chosen examples.
        counts: positions in each bin of ``aann.vis.chosen.edges``.
        low: the smallest value.
        high: the largest value.
        mean: of all positions.
        field: what its positions see; None where the inputs are no pictures.
    """

    name: str
    sections: tuple[Section, ...]
    counts: Int[np.ndarray, " bin"]
    low: float
    high: float
    mean: float
    field: ReceptiveField | None

    def __repr__(self) -> str:
        return brief(self)

    @property
    def fires(self) -> float:
        """The share of positions with a value above zero."""
        return fires(self.counts)

    def of(self, kind: str) -> Section:
        """The first section of a kind.

        Raises:
            ValueError: there is none.
        """
        for section in self.sections:
            if section.kind == kind:
                return section
        known = ", ".join(dict.fromkeys(s.kind for s in self.sections))
        raise ValueError(f"{self.name} has no section {kind!r}; there are {known}")


@dataclasses.dataclass(frozen=True, eq=False)
class DatasetExamples:
    """What ``aann.vis.examples.examples`` found.

    Attributes:
        model: name of the model.
        data: name, split, number and hash of the examples.
        units: what was found of each.
        positions: how many there are along each axis of the site.
        seed: of what is random.
        examples: those that were gone through.
    """

    model: str
    data: Mapping[str, object]
    units: tuple[UnitExamples, ...]
    positions: tuple[int, ...]
    seed: int
    examples: Examples = dataclasses.field(repr=False)

    __repr__ = brief

    def __getitem__(self, unit: str | int) -> UnitExamples:
        if isinstance(unit, int):
            return self.units[unit]
        for found in self.units:
            if found.name == unit:
                return found
        raise KeyError(f"no unit {unit!r}; there are {', '.join(u.name for u in self.units)}")

    def figure(
        self, *units: str, kinds: Collection[str] = (), columns: int = 10, title: str = ""
    ) -> Figure:
        """What the positions see of their pictures, a row a section.

        Args:
            *units: names, by default of all.
            kinds: of sections, by default all that there are.
            columns: patches in a row.
            title: by default which data these are.

        Raises:
            ValueError: the model takes no pictures.
            KeyError: there is no such unit.
        """
        chosen = [self[name] for name in units] if units else list(self.units)
        if chosen[0].field is None:
            raise ValueError(
                f"the inputs of model {self.model!r} are no pictures: aann.vis.contexts shows "
                "tokens, and histogram() how active each unit is"
            )
        wanted = sorted({int(i) for u in chosen for s in u.sections for i in s.indices})
        pictures = dict(zip(wanted, self.examples.load(wanted), strict=True))
        low = float(min(np.min(p) for p in pictures.values()))
        high = float(max(np.max(p) for p in pictures.values()))
        fill = low + BEYOND * (high - low)
        sections = {
            f"{unit.name}, {section.label}": _patches(unit.field, section, pictures, fill)
            for unit in chosen
            for section in unit.sections
            if unit.field is not None and section.kind in (kinds or KINDS)
        }
        return quilt(sections, columns=columns, scale=(low, high), title=title or self.title)

    def histogram(self, *units: str, title: str = "") -> Figure:
        """How active the units are, over all positions.

        Args:
            *units: names, by default of all.
            title: by default which data these are.

        Raises:
            KeyError: there is no such unit.
        """
        chosen = [self[name] for name in units] if units else list(self.units)
        counted = [Counted(unit.name, unit.counts) for unit in chosen]
        return activation_histogram(counted, title or self.title)

    @property
    def title(self) -> str:
        """Which model and which data these are."""
        n, split = len(self.examples), self.data["split"]
        which = "" if split == "all" else f" {split}"
        return f"{self.model} on {n:,}{which} examples of {self.data['name']}"


def _patches(
    field: ReceptiveField, section: Section, pictures: Mapping[int, np.ndarray], fill: float
) -> Sequence[Patch]:
    rows = zip(
        section.indices.tolist(), section.names, section.positions.tolist(), section.values,
        strict=True,
    )  # fmt: skip
    return [
        Patch(field.crop(pictures[i], position, fill), (f"{value:.3g}", clip(_stem(name), 18)))
        for i, name, position, value in rows
    ]


def _stem(name: str) -> str:
    """A name without its ending, which says nothing of the picture."""
    stem, dot, ending = name.rpartition(".")
    return stem if dot and ending.isalpha() else name
