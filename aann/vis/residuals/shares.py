"""Estimates with their intervals, a row each, on an axis that no wild one can stretch."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes

from aann.report.estimate import Estimate
from aann.vis.style import FAINT, INK, KINDS, NORMAL, SMALL, tidy

ENDS: Final = (-1.0, 2.0)
"""Axes of shares end here at the latest."""

NARROWEST: Final = 0.02
"""No axis of shares is narrower: what is next to nothing looks so."""


def known(e: Estimate) -> tuple[float, float, float] | None:
    """Estimate, low and high, or None where it is not identified."""
    if e.estimate is None or e.low is None or e.high is None:
        return None
    return e.estimate, e.low, e.high


def forest(axes: Axes, rows: Sequence[Estimate], label: str, *, share: bool = True) -> None:
    """A row an estimate: blue squares where the interval lies on one side of 0, else grey.

    Args:
        axes: to draw in.
        rows: from the top.
        label: below.
        share: whether these are shares of something, so that the axis is cut.
    """
    found = [known(e) for e in rows]
    for y, ends in enumerate(found):
        if ends is None:
            continue
        middle, low, high = ends
        clear = low > 0 or high < 0
        tint = KINDS["program"] if clear else KINDS["ablation"]
        axes.plot([low, high], [y, y], color=tint, linewidth=1.4)
        axes.plot(middle, y, "s" if clear else "o", color=tint, markersize=4.5)
    axes.axvline(0, color=FAINT, linewidth=0.8)
    if share:
        values = np.array([0.0, *(v for ends in found if ends for v in ends)])
        low, high = max(values.min(), ENDS[0]), min(values.max(), ENDS[1])
        room = max(0.06 * (high - low), NARROWEST - (high - low), 0.0)
        axes.set_xlim(low - room, high + room)
    if not any(found):
        axes.set_xlim(-0.1, 1.1)
        unknown(axes)
    tidy(axes, grid="x")
    axes.locator_params(axis="x", nbins=5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(label, fontsize=NORMAL, color=INK)


def unknown(axes: Axes) -> None:
    """Say that there is nothing to draw, and why."""
    axes.text(
        0.5, 0.5, "not identified:\nthe loss is not clearly\nworse to begin with",
        transform=axes.transAxes, ha="center", va="center", fontsize=SMALL, color=FAINT,
    )  # fmt: skip
