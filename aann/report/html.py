"""Reports as one HTML page that holds all it needs: style, script, pictures, source.

Nothing is loaded and nothing leaves the page; its content security policy says so to the browser,
and lets no script run but the page's own. Names, claims and source are escaped: they are input.
"""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from aann.report import agreement, grid, headline, ladder
from aann.report.beyond import beyond
from aann.report.data import ReportData, ReportRow
from aann.report.grid import Grid
from aann.report.pictures import Picture
from aann.report.rendering import asset, environment, legible
from aann.report.text import rounding
from aann.report.words import count, some
from aann.shown.brief import brief

LONGEST_SOURCE = 200_000
"""Characters of a source that is coloured: it takes seconds a megabyte."""


class Chapter(NamedTuple):
    """One report with its figures."""

    report: ReportData
    pictures: Sequence[Picture] = ()

    def __repr__(self) -> str:
        return brief(self)


class Program(NamedTuple):
    """One source, and the rows that it stands behind."""

    rows: Sequence[ReportRow]
    source: Markup

    def __repr__(self) -> str:
        return brief(self)


def page(
    chapters: Sequence[Chapter], *, title: str = "", lead: str = "", summary: Sequence[Grid] = ()
) -> str:
    """A page of one report, or of several that belong together.

    Args:
        chapters: the reports, each with its figures.
        title: by default that of the only report.
        lead: what the reports are about; by default the only report's claim.
        summary: tables that come before the reports.

    Raises:
        ValueError: there is no report, or several without a title.
    """
    if not chapters or (len(chapters) > 1 and not title):
        raise ValueError(f"a page shows one report, or several with a title; got {len(chapters)}")
    script = asset("sort.js")
    return legible(
        environment()
        .get_template("page.html")
        .render(
            chapters=[_view(chapter, i) for i, chapter in enumerate(chapters)],
            title=title or chapters[0].report.eval,
            lead=lead,
            summary=summary,
            style=asset("style.css"),
            script=script,
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )


def fragment(report: ReportData) -> str:
    """The report without a page around it, for notebooks."""
    return legible(
        environment()
        .get_template("fragment.html")
        .render(
            chapters=[_view(Chapter(report), 0)],
            style=asset("style.css"),
            script=asset("sort.js"),
        )
    )


def _view(chapter: Chapter, position: int) -> dict[str, Any]:
    """What the template shows of one report."""
    report = chapter.report
    key = hashlib.sha256(report.to_json().encode()).hexdigest()[:8]
    return {
        "key": f"r{position}-{key}",
        "report": report,
        "units": some(report.units),
        "facts": _facts(report),
        "ladder": ladder.ladder(report),
        "folded": ladder.folded(report),
        "beyond": beyond(report),
        "tables": [grid.damage(report), grid.constants(report)],
        "details": [t for t in (grid.losses(report), grid.units(report)) if t.rows],
        "programs": _programs(report),
        "pictures": chapter.pictures,
        "provenance": _provenance(report),
    }


class Fact(NamedTuple):
    """A number to see first, its interval, and what it stands beside."""

    name: str
    value: str
    interval: str
    beside: str

    def __repr__(self) -> str:
        return brief(self)


def _facts(report: ReportData) -> list[Fact]:
    main, metric = report.main, report.metrics[0]
    name = grid.metric_name(metric)
    facts = []
    if main:
        facts.append(_fact(f"{name} recovered", grid.interval(main.recovered[metric]), main.name))
    if main and (constant := headline.best_constant(report)):
        above = report.above_constant.get(metric)
        more = f"; the program is {grid.interval(above)} above" if above else ""
        found = grid.interval(constant.recovered[metric])
        facts.append(_fact(f"{name} of the best constant", found, f"zeroed: 0{more}"))
    if main and (best := ladder.best_control(report)):
        best_one = grid.interval(best.recovered[metric])
        facts.append(_fact(f"{name} of the best control", best_one, best.name))
    for program, looked in report.looked.items():
        times, _, first = str(looked).partition(", ")
        facts.append(Fact("held-out residuals looked at", times, "", f"{program}, {first}"))
    zeroed = f"of zeroing, n = {report.data['n']:,}"
    facts.append(_fact(f"{name} damage", str(report.damage[metric]), zeroed))
    if main:
        facts.append(_fact("correlation", *agreement.fact(main)))
        for what, mine in [("constants", main.constants), ("bits", main.bits)]:
            natural = f"the units themselves: {count(report.natural.get(what))}"
            facts.append(_fact(what, count(mine), natural))
    return facts


def _fact(name: str, text: str, beside: str) -> Fact:
    value, bracket, interval = text.partition(" [")
    return Fact(name, value if bracket else text, f"[{interval}" if bracket else "", beside)


def _programs(report: ReportData) -> list[Program]:
    """Each source once, that of the evaluated program first."""
    rows = [row for row in report.rows if row.source]
    sources = dict.fromkeys(row.source for row in rows)
    if report.main and report.main.source:
        sources = {report.main.source: None} | sources
    return [
        Program([row for row in rows if row.source == source], _coloured(source))
        for source in sources
    ]


def _coloured(source: str) -> Markup:
    """Escaped, with a class for each token."""
    if len(source) > LONGEST_SOURCE:
        return Markup(escape(source))
    return Markup(highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)))


def _provenance(report: ReportData) -> list[tuple[str, str]]:
    data, design = report.data, report.data.get("design") or {}
    return [
        ("command", report.command),
        ("model", f"{report.model}, parameters {report.weights}"),
        ("site", report.site),
        ("reported on", _half(data)),
        *([("fitted on", _half(design))] if design else []),
        ("seed", str(report.seed)),
        *(("precision", line) for line in rounding(report)),
        *(("note", line) for line in report.notes),
        ("versions", ", ".join(f"{n} {v}" for n, v in report.versions.items())),
    ]


def _half(data: Any) -> str:
    return f"{data['name']}, {data['split']}, n = {data['n']}, hash {data['hash']}"
