"""Calibration: mean natural value against artificial value, a panel a unit."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aann.residuals.calibration import Calibration
from aann.vis.caption import captioned
from aann.vis.residuals.panels import ARTIFICIAL, first, grid, named, of
from aann.vis.style import FAINT, NORMAL, SMALL, tidy


def calibration_curves(found: Calibration, *, title: str = "") -> Figure:
    """A curve a unit, with its interval, beside the diagonal.

    Args:
        found: of ``aann.residuals.calibration``.
        title: by default which program this is.
    """
    shown, more = first(found.about)
    drawing, axes = grid(len(shown), title=title or found.about.title("calibration"))
    for at, i in zip(axes, shown, strict=True):
        _panel(at, found, i)
    drawing.supxlabel("the program says", fontsize=NORMAL)
    drawing.supylabel("the unit does, on the mean", fontsize=NORMAL)
    return captioned(
        drawing,
        f"Whether {of(found.about)} can be taken at its word: the mean natural value in bins of "
        "the artificial one, with 95% intervals over examples; below the dashed diagonal the "
        f"program overshoots.{more}",
    )


def _panel(axes: Axes, found: Calibration, i: int) -> None:
    known = found.count[i] > 0
    order = np.flatnonzero(known)[np.argsort(found.artificial[i][known], kind="stable")]
    x, (y, low, high) = found.artificial[i, order], found.natural[i, order].T
    if np.isfinite(low).any():
        axes.fill_between(x, low, high, color=ARTIFICIAL, alpha=0.22, linewidth=0, zorder=2)
    axes.plot(x, y, "o-", color=ARTIFICIAL, markersize=3, linewidth=1.3, zorder=3)
    if len(x):
        ends = [float(min(x.min(), y.min())), float(max(x.max(), y.max()))]
        axes.plot(ends, ends, color=FAINT, linewidth=0.9, linestyle="--", zorder=1)
    tidy(axes)
    axes.locator_params(nbins=4)
    gap = f", gap {found.gap[i]:.2f}" if np.isfinite(found.gap[i]) else ""
    named(axes, f"{found.about.units[i]}{gap}")
    axes.title.set_fontsize(SMALL)
