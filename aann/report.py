"""Results as plain data: a table, ``report.json``, Markdown; figures are drawn from it alone."""

import dataclasses
import json
import math
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aann.interval import Interval
from aann.report_file import read
from aann.table import aligned, markdown

SCHEMA = 1
SHOWN_UNITS = 20
METRICS = ("kl", "nll", "top1", "top5", "agreement")


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A number with its interval; the numbers are None where it is not identified."""

    estimate: float | None
    low: float | None
    high: float | None
    identified: bool = True

    def __str__(self) -> str:
        if self.estimate is None or self.low is None or self.high is None:
            return "not identified"
        return f"{self.estimate:.3f} [{self.low:.3f}, {self.high:.3f}]"

    @classmethod
    def of(cls, interval: Interval) -> "Estimate":
        """From the interval of one number."""
        if not interval.identified:
            return cls(None, None, None, identified=False)
        return cls(float(interval.estimate), float(interval.low), float(interval.high))


@dataclasses.dataclass(frozen=True)
class Damage:
    """The mean loss that zero-ablation adds, with its interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.4f} [{self.low:.4f}, {self.high:.4f}]"


@dataclasses.dataclass(frozen=True)
class ReportRow:
    """One line: what stood in for the units, what it costs and what it recovers.

    Attributes:
        name, kind: see ``aann.ablation.Row``.
        constants, bits, flops: its complexity (flops an example); None where that has no meaning.
        recovered: metric -> loss recovered.
        loss: metric -> mean loss with it (error rates for top1, top5 and agreement).
        r2, correlation: one a unit; None where undefined.
    """

    name: str
    kind: str
    constants: int | None
    bits: float | None
    flops: float | None
    recovered: Mapping[str, Estimate]
    loss: Mapping[str, float]
    r2: Sequence[float | None]
    correlation: Sequence[float | None]

    @property
    def mean_correlation(self) -> float | None:
        """Mean over units, None where any is undefined."""
        known = [c for c in self.correlation if c is not None]
        return float(np.mean(known)) if len(known) == len(self.correlation) else None


