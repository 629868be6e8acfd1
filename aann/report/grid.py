"""Tables for pages that sort them: cells of text with the values that they are sorted by."""

import math
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from aann.report.data import ReportData
from aann.report.estimate import Estimate
from aann.report.words import numbers, share
from aann.shown.brief import brief
from aann.shown.digits import vanishes

MARKS = {"ablation": "○", "fit": "◇", "control": "△", "program": "■", "intact": "●"}
"""One for each kind of row, so that nobody needs colours to tell them apart."""

_NUMBER = re.compile(r"[-+]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?(?![\w.])", re.IGNORECASE)


class Bar(NamedTuple):
    """An interval in percent of the width of its cell, with the places of 0 and 1.

    ``low``, ``middle`` and ``high`` are below 0 or above 100 where they are off the scale.
    """

    low: float
    middle: float
    high: float
    zero: float
    one: float

    def __repr__(self) -> str:
        return brief(self)


class Cell(NamedTuple):
    """A cell.

    Attributes:
        text: shown.
        value: sorted by, a number or text; None sorts last, whatever the direction.
        kind: of the row that it names.
        bar: the interval that it states.
        more: a longer text behind it.
    """

    text: str
    value: float | str | None
    kind: str = ""
    bar: Bar | None = None
    more: str = ""

    def __repr__(self) -> str:
        return brief(self)


