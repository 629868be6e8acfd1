"""Each unit's agreement with the program: correlation, R2, slope, and how often both fire."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aann.residuals.units import Units
from aann.vis.caption import captioned
from aann.vis.residuals.panels import ARTIFICIAL, TRUE, named, of, rule
from aann.vis.style import FAINT, INK, LARGE, figure, legend, tidy

MOST: Final = 40
"""Units that have a row."""


def units_and_program(found: Units, *, title: str = "") -> Figure:
    """A row a unit, in the order of the program.

    Args:
        found: of ``aann.residuals.units``.
        title: by default which program this is.
    """
    units = found.about.units[:MOST]
    rows = np.arange(len(units))
    drawing = figure(8.2, 1.5 + 0.24 * len(units))
    axes = drawing.subplots(1, 4, sharey=True, width_ratios=(1, 1, 1, 1.15))
    panels = (
        ("correlation", found.correlation, 1.0),
        ("R2", found.r2, 1.0),
        ("slope, natural on artificial", found.slope, 1.0),
    )
    for at, (name, ends, level) in zip(axes, panels, strict=False):
        _intervals(at, rows, ends[: len(units)])
        rule(at, x=level)
        if name == "R2":
            rule(at, x=0.0)
        named(at, across=name)
    _firing(axes[3], rows, found)
    axes[0].set_yticks(rows, list(map(str, units)))
    axes[0].set_ylim(len(units) - 0.4, -0.6)
    for at in axes:
        tidy(at, grid="x")
        at.tick_params(axis="y", length=0)
        at.spines["left"].set_visible(False)
        at.locator_params(axis="x", nbins=4)
    named(axes[0], up="unit")
    keys = (("o", TRUE, "natural"), ("s", ARTIFICIAL, "artificial"))
    legend(drawing, [
        Line2D([], [], marker=m, color=c, linestyle="none", markersize=5, label=n)
        for m, c, n in keys
    ])  # fmt: skip
    heading = title or found.about.title("units and program")
    drawing.suptitle(heading, fontsize=LARGE, color=INK)
    more = "" if len(units) == len(found.about.units) else f" The first {MOST} units are shown."
    return captioned(
        drawing,
        f"How units agree with {of(found.about)}: correlation, R2 and the slope of natural on "
        "artificial values (below 1 the program overshoots), with 95% intervals over examples, "
        f"and the share of positions at which each is above zero.{more}",
    )


def _intervals(axes: Axes, rows: np.ndarray, ends: np.ndarray) -> None:
    known = np.isfinite(ends).all(axis=1)
    axes.hlines(rows[known], ends[known, 1], ends[known, 2], color=ARTIFICIAL, linewidth=1.6)
    there = np.isfinite(ends[:, 0])
    axes.plot(ends[there, 0], rows[there], "o", color=ARTIFICIAL, markersize=4)
    for row in rows[~there]:
        axes.annotate(
            "constant", (0.5, row), xycoords=("axes fraction", "data"), fontsize=7, color=FAINT,
            ha="center", va="center",
        )  # fmt: skip


def _firing(axes: Axes, rows: np.ndarray, found: Units) -> None:
    natural, artificial = (x[: len(rows), 0] for x in (found.fires, found.fires_artificially))
    axes.hlines(rows, natural, artificial, color=FAINT, linewidth=1.2, zorder=1)
    axes.plot(natural, rows, "o", color=TRUE, markersize=5, zorder=2)
    axes.plot(artificial, rows, "s", color=ARTIFICIAL, markersize=4, zorder=3)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    axes.set_xlim(left=0)
    named(axes, across="fires at")
