"""What a program says and what it leaves out, in one number: the two-part code.

Stating the units' values on n examples takes the program's bits once, and for each example the bits
of the residual: how the units differ from what the program computes, up to a mean squared error of
1% of their variance (``aann.statistics.agreement``). The sum of both is the two-part code of the
minimum description length principle. A program pays where what it saves on residuals exceeds its
own bits; the constant of mean ablation is what it competes with.

Sources: Rissanen, "Modeling by shortest data description" (Automatica, 1978); Grünwald, "The
minimum description length principle" (2007), chapter 5.
"""

import math
from typing import Final

from aann.report.data import ReportData, ReportRow
from aann.report.grid import Cell, Grid, number
from aann.report.words import count

MEAN: Final = "mean"
"""The row that programs compete with."""


def break_even(row: ReportRow, other: ReportRow) -> int | None:
    """From how many examples on ``row`` has the shorter two-part code; None if it never has.

    None, too, where it is shorter on few examples alone: it says less and leaves more.
    """
    start, ours = row.code_length(0), row.code_length(1)
    floor, theirs = other.code_length(0), other.code_length(1)
    if start is None or ours is None or floor is None or theirs is None:
        return None
    more, saved = start - floor, (theirs - floor) - (ours - start)
    if saved < 0 or (saved == 0 and more >= 0):
        return None
    if more < 0:
        return 0
    n = more / saved
    return math.floor(n) + 1 if math.isfinite(n) else None


def table(report: ReportData) -> Grid:
    """The rows that have both parts, and the units themselves."""
    n = report.data["n"]
    mean = next((row for row in report.rows if row.name == MEAN), None)
    rows = [_line(row, mean, n) for row in report.rows if row.code_length(n) is not None]
    natural = report.natural.get("bits")
    if rows and natural is not None:
        total = number(natural, count)
        name = Cell("the units", "the units", kind="intact")
        rows.append([name, total, Cell("0", 0.0), total, Cell("-", None)])
    head = ["row", "bits", "residual, bits an example", f"bits on n = {n:,}", "pays from n ="]
    strong = report.main.name if report.main else ""
    return Grid("Two-part code", head, rows, NOTES, strong)


NOTES: Final = (
    "bits: of the program. residual: what stating the units' values on one example takes once the "
    "program's are known, up to a mean squared error of 1% of each unit's variance, with its 95% "
    "interval; a Gaussian code, which is an upper bound. The next column is the sum of both on all "
    "examples of this report.",
    f"pays from: the number of examples from which on the sum is below that of {MEAN!r}; - where "
    "it does not stay below.",
)


def _line(row: ReportRow, mean: ReportRow | None, n: int) -> list[Cell]:
    known = row.residual_bits
    assert known is not None
    residual = f"{count(known.estimate)} [{count(known.low)}, {count(known.high)}]"
    pays = break_even(row, mean) if mean is not None and row is not mean else None
    return [
        Cell(row.name, row.name, kind=row.kind), number(row.bits, count),
        Cell(residual, known.estimate), number(row.code_length(n), count), number(pays, count),
    ]  # fmt: skip
