"""Which errors cost, as plain arrays that show themselves as a table."""

import dataclasses
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float32

from aann.shown.brief import brief
from aann.shown.screen import Shown, Tabular
from aann.statistics.indices import is_count


class Costly(NamedTuple):
    """One error.

    Attributes:
        program: the replacement's name.
        example: its name.
        number: index of the example.
        place: of the position; () where there are none.
        unit: which.
        cost: in the loss' unit, of this one example.
    """

    program: str
    example: str
    number: int
    place: tuple[int, ...]
    unit: int
    cost: float

    def __repr__(self) -> str:
        return brief(self)


@dataclasses.dataclass(frozen=True, eq=False)
class PartCosts:
    """Costs of one replacement's errors.

    Attributes:
        program: the replacement's name.
        site: where it writes.
        units: which.
        values: (n, *places, units), coordinates of a unit summed; 0 where values do not count.
        here: (n, places), where they do, positions in one axis.
    """

    program: str
    site: str
    units: tuple[int, ...]
    values: Float32[np.ndarray, "n *places units"]
    here: Bool[np.ndarray, "n places"]

    __repr__ = brief

    @property
    def by_unit(self) -> Float[np.ndarray, " units"]:
        """Mean over examples of what each unit's errors cost, at all positions."""
        flat = self.values.reshape(-1, self.values.shape[-1])
        return np.asarray(flat.sum(axis=0, dtype=np.float64) / len(self.values))

    @property
    def by_place(self) -> Float[np.ndarray, "*places"]:
        """Mean over examples of what the errors at each position cost, of all units."""
        return np.asarray(self.values.sum(axis=(0, -1), dtype=np.float64) / len(self.values))

    @property
    def by_example(self) -> Float[np.ndarray, " n"]:
        """What all errors in an example cost."""
        return np.asarray(self.values.reshape(len(self.values), -1).sum(axis=1, dtype=np.float64))

    @property
    def by_position(self) -> Float[np.ndarray, "n *places"]:
        """What the errors at each position of each example cost, of all units."""
        return np.asarray(self.values.sum(axis=-1, dtype=np.float64))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Costs(Tabular):
    """What errors cost, and what they cost together.

    Attributes:
        metric: the loss.
        steps: nodes on the line; 1 is the gradient at the spliced run.
        names: of the examples.
        split: of the examples.
        parts: one a replacement.
        intact: (n,) losses of the intact model.
        spliced: (n,) losses with the programs in place.
    """

    metric: str
    steps: int
    names: tuple[str, ...]
    split: str
    parts: tuple[PartCosts, ...]
    intact: Float32[np.ndarray, " n"]
    spliced: Float32[np.ndarray, " n"]

    @property
    def gap(self) -> Float[np.ndarray, " n"]:
        """Of each example: spliced minus intact, measured."""
        return np.asarray(self.spliced.astype(np.float64) - self.intact)

    @property
    def total(self) -> Float[np.ndarray, " n"]:
        """Of each example: all costs together."""
        return np.asarray(sum(part.by_example for part in self.parts))

    @property
    def error(self) -> float:
        """Mean of the total less mean of the gap."""
        return float(self.total.mean() - self.gap.mean())

    def worst(self, k: int = 20) -> list[Costly]:
        """The ``k`` costliest errors, the worst first.

        Raises:
            ValueError: ``k`` is not at least 1.
        """
        if not is_count(k):
            raise ValueError(f"k is a number of errors, at least 1, got {k!r}")
        found = []
        for part in self.parts:
            flat = part.values.reshape(-1)
            top = np.argpartition(-flat, min(k, len(flat)) - 1)[:k]
            for at in top[np.argsort(-flat[top], kind="stable")]:
                number, *place, unit = (int(x) for x in np.unravel_index(at, part.values.shape))
                found.append(
                    Costly(
                        part.program, self.names[number], number, tuple(place), part.units[unit],
                        float(flat[at]),
                    )
                )  # fmt: skip
        return sorted(found, key=lambda one: -one.cost)[:k]

    def units(self) -> list[tuple[str, int, float]]:
        """Program, unit and mean cost of each, the costliest first."""
        found = [
            (part.program, unit, float(cost))
            for part in self.parts
            for unit, cost in zip(part.units, part.by_unit, strict=True)
        ]
        return sorted(found, key=lambda row: -row[2])

    def _shown(self) -> Shown:
        gap, total = float(self.gap.mean()), float(self.total.mean())
        how = "first order" if self.steps == 1 else f"{self.steps} steps"
        rows = [
            [program, str(unit), f"{cost:.4g}", f"{cost / gap:.1%}" if gap else "-"]
            for program, unit, cost in self.units()
        ]
        return Shown(
            [f"costs in {self.metric}, {how}: {len(self.names):,} {self.split} examples",
             f"all errors {total:.4g}, measured gap {gap:.4g}, difference {self.error:.2g}"],
            [["program", "unit", "cost", "share of the gap"], *rows],
            ["cost: mean over examples of what the loss loses along this unit's errors"],
        )  # fmt: skip