@dataclasses.dataclass(frozen=True)
class Report:
    """The result of ``aann.evaluate``.

    Attributes:
        eval: what was run.
        claim: the program's claim.
        model, site, units: what was replaced.
        data: ``{"name", "split", "n", "hash"}`` of the held-out examples, and of ``design``.
        seed: of resamples and donors.
        versions: of Python and the libraries; ``weights``: hash of the parameters.
        damage: metric -> mean loss added by zero-ablation.
        intact: metric -> mean loss of the intact model.
        natural: constants, bits and flops of the units replaced.
        rows: the ladder.
        constants: the program's constants: name -> value, origin and note.
        precision: where products were in bfloat16, how far that moves recovered of the program,
            see ``aann.rounding``; else None.
        arrays: per-example losses ``losses/METRIC`` (rows + 1, n), the last of the intact model;
            ``examples/names`` and ``examples/marks`` (n,), see ``Examples``; the ``draws/METRIC``
            (rows, draws) of recovered, and whatever an eval adds for its figures. In
            ``report.npz``.
    """

    eval: str
    claim: str
    command: str
    model: str
    site: str
    units: Sequence[int]
    data: Mapping[str, Any]
    seed: int
    versions: Mapping[str, str]
    weights: str
    damage: Mapping[str, Damage]
    intact: Mapping[str, float]
    natural: Mapping[str, int | float | None]
    rows: Sequence[ReportRow]
    constants: Mapping[str, Mapping[str, Any]]
    precision: Mapping[str, Any] | None = None
    arrays: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict, repr=False)

    def row(self, name: str) -> ReportRow:
        """The row called ``name``.

        Raises:
            KeyError: there is none; the message lists the names.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"no row {name!r}; rows are {', '.join(r.name for r in self.rows)}")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Report":
        """What ``save`` wrote.

        Args:
            path: the folder, or ``report.json`` in it; ``report.npz`` lies beside it.

        Raises:
            OSError: a file is missing or cannot be read.
            ValueError: a file is truncated or altered, or of another schema: all problems.
        """
        report, arrays = read(cls, path, SCHEMA)
        return report.with_arrays(**arrays)

    def with_arrays(self, **arrays: np.ndarray) -> "Report":
        """The same report with more arrays."""
        return dataclasses.replace(self, arrays={**self.arrays, **arrays})

    def to_json(self) -> str:
        """``report.json``: strict JSON, without the arrays."""
        plain = dataclasses.asdict(dataclasses.replace(self, arrays={}))
        del plain["arrays"]
        return json.dumps({"schema": SCHEMA, **plain}, indent=1, allow_nan=False)

    def save(self, folder: str | os.PathLike[str], figures: Sequence[str] = ()) -> None:
        """Write ``report.json``, ``report.md`` (showing ``figures``) and ``report.npz``."""
        path = pathlib.Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        for name, text in [("report.json", self.to_json()), ("report.md", self.markdown(figures))]:
            (path / name).write_text(text + "\n", encoding="utf-8")
        arrays: Mapping[str, Any] = self.arrays
        np.savez_compressed(path / "report.npz", **arrays)

    def markdown(self, figures: Sequence[str] = ()) -> str:
        """The report as a Markdown page that shows ``figures`` (file names beside it)."""
        return "\n".join(
            [
                f"# {self.eval}: {self.site} of {self.model}",
                "",
                f"> {self.claim}",
                "",
                *self._provenance(),
                "",
                *markdown([self._header(), *self._cells()]),
                "",
                *self._legend(),
                "",
                *(
                    f"![{name.removesuffix('.png').replace('_', ' ')}]({name})\n"
                    for name in figures
                ),
                "## Constants of the program",
                "",
                *markdown(
                    [
                        ["name", "value", "origin", "note"],
                        *(
                            [n, _value(c["value"]), c["origin"], c["note"]]
                            for n, c in self.constants.items()
                        ),
                    ]
                ),
            ]
        )

    def __str__(self) -> str:
        shown = aligned([self._header(), *self._cells()], left=2)
        return "\n".join([*self._provenance(), *shown, *self._legend()])

    def _metrics(self) -> list[str]:
        return [m for m in METRICS if m in self.damage]

    def _header(self) -> list[str]:
        return ["row", "kind", *self._metrics(), "correlation", "R2", "constants", "bits", "flops"]

    def _cells(self) -> list[list[str]]:
        return [
            [
                row.name,
                row.kind,
                *(_short(row.recovered[m]) for m in self._metrics()),
                _mean(row.correlation),
                _mean(row.r2),
                _count(row.constants),
                _count(row.bits),
                _count(row.flops),
            ]
            for row in self.rows
        ]

    def _provenance(self) -> list[str]:
        data, design = self.data, self.data.get("design") or {}
        damage = ", ".join(f"{m} {self.damage[m]}" for m in self._metrics())
        intact = ", ".join(f"{m} {self.intact[m]:.4f}" for m in self._metrics() if m != "kl")
        return [
            f"{self.eval}: {len(self.units)} units of {self.site} in {self.model}: "
            f"{_some(self.units)}",
            f"data: {data['name']}, {data['split']}, n = {data['n']} "
            f"(fitted on {design.get('name')}, {design.get('split')}, n = {design.get('n')}); "
            f"seed {self.seed}; 95% BCa bootstrap intervals",
            f"damage of zero-ablation: {damage}",
            f"intact model's loss: {intact}",
            *self._rounding(),
        ]

    def _rounding(self) -> list[str]:
        if self.precision is None:
            return []
        moved = ", ".join(f"{m} {_moved(self.precision['moved'][m])}" for m in self._metrics())
        return [
            f"bfloat16 products: recovered of the program minus that in float32: {moved} (on "
            f"n = {self.precision['n']} of these examples)"
        ]

    def _legend(self) -> list[str]:
        n = self.natural
        return [
            f"{', '.join(self._metrics())}: loss recovered, 1 - (L_row - L_intact) / (L_zero - "
            "L_intact), with its 95% interval; top1, top5 and agreement are error rates.",
            "correlation and R2: means over units, all examples and positions. flops: an example.",
            f"the units replaced: {_count(n.get('constants'))} constants, {_count(n.get('bits'))} "
            f"bits, {_count(n.get('flops'))} flops",
        ]


def number(x: float) -> float | None:
    """A float for JSON: None where it is NaN or infinite."""
    return float(x) if math.isfinite(x) else None


def _some(units: Sequence[int]) -> str:
    """The units, or the first of many."""
    shown = [str(u) for u in units[:SHOWN_UNITS]]
    return ", ".join(shown) + (", ..." if len(units) > SHOWN_UNITS else "")


def _short(estimate: Estimate) -> str:
    if estimate.estimate is None:
        return "not identified"
    return f"{estimate.estimate:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"


def _moved(x: Mapping[str, float | None]) -> str:
    if x["estimate"] is None:
        return "not identified"
    return f"{x['estimate']:+.4f} [{x['low']:+.4f}, {x['high']:+.4f}]"


def _mean(values: Sequence[float | None]) -> str:
    known = [v for v in values if v is not None]
    return f"{np.mean(known):.2f}" if len(known) == len(values) else "-"


def _count(x: int | float | None) -> str:
    if x is None:
        return "-"
    return f"{x:,.0f}" if x < 1e7 else f"{x:.2g}"


def _value(value: Any) -> str:
    return " ".join(f"{v:g}" for v in np.ravel(value))
