"""What ``aann.refit`` found: how much of a result is this very fit."""

import dataclasses
import json
from collections.abc import Mapping, Sequence

from aann.shown.brief import brief, counted, word
from aann.shown.screen import Shown, Tabular
from aann.shown.table import markdown

SCHEMA = 1


@dataclasses.dataclass(frozen=True)
class Refits:
    """What the program and its refits recover, by one metric; None: not identified.

    Attributes:
        estimate: of the program that was fitted to all design examples.
        low: lower end of its 95% interval over held-out examples, the program as it is.
        high: upper end.
        wide_low: lower end of the interval that counts the fit, too (``aann.statistics.wider``).
        wide_high: upper end.
        deviation: standard deviation between refits.
        draws: of each refit, on the same held-out examples.
    """

    estimate: float | None
    low: float | None
    high: float | None
    wide_low: float | None
    wide_high: float | None
    deviation: float | None
    draws: Sequence[float | None]

    __repr__ = brief


@dataclasses.dataclass(frozen=True)
class UnitFound:
    """A unit that the program or a refit replaces.

    Attributes:
        site: where.
        unit: there.
        first: whether the program that was fitted to all design examples replaces it.
        share: of the refits that do.
    """

    site: str
    unit: int
    first: bool
    share: float

    __repr__ = brief


@dataclasses.dataclass(frozen=True)
class Spread:
    """A constant of the program over refits that have it, entries of units by their unit.

    Attributes:
        name: of the constant.
        entries: how many numbers it is.
        fits: refits that have all or some of them.
        first: of the program that was fitted to all design examples; empty where there are many.
        low: 5% quantile of the refits, likewise.
        high: 95% quantile.
        typical: median over entries of high - low.
        size: median over entries of the absolute value.
    """

    name: str
    entries: int
    fits: int
    first: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    typical: float
    size: float

    __repr__ = brief


@dataclasses.dataclass(frozen=True, repr=False)
class Refitted(Tabular):
    """The whole fit, drawn anew.

    Attributes:
        program: its name.
        fits: refits that gave a program.
        failed: what others said, and how often.
        seed: of the resampled design halves.
        design: how many design examples there are.
        n: held-out examples.
        metrics: name -> what is recovered.
        units: those found, the program's first.
        constants: of the program.
    """

    program: str
    fits: int
    failed: Mapping[str, int]
    seed: int
    design: int
    n: int
    metrics: Mapping[str, Refits]
    units: Sequence[UnitFound]
    constants: Sequence[Spread]

    def to_json(self) -> str:
        """Strict JSON."""
        return json.dumps({"schema": SCHEMA, **dataclasses.asdict(self)}, indent=1, allow_nan=False)

    def markdown(self) -> str:
        """A Markdown page."""
        tables = [self.cells(), self.unit_cells(), self.constant_cells()]
        parts = [line for cells in tables if len(cells) > 1 for line in (*markdown(cells), "")]
        return "\n".join(["# The whole fit", "", *self.head(), "", *parts, *self.legend()])

    def _shown(self) -> Shown:
        return Shown(self.head(), self.cells(), [*self.stability(), *self.legend()])

    def head(self) -> list[str]:
        """What was done."""
        lines = [
            f"{self.program}: found, fitted and evaluated again on "
            f"{counted(self.fits, 'resample')} of {self.design:,} design examples, seed "
            f"{self.seed}; n = {self.n:,} held-out examples"
        ]
        lines += [f"{counted(k, 'refit')} failed: {error}" for error, k in self.failed.items()]
        for metric, r in self.metrics.items():
            if r.estimate is not None and (none := sum(x is None for x in r.draws)):
                lines.append(
                    f"{metric}: zeroing the units of {counted(none, 'refit')} does no damage to "
                    "recover; the spread of fits is that of the others"
                )
        return lines

    def cells(self) -> list[list[str]]:
        """The intervals, the header first."""
        header = ["metric", "recovered", "this fit", "any such fit", "sd of fits"]
        return [header, *([m, *_line(r)] for m, r in self.metrics.items())]

    def unit_cells(self) -> list[list[str]]:
        """How often units are found, the header first."""
        rows = [
            [u.site, str(u.unit), "yes" if u.first else "no", f"{u.share:.0%}"] for u in self.units
        ]
        return [["site", "unit", "in the program", "in refits"], *rows]

    def constant_cells(self) -> list[list[str]]:
        """How far constants vary, the header first."""
        rows = [
            [s.name, f"{s.entries:,}", f"{s.size:.3g}", f"{s.typical:.2g}", str(s.fits)]
            for s in self.constants
        ]
        return [["constant", "entries", "size", "5% to 95%", "refits"], *rows]

    def stability(self) -> list[str]:
        """How many of the units most refits find."""
        mine = [u for u in self.units if u.first]
        if not mine or not self.fits:
            return []
        least = min(mine, key=lambda u: u.share)
        often = sum(u.share >= 0.9 for u in mine)
        return [
            f"units: {often} of {len(mine)} are found in at least 90% of the refits; the least "
            f"stable one, {word(least.unit)} of {least.site}, in {least.share:.0%}"
        ]

    def legend(self) -> list[str]:
        """What the columns mean."""
        return [
            "this fit: 95% interval over held-out examples, the program as it is; any such fit: "
            "with the chance of the design examples as well, for what this way of finding and "
            "fitting recovers (Zou and Donner 2008; t quantile of the standard deviation of fits)."
        ]


def _line(r: Refits) -> list[str]:
    if r.estimate is None:
        return ["not identified", "-", "-", "-"]
    return [
        f"{r.estimate:.3f}", _ends(r.low, r.high), _ends(r.wide_low, r.wide_high),
        "-" if r.deviation is None else f"{r.deviation:.2g}",
    ]  # fmt: skip


def _ends(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"[{low:.3f}, {high:.3f}]"
