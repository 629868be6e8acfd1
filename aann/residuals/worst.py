"""The worst misses: where the program fires and the unit does not, and the other way round.

Of one example a few positions at most are taken, and those where the error is largest among their
neighbours, so that one bad spot is not shown ten times. For each unit apart, and over all units,
where a position counts once, at the unit that is wrong most.
"""

import dataclasses
from typing import Final, Literal

import numpy as np
from jaxtyping import Float32, Float64, Int

from aann.data.examples import Examples
from aann.residuals.about import About, about, ratio, shown
from aann.residuals.observed import Observed
from aann.shown.brief import brief, clip
from aann.shown.screen import Shown, Tabular
from aann.statistics.indices import is_count

APART: Final = 2
"""Positions: two of one example are farther from each other along one axis at least."""

Kind = Literal["over", "under"]


@dataclasses.dataclass(frozen=True, eq=False)
class Cases:
    """Misses, the worst first.

    Attributes:
        kind: ``"over"``: the program has more than the unit, or ``"under"``.
        unit: that they are of, as the replacement has it; None: of all units.
        example: (k,), which of the examples.
        names: of these.
        position: (k, axes), where in the example.
        units: (k,), which unit.
        coordinate: (k,), of the unit; 0 where it has none.
        natural: (k,) what the network has there.
        artificial: likewise, the program.
        natural_map: (k, *places), of that unit and coordinate in the whole example; what lies at
            positions that it does not have says nothing.
        artificial_map: likewise.
    """

    kind: str
    unit: int | None
    example: Int[np.ndarray, " k"]
    names: tuple[str, ...]
    position: Int[np.ndarray, "k axes"]
    units: Int[np.ndarray, " k"]
    coordinate: Int[np.ndarray, " k"]
    natural: Float32[np.ndarray, " k"]
    artificial: Float32[np.ndarray, " k"]
    natural_map: Float32[np.ndarray, "k *places"]
    artificial_map: Float32[np.ndarray, "k *places"]

    __repr__ = brief

    def __len__(self) -> int:
        return len(self.names)

    @property
    def residual(self) -> Float32[np.ndarray, " k"]:
        """Natural minus artificial: negative where the program over-fires."""
        return np.asarray(self.natural - self.artificial)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Worst(Tabular):
    """What ``worst`` found.

    Attributes:
        about: which values.
        cases: of all units first, then of each, over-firing before under-firing.
        example: (k,), the examples with the largest mean squared residual.
        names: of these.
        squared: (k,), that residual, over positions and units.
        share: (k,), of the sum over all examples; NaN where that is 0.
        examples: all that were looked at.
        present: (n, *places), where these have something, or None.
    """

    about: About
    cases: tuple[Cases, ...]
    example: Int[np.ndarray, " k"]
    names: tuple[str, ...]
    squared: Float64[np.ndarray, " k"]
    share: Float64[np.ndarray, " k"]
    examples: Examples = dataclasses.field(repr=False)
    present: np.ndarray | None = dataclasses.field(default=None, repr=False)

    def of(self, kind: Kind, unit: int | None = None) -> Cases:
        """The misses of a kind.

        Args:
            kind: ``"over"`` or ``"under"``.
            unit: as the replacement has it; by default of all units.

        Raises:
            KeyError: there are none of this kind and unit.
        """
        for cases in self.cases:
            if cases.kind == kind and cases.unit == unit:
                return cases
        units = ", ".join(map(str, self.about.units))
        raise KeyError(f"kinds are over and under, of units {units} or None; got {kind}, {unit}")

    def _shown(self) -> Shown:
        rows = [
            [
                "all" if cases.unit is None else str(cases.unit), f"{cases.kind}-fires",
                clip(cases.names[k], 24), ", ".join(map(str, cases.position[k].tolist())) or "-",
                str(cases.units[k]), shown(cases.natural[k]), shown(cases.artificial[k]),
                shown(cases.residual[k], "+.3g"),
            ]
            for cases in self.cases
            for k in range(len(cases))
        ]  # fmt: skip
        most = ", ".join(
            f"{clip(name, 24)} {shown(share, '.1%')}"
            for name, share in zip(self.names[:3], self.share[:3], strict=True)
        )
        return Shown(
            [*self.about.lines("worst misses"), f"of the squared error: {most}"],
            [
                ["of", "program", "example", "at", "unit", "natural", "artificial", "residual"],
                *rows,
            ],
            [f"the worst places of an example, more than {APART} positions apart"],
            left=4,
        )