class Grid(NamedTuple):
    """A table.

    Attributes:
        title: its caption.
        head: names of the columns.
        rows: of cells; the first cell names the row.
        notes: what the columns mean.
        strong: name of the row to point out.
    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()
    strong: str = ""

    def __repr__(self) -> str:
        return brief(self)

    @property
    def marked(self) -> bool:
        """Whether every row has the mark of its kind before its name."""
        return bool(self.rows) and all(row[0].kind for row in self.rows)

    def numeric(self, column: int) -> bool:
        """Whether the column holds numbers, some of them perhaps unknown."""
        cells = [row[column] for row in self.rows]
        return any(c.text for c in cells) and not any(isinstance(c.value, str) for c in cells)


def of_text(
    title: str, cells: Sequence[Sequence[str]], notes: Sequence[str] = (), kind: str = ""
) -> Grid:
    """A table of text, the header first; cells that start with a number are sorted by it.

    Args:
        title: its caption.
        cells: rows of equal length, the header first.
        notes: what the columns mean.
        kind: name of the column that has the kinds of rows, if one has.
    """
    head, *body = cells
    rows = [[Cell(text, _value(text)) for text in row] for row in body]
    columns = [[row[i] for row in rows] for i in range(len(head))]
    for i, column in enumerate(columns):  # a column of names may hold some that look like numbers
        if any(isinstance(cell.value, str) for cell in column):
            for row, cell in zip(rows, column, strict=True):
                row[i] = cell._replace(value=cell.text or None)
        if head[i] == kind:
            for row, cell in zip(rows, column, strict=True):
                row[i] = cell._replace(kind=cell.text)
    return Grid(title, head, rows, notes)


def damage(report: ReportData) -> Grid:
    """What zeroing the units costs."""
    rows = [
        [
            Cell(metric_name(m), metric_name(m)),
            number(report.intact.get(m), _loss),
            number(_zeroed(report, m), _loss),
            Cell(str(report.damage[m]), report.damage[m].mean),
        ]
        for m in report.metrics
    ]
    return Grid("What zeroing the units costs", ["loss", "intact", "zeroed", "damage"], rows)


def losses(report: ReportData) -> Grid:
    """The mean losses behind what is recovered."""
    intact = [number(report.intact.get(m), _loss) for m in report.metrics]
    rows = [[Cell("intact", "intact", kind="intact"), *intact]] + [
        [
            Cell(row.name, row.name, kind=row.kind),
            *(number(row.loss.get(m), _loss) for m in report.metrics),
        ]
        for row in report.rows
    ]
    return Grid("Mean loss with each row", ["row", *map(metric_name, report.metrics)], rows)


def units(report: ReportData) -> Grid:
    """Correlation of every unit with each program, and with the main one the robust one, too."""
    shown = [r for r in report.rows if r.source and len(r.correlation) == len(report.units)]
    columns = [[number(x, share) for x in r.correlation] for r in shown]
    names = [r.name for r in shown]
    pooled, robust = (report.arrays.get(f"agreement/{m}") for m in ("correlation", "robust"))
    main = report.main
    if pooled is not None and robust is not None and main in shown:
        place, row = shown.index(main), list(report.rows).index(main)
        columns[place] = [_with(c, x) for c, x in zip(columns[place], pooled[row], strict=True)]
        ranks = [_with(Cell("-", None), x) for x in robust[row]]
        columns.insert(place + 1, ranks)
        names.insert(place + 1, f"{main.name}, robust")
    rows = [
        [Cell(str(unit), float(unit)), *(column[i] for column in columns)]
        for i, unit in enumerate(report.units)
    ]
    title = "Correlation of every unit with the programs"
    return Grid(title, ["unit", *names], rows if shown else [])


def _with(cell: Cell, ends: np.ndarray) -> Cell:
    """A number with its interval, estimate, low and high, where that is known."""
    middle, low, high = ends.tolist()
    if not math.isfinite(middle):
        return cell
    return Cell(f"{middle:.2f} [{low:.2f}, {high:.2f}]", middle)


def constants(report: ReportData) -> Grid:
    """The constants of the program with where they come from."""
    rows = []
    for name, c in report.constants.items():
        text = numbers(c["value"])
        many = text.split(" ")
        short = f"{' '.join(many[:FEW])} ... ({len(many):,} numbers)" if len(many) > FEW else text
        value = float(many[0])
        rows.append(
            [
                Cell(name, name),
                Cell(short, value if math.isfinite(value) else None, more=text * (short != text)),
                Cell(c["origin"], c["origin"]),
                Cell(c["note"], c["note"] or None),
            ]
        )
    return Grid("Constants of the program", ["name", "value", "origin", "note"], rows)


FEW = 8
"""A constant of more numbers is cut short, with all of them behind it."""


def metric_name(metric: str) -> str:
    """As people write it."""
    return {"kl": "KL"}.get(metric, metric)


def number(x: float | int | None, text: Callable[..., str]) -> Cell:
    """A cell of a number that may be unknown."""
    return Cell(text(x), None if x is None else float(x))


def _loss(x: float | None) -> str:
    return "-" if x is None else f"{x:.4g}"


def _zeroed(report: ReportData, metric: str) -> float | None:
    zero = next((row for row in report.rows if row.name == "zero"), None)
    return zero.loss.get(metric) if zero else None


def _value(text: str) -> float | str | None:
    """What a cell of text is sorted by."""
    if text in ("", "-", "not identified"):
        return None
    found = _NUMBER.match(text)
    return float(found.group().replace(",", "")) if found else text


def recovered(x: Estimate, scale: tuple[float, float]) -> Cell:
    """A cell of an interval, drawn between the ends of the scale."""
    if x.estimate is None or x.low is None or x.high is None:
        return Cell(interval(x), None)
    low, high = scale
    margin = 0.04 * (high - low)  # so that ends are seen

    def place(value: float) -> float:
        cut = min(max(value, low - 2 * margin), high + 2 * margin)
        return round(100 * (cut - low + margin) / (high - low + 2 * margin), 2)

    bar = Bar(*map(place, (x.low, x.estimate, x.high, 0.0, 1.0)))
    return Cell(interval(x), x.estimate, bar=bar)


def interval(x: Estimate) -> str:
    """Three decimals, or digits where there are many."""
    if x.estimate is None or x.low is None or x.high is None:
        return "not identified"
    if vanishes(max(map(abs, (x.estimate, x.low, x.high))), 3):
        return str(x)
    return f"{digits(x.estimate)} [{digits(x.low)}, {digits(x.high)}]"


def digits(x: float) -> str:
    """Three decimals, or digits where there are many."""
    return f"{x:.3f}" if abs(x) < 1000 else f"{x:.3g}"
