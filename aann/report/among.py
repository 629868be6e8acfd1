"""The table of a report that says where the program stands among wrong programs of its form."""

from typing import Final

import numpy as np

from aann.report import grid
from aann.report.data import ReportData
from aann.report.grid import Cell, Grid
from aann.report.shuffled import Shuffled
from aann.shown.brief import counted

HEAD: Final = (
    "shuffled",
    "metric",
    "program",
    "least",
    "median",
    "most",
    "beats",
    "p",
    "95% interval",
)

NOTE: Final = (
    "Wrong programs of the same form, drawn at random (Shi et al., arXiv 2410.13032). least, "
    "median, most: recovered by them; beats: the share of them that the program beats; p = (1 + at "
    "least as good) / (1 + all of them), with the interval of the p that infinitely many draws "
    "would give. The program is recomputed on the same examples as they are."
)


def table(report: ReportData) -> Grid:
    """One line for each kind of shuffle and metric."""
    rows = [
        _row(found, metric)
        for found in report.shuffles
        for metric in report.metrics
        if metric in found.metrics
    ]
    notes = [f"{found.what}: {how(found)}." for found in report.shuffles]
    return Grid("Among wrong programs of the same form", HEAD, rows, [*notes, NOTE])


def how(found: Shuffled) -> str:
    """How many there were, on how many examples, in words."""
    every = "all " if found.enumerated else ""
    drawn = "" if found.enumerated else f", drawn with seed {found.seed}"
    on = f"{found.examples:,} of {found.of:,}" if found.examples < found.of else f"{found.of:,}"
    return f"{every}{counted(found.n, 'wrong program')}{drawn}, on {on} held-out examples"


def _row(found: Shuffled, metric: str) -> list[Cell]:
    s = found.metrics[metric]
    known = [x for x in s.draws if x is not None]
    spread = np.quantile(known, [0, 0.5, 1]).tolist() if known else [None] * 3
    p_range = "exact" if found.enumerated else f"[{s.low:.2g}, {s.high:.2g}]"
    stands = [Cell("-", None)] * 3  # no damage, and so nothing to recover
    if s.program is not None:
        stands = [
            Cell(f"{s.quantile:.1%}", s.quantile), Cell(f"{s.p:.2g}", s.p), Cell(p_range, s.high),
        ]  # fmt: skip
    return [
        Cell(f"{found.program}: {found.what}", found.what),
        Cell(grid.metric_name(metric), grid.metric_name(metric)),
        *(grid.number(x, _recovered) for x in (s.program, *spread)),
        *stands,
    ]


def _recovered(x: float | None) -> str:
    return "-" if x is None else grid.digits(x)
