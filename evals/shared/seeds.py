"""One table for each circuit: what its programs recover in every network of a task.

Rows are made of reports, one for each network and circuit, so that every number here is in a report
as well. Zero-ablation is of the same units for all rows of one network.
"""

import dataclasses
import json
import pathlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import aann
from aann.evaluation.lineup import name_of
from aann.report.data import ReportRow
from aann.report.estimate import Estimate
from aann.report.folder import replacing
from aann.report.grid import Grid, of_text
from aann.report.report import Report
from aann.shown.table import aligned, markdown
from evals.shared import command

METRICS = ("kl", "nll")
Programs = tuple[aann.Replacement, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Circuit:
    """What is evaluated in one network.

    Attributes:
        name: the same in all networks.
        main: the programs, one for each place.
        programs: more programs for the same places.
        controls: wrong programs for the same places.
        linear: whether a linear prediction from the reads can be fitted.
        shuffles: how wrong programs of the same form are drawn: arguments of ``aann.shuffles``;
            None draws none.
    """

    name: str
    main: Programs
    programs: tuple[Programs, ...] = ()
    controls: tuple[Programs, ...] = ()
    linear: bool = True
    shuffles: Mapping[str, Any] | None = dataclasses.field(default_factory=dict)

    def report(
        self,
        model: aann.Model,
        design: aann.Design,
        heldout: aann.HeldOut,
        *,
        eval_name: str,
        seed: int,
        draws: int,
        on: aann.Machine | None = None,
        shuffled: Callable[..., Any] | None = None,
        **more: Any,
    ) -> Report:
        """The ladder of this circuit.

        ``shuffled`` draws wrong programs of its form, ``more`` goes to ``aann.evaluate``.
        """
        drawn = []
        if shuffled is not None and self.shuffles is not None:
            drawn = [shuffled(self.main, **self.shuffles)]
        return aann.evaluate(
            model, self.main, heldout, design=design, programs=self.programs,
            controls=[*self.controls, *drawn], linear=self.linear, seed=seed, draws=draws,
            name=f"{eval_name}, {self.name}", machine=on, **more,
        )  # fmt: skip

    def rows(self, network: str, report: Report, notes: Mapping[str, str]) -> list["Row"]:
        """The table's rows for one network: the program first, then other programs, controls.

        Args:
            network: the variant.
            report: of this circuit in it.
            notes: name of a program -> what else is known of it.
        """
        kinds = [(self.main, "program"), *((p, "program") for p in self.programs)]
        kinds += [(c, "control") for c in self.controls]
        units = "; ".join(_places(r) for r in self.main)
        return [
            Row.of(report.row(name), kind, self.name, network, units, report, notes)
            for programs, kind in kinds
            for name in [name_of(programs)]
        ]


@dataclasses.dataclass(frozen=True)
class Row:
    """One program in one network.

    Attributes:
        network, circuit, program: what was measured.
        kind: ``program`` or ``control``.
        units: what is replaced.
        recovered: metric -> loss recovered.
        loss: metric -> mean loss with the program.
        intact: mean cross-entropy of the intact network.
        damage: metric -> mean loss that zero-ablation adds.
        correlation, r2: with the natural units, mean over units; None where one is undefined.
        constants, bits: what the program knows.
        values: its declared constants, as in a row of ``report.json``.
        note: what else is known.
    """

    network: str
    circuit: str
    program: str
    kind: str
    units: str
    recovered: Mapping[str, Estimate]
    loss: Mapping[str, float]
    intact: float
    damage: Mapping[str, float]
    correlation: float | None
    r2: float | None
    constants: int | None
    bits: float | None
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    note: str = ""

    @classmethod
    def of(
        cls, row: ReportRow, kind: str, circuit: str, network: str, units: str, report: Report,
        notes: Mapping[str, str],
    ) -> "Row":  # fmt: skip
        """A row from that of a report."""
        known = [x for x in row.r2 if x is not None]
        return cls(
            network=network,
            circuit=circuit,
            program=row.name,
            kind=kind,
            units=units,
            recovered={m: row.recovered[m] for m in METRICS},
            loss={m: row.loss[m] for m in METRICS},
            intact=report.intact["nll"],
            damage={m: report.damage[m].mean for m in METRICS},
            correlation=row.mean_correlation,
            r2=sum(known) / len(known) if len(known) == len(row.r2) else None,
            constants=row.constants,
            bits=row.bits,
            values=row.values,
            note=notes.get(row.name, ""),
        )


def save(rows: Sequence[Row], folder: pathlib.Path) -> None:
    """Write ``seeds.json`` and ``seeds.md``."""
    if not command.leads():
        return
    plain = {"schema": 1, "rows": [dataclasses.asdict(row) for row in rows]}
    text = json.dumps(plain, indent=1, allow_nan=False)
    with replacing(folder) as new:
        (new / "seeds.json").write_text(f"{text}\n", encoding="utf-8")
        (new / "seeds.md").write_text(_page(rows, markdown, "## {}"), encoding="utf-8")


def text(rows: Sequence[Row]) -> str:
    """The tables for a terminal."""
    return _page(rows, aligned, "{}").rstrip()


def grids(rows: Sequence[Row]) -> list[Grid]:
    """The tables for a page: the last circuit first, programs in front of their networks."""
    made = []
    for circuit, cells in reversed(_tables(rows).items()):
        front = [cells[0].index(name) for name in FRONT]
        order = front + [i for i in range(len(cells[0])) if i not in front]
        made.append(of_text(circuit, [[line[i] for i in order] for line in cells], kind="kind"))
    return [*made[:-1], made[-1]._replace(notes=[LEGEND])]


FRONT = ("program", "kind", "network", "kl", "nll")
"""The first columns on a page, where the first one stays in sight."""


LEGEND = (
    "kl, nll: loss recovered on held-out examples with 95% studentised bootstrap intervals; left: "
    "mean KL from the intact network in nats, of which zero-ablation has the damage; correlation: "
    "with the natural units, mean over units. Controls are wrong programs."
)

HEADER = (
    "network", "units", "program", "kind", "kl", "nll", "left", "damage", "correlation",
    "constants", "bits", "note",
)  # fmt: skip


def _page(
    rows: Sequence[Row], table: Callable[[Sequence[Sequence[str]]], Iterable[str]], title: str
) -> str:
    """All tables, one for each circuit."""
    lines = []
    for circuit, cells in _tables(rows).items():
        lines += [title.format(circuit), "", *table(cells), ""]
    return "\n".join([*lines, LEGEND, ""])


def _tables(rows: Sequence[Row]) -> dict[str, list[list[str]]]:
    """Circuit -> header and lines, without columns that are empty."""
    tables = {}
    for circuit in dict.fromkeys(row.circuit for row in rows):
        cells = [HEADER, *(_cells(row) for row in rows if row.circuit == circuit)]
        kept = [i for i in range(len(HEADER)) if any(line[i] for line in cells[1:])]
        tables[circuit] = [[line[i] for i in kept] for line in cells]
    return tables


def _cells(row: Row) -> list[str]:
    return [
        row.network, row.units, row.program, row.kind,
        *(_interval(row.recovered[m]) for m in METRICS),
        f"{row.loss['kl']:.2g}", f"{row.damage['kl']:.2f}",
        "-" if row.correlation is None else f"{row.correlation:.2f}",
        "-" if row.constants is None else f"{row.constants:,}",
        "-" if row.bits is None else f"{row.bits:,.0f}", row.note,
    ]  # fmt: skip


def _interval(x: Estimate) -> str:
    if x.estimate is None or x.low is None or x.high is None:
        return "not identified"
    return f"{_digits(x.estimate)} [{_digits(x.low)}, {_digits(x.high)}]"


def _digits(x: float) -> str:
    """Three decimals; more where fewer would round what is left to nothing."""
    decimals = next((d for d in (3, 4, 5, 6) if abs(1 - x) >= 0.5 * 10**-d), 6)
    return f"{x:.{decimals}f}"


def _places(r: aann.Replacement) -> str:
    """Short: ``blocks.1.attn.pattern 0, 2``; all units of a wide site as a count."""
    units = f"{len(r.units)}" if len(r.units) > 8 else ", ".join(map(str, r.units))
    return f"{r.site.removesuffix('.attn.pattern')}: {units}"
