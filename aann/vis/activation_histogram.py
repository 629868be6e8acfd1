"""How often a unit is how active: a histogram of all positions, log counts, and where it fires."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aann.shown.brief import brief
from aann.vis.chosen.edges import BINS, EDGES, ZERO
from aann.vis.style import FAINT, INK, NATURAL, NORMAL, SMALL, figure, tidy

SPAN = 256
"""Activations below the largest one by more than this factor are drawn as one bar with zero."""
LETTER = 0.075
"""Inches of a letter of the title."""
COLUMNS = 3


class Counted(NamedTuple):
    """The activations of a unit.

    Attributes:
        name: of the unit.
        counts: positions in each bin of ``aann.vis.chosen.edges``.
    """

    name: str
    counts: Int[np.ndarray, " bin"]

    def __repr__(self) -> str:
        return brief(self)


def fires(counts: Int[np.ndarray, " bin"]) -> float:
    """The share of positions where an activation is above zero."""
    return float(counts[ZERO + 1 :].sum() / counts.sum())


def activation_histogram(units: Sequence[Counted], title: str = "") -> Figure:
    """Small multiples: positions (log) against activation (log, on both sides of zero).

    Args:
        units: at least one.
        title: above all of them.

    Raises:
        ValueError: there is none.
    """
    if not units:
        raise ValueError("a histogram is of a unit at least, got none")
    columns = min(COLUMNS, len(units))
    rows = -(-len(units) // columns)
    wide = max(2.7 * columns, LETTER * len(title) + 0.2)
    drawing = figure(wide, 2.1 * rows + 0.3 * bool(title))
    axes = drawing.subplots(rows, columns, squeeze=False).ravel()
    for at, unit in zip(axes, units, strict=False):
        _draw(at, unit)
    for at in axes[len(units) :]:
        at.axis("off")
    for at in axes[::columns]:
        at.set_ylabel("positions", fontsize=SMALL, color=INK)
    if title:
        drawing.suptitle(title, fontsize=NORMAL, color=INK)
    return drawing


def _draw(axes: Axes, unit: Counted) -> None:
    low, high, heights, least = _bars(unit.counts)
    firing = low >= least
    colours = np.where(firing, NATURAL, FAINT)
    axes.bar(low, heights, high - low, align="edge", color=colours.tolist(), linewidth=0)
    axes.set_xscale("symlog", linthresh=least, linscale=0.35)
    axes.set_yscale("log", nonpositive="clip")
    axes.set_ylim(0.7, max(float(heights.max()) * 2, 2))
    axes.set_title(
        f"{unit.name}\nfires at {100 * fires(unit.counts):.3g}% of positions",
        fontsize=NORMAL, color=INK,
    )  # fmt: skip
    signed = "within ±" if low.min() < 0 else "below "
    axes.set_xlabel(f"activation (grey: {signed}{least:.2g})", fontsize=SMALL, color=INK)
    powers = 10.0 ** np.arange(np.ceil(np.log10(least)), np.log10(high.max()) + 0.5)
    ticks = [t for t in (*-powers, 0.0, *powers) if low.min() <= t <= high.max()]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    tidy(axes, grid="y")


def _bars(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Left ends, right ends and heights of the bars, and where the middle one ends."""
    filled = np.flatnonzero(counts)
    outer = np.abs(EDGES[np.clip([filled[0] - 1, filled[-1]], 0, len(EDGES) - 1)]).max()
    least = float(max(outer / SPAN, EDGES[ZERO + 1]))
    start = np.concatenate([[EDGES[0] * 2], EDGES])
    stop = np.concatenate([EDGES, [EDGES[-1] * 2]])
    outside = ((start >= least) | (stop <= -least)) & (np.arange(BINS) != ZERO)
    least = float(np.abs(np.where(start >= 0, start, stop)[outside]).min())
    inner = counts[~outside].sum()
    drawn = outside & (counts > 0)
    signed = bool(counts[:ZERO].any())
    low = np.concatenate([start[drawn], [-least if signed else 0]])
    high = np.concatenate([stop[drawn], [least]])
    return low, high, np.concatenate([counts[drawn], [inner]]), least
