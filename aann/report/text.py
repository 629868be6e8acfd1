"""Reports as text: aligned for a terminal, or as a Markdown page."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from aann.report.beyond import beyond
from aann.report.data import ReportData
from aann.report.estimate import Estimate
from aann.report.grid import Grid
from aann.report.headline import headline
from aann.report.pictures import Picture, title
from aann.report.words import count, numbers, share, some
from aann.shown.brief import COLUMNS, clip, visible
from aann.shown.digits import short
from aann.shown.screen import Shown
from aann.shown.table import aligned, markdown, paragraph, plain


def table(report: ReportData) -> str:
    """The ladder with its provenance and legend, for a terminal."""
    shown = aligned([_header(report), *_cells(report)], left=2)
    further = [line for grid in beyond(report) for line in _aligned(grid)]
    return "\n".join([*map(visible, _provenance(report)), *shown, *legend(report), *further])


def glance(report: ReportData) -> Shown:
    """The ladder for one screen, its head in a line each."""
    header = _header(report)
    end = len(header) - 1
    names = [row.name for row in report.rows]
    data = report.data
    head = [
        _what(report),
        *headline(report),
        f"data: {data['name']}, {data['split']}, {_n(data)}; seed {report.seed}; "
        "recovered with 95% intervals",
        f"damage of zero-ablation: {', '.join(f'{m} {report.damage[m]}' for m in report.metrics)}",
        *(f"note: {line}" for line in report.notes),
    ]
    return Shown(
        [clip(line, COLUMNS) for line in head],
        [header, *_cells(report)],
        left=2,
        # Flops, R2, and all metrics but the first go before what is counted.
        drop=(end, end - 3, end - 4, *reversed(range(3, 2 + len(report.metrics)))),
        keep=[names.index(report.main.name)] if report.main else [],
    )


def page(report: ReportData, figures: Sequence[str | Picture] = ()) -> str:
    """A Markdown page that shows ``figures`` (files beside it, by their names or as pictures)."""
    constants = [
        [n, numbers(c["value"]), c["origin"], c["note"]] for n, c in report.constants.items()
    ]
    lines = [
        f"# {plain(f'{report.eval}: {report.site} of {report.model}')}",
        "",
        f"> {paragraph(report.claim)}",
        "",
        *map(paragraph, _provenance(report)),
        "",
        *markdown([_header(report), *_cells(report)]),
        "",
        *legend(report),
        "",
        *(line for grid in beyond(report) for line in _markdown(grid)),
        *(line for shown in figures for line in _figure(shown)),
        "## Constants of the program",
        "",
        *markdown([["name", "value", "origin", "note"], *constants]),
    ]
    return "\n".join(lines)


def _aligned(grid: Grid) -> list[str]:
    """A table beyond the ladder, for a terminal."""
    return ["", visible(grid.title), *aligned(_texts(grid), left=1), *map(visible, grid.notes)]


def _markdown(grid: Grid) -> list[str]:
    """A table beyond the ladder, as a section of a page."""
    notes = [line for note in grid.notes for line in (paragraph(note), "")]
    return [f"## {plain(grid.title)}", "", *markdown(_texts(grid)), "", *notes]


def _texts(grid: Grid) -> list[list[str]]:
    return [list(grid.head), *([cell.text for cell in row] for row in grid.rows)]


def _figure(shown: str | Picture) -> list[str]:
    if isinstance(shown, str):
        return [f"![{plain(title(shown))}]({quote(shown)})\n"]
    caption = [f"{paragraph(shown.caption)}\n"] if shown.caption else []
    return [f"![{plain(shown.alt)}]({quote(shown.file)})\n", *caption]


def legend(report: ReportData) -> list[str]:
    """What the columns mean, and what the units themselves cost."""
    n = report.natural
    return [
        f"{', '.join(report.metrics)}: loss recovered, 1 - (L_row - L_intact) / (L_zero - "
        "L_intact), with its 95% interval; top1, top5 and agreement are error rates.",
        "correlation and R2: means over units, all examples and positions; robust: all examples "
        "count alike, see below. flops: an example.",
        f"the units replaced: {count(n.get('constants'))} constants, {count(n.get('bits'))} "
        f"bits, {count(n.get('flops'))} flops",
    ]


def _header(report: ReportData) -> list[str]:
    agreement = ["correlation", "robust", "R2"]
    return ["row", "kind", *report.metrics, *agreement, "constants", "bits", "flops"]


def _cells(report: ReportData) -> list[list[str]]:
    return [
        [
            row.name,
            row.kind,
            *(_short(row.recovered[m]) for m in report.metrics),
            share(row.mean_correlation),
            share(row.robust_correlation.estimate if row.robust_correlation else None),
            share(row.mean_r2),
            count(row.constants),
            count(row.bits),
            count(row.flops),
        ]
        for row in report.rows
    ]


def _provenance(report: ReportData) -> list[str]:
    data, design = report.data, report.data.get("design") or {}
    damage = ", ".join(f"{m} {report.damage[m]}" for m in report.metrics)
    intact = ", ".join(f"{m} {short(report.intact[m], 4)}" for m in report.metrics if m != "kl")
    where = f"{design.get('name')}, {design.get('split')}, n = {design.get('n')}"
    fitted = f" (fitted on {where})" if design else ""
    return [
        _what(report),
        *headline(report),
        f"data: {data['name']}, {data['split']}, {_n(data)}{fitted}; "
        f"seed {report.seed}; 95% studentised bootstrap intervals",
        f"damage of zero-ablation: {damage}",
        f"intact model's loss: {intact}",
        *rounding(report),
        *(f"note: {line}" for line in report.notes),
    ]


def _n(data: Mapping[str, Any]) -> str:
    """How many examples, and in how many groups if they have some."""
    groups = f" in {data['groups']} groups" if "groups" in data else ""
    return f"n = {data['n']}{groups}"


def _what(report: ReportData) -> str:
    if not report.units:  # several sites, parts of them
        return f"{report.eval}: {report.site} in {report.model}"
    return (
        f"{report.eval}: {len(report.units)} units of {report.site} in {report.model}: "
        f"{some(report.units)}"
    )


def rounding(report: ReportData) -> list[str]:
    """How far products in bfloat16 moved recovered, where they were used."""
    if report.precision is None:
        return []
    moved = ", ".join(f"{m} {_moved(report.precision['moved'][m])}" for m in report.metrics)
    return [
        f"bfloat16 products: recovered of the program minus that in float32: {moved} (on "
        f"n = {report.precision['n']} of these examples)"
    ]


def _moved(x: Mapping[str, float | None]) -> str:
    if x["estimate"] is None:
        return "not identified"
    return f"{x['estimate']:+.2g} [{x['low']:+.2g}, {x['high']:+.2g}]"


def _short(estimate: Estimate) -> str:
    if estimate.estimate is None:
        return "not identified"
    return f"{estimate.estimate:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"