def worst(part: Observed, n: int = 10, per_example: int = 2) -> Worst:
    """The worst misses of both kinds, and the worst examples.

    Args:
        part: what was observed.
        n: misses of a kind and unit, and examples.
        per_example: misses that one example may have of a kind and unit.

    Raises:
        ValueError: numbers that are none.
    """
    wrong = [f"{k} is a whole number from 1 up, got {x!r}"
             for k, x in (("n", n), ("per_example", per_example)) if not is_count(x)]  # fmt: skip
    if wrong:
        raise ValueError("; ".join(wrong))
    residual = part.residual()  # (n, places, columns)
    units = part.replacement.units
    wanted = [(None, np.arange(part.columns))] + [
        (unit, np.arange(i, part.columns, len(units))) for i, unit in enumerate(units)
    ]
    cases = [
        _cases(part, sign * residual[..., columns], columns, kind, unit, (n, per_example))
        for unit, columns in wanted
        for kind, sign in (("over", -1), ("under", 1))
    ]
    squares = np.einsum("npc,npc->n", residual, residual, dtype=np.float64)
    mean = ratio(squares, part.here.sum(axis=1) * float(part.columns))
    order = np.argsort(-np.nan_to_num(mean), kind="stable")[:n]
    return Worst(
        about(part), tuple(cases), order, tuple(part.examples.names[i] for i in order),
        mean[order], ratio(squares, squares.sum())[order], part.examples, part.present,
    )  # fmt: skip


def _cases(
    part: Observed,
    error: np.ndarray,
    columns: np.ndarray,
    kind: str,
    unit: int | None,
    most: tuple[int, int],
) -> Cases:
    """Those of some columns; ``error`` is positive where they err in this way."""
    which = np.argmax(error, axis=-1)
    largest = np.take_along_axis(error, which[..., None], axis=-1)[..., 0]
    example, place = _chosen(largest, part.places, *most)
    column = columns[which[example, place]]
    natural, artificial = (np.ascontiguousarray(grid[example, :, column]) for grid in part.grids())
    coordinate, position_of_unit = np.divmod(column, len(part.replacement.units))
    at = np.unravel_index(place, part.places) if part.places else ()
    position = np.stack(at, axis=-1) if at else np.zeros((len(place), 0), np.int64)
    rows, shape = np.arange(len(place)), (len(place), *part.places)
    return Cases(
        kind, unit, example, tuple(part.examples.names[i] for i in example), position,
        np.asarray(part.replacement.units)[position_of_unit], coordinate,
        natural[rows, place], artificial[rows, place],
        natural.reshape(shape), artificial.reshape(shape),
    )  # fmt: skip


def _chosen(
    error: Float32[np.ndarray, "n places"], places: tuple[int, ...], n: int, per_example: int
) -> tuple[Int[np.ndarray, " k"], Int[np.ndarray, " k"]]:
    """Example and place of the largest errors, few of each example and apart from each other."""
    from scipy.ndimage import maximum_filter  # noqa: PLC0415 - when it is asked for

    candidates = error > 0
    if places:
        maps = error.reshape(-1, *places)
        size = (1, *(2 * APART + 1 for _ in places))
        peaks = maximum_filter(maps, size, mode="nearest").reshape(error.shape)
        candidates &= error == peaks
    example, place = np.nonzero(candidates)
    order = np.lexsort((place, -error[example, place], example))
    example, place = example[order], place[order]
    first = np.searchsorted(example, example)  # where each one's example begins
    kept = np.arange(len(example)) - first < per_example
    example, place = example[kept], place[kept]
    order = np.argsort(-error[example, place], kind="stable")[:n]
    return example[order], place[order]
