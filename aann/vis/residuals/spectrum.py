"""Power of natural and artificial values and of the residual by spatial frequency."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aann.residuals.spectrum import Spectrum
from aann.vis.caption import captioned
from aann.vis.residuals.panels import ARTIFICIAL, RESIDUAL, TRUE, named, of, rule
from aann.vis.style import FAINT, INK, LARGE, figure, legend, tidy

_LINES = (("natural", TRUE, "o"), ("artificial", ARTIFICIAL, "s"), ("residual", RESIDUAL, "^"))


def power_by_frequency(found: Spectrum, *, title: str = "") -> Figure:
    """Power a mode, the mean over units, and what of the natural power the residual is.

    Args:
        found: of ``aann.residuals.spectrum``.
        title: by default which program this is.
    """
    x, modes = found.frequency, found.modes.astype(np.float64)
    drawing = figure(7.6, 3.1)
    left, right = drawing.subplots(1, 2)
    positive = False
    for name, colour, marker in _LINES:
        power = getattr(found, name).mean(axis=0) / np.maximum(modes, 1.0)
        left.plot(x, np.where(power > 0, power, np.nan), color=colour, marker=marker,
                  markersize=3.5, linewidth=1.5)  # fmt: skip
        positive |= bool((power > 0).any())
    if positive:
        left.set_yscale("log")
    named(left, "power of each frequency", "cycles a position", "mean square")
    if len(found.about.units) > 1:
        right.plot(x, found.left.T, color=FAINT, linewidth=0.6, alpha=0.7)
    whole = np.full(len(x), np.nan)
    natural, residual = found.natural.sum(axis=0), found.residual.sum(axis=0)
    np.divide(residual, natural, out=whole, where=natural > 0)
    right.plot(x, whole, color=RESIDUAL, marker="^", markersize=3.5, linewidth=1.8)
    rule(right, y=1.0)
    known = found.left[np.isfinite(found.left)]
    right.set_ylim(0, min(2.0, max(1.1, float(known.max(initial=0.0)) * 1.05)))
    named(right, "residual over natural", "cycles a position", "share of the power")
    for axes in (left, right):
        tidy(axes, grid="y")
    legend(drawing, [
        Line2D([], [], color=c, marker=m, markersize=4, label=n) for n, c, m in _LINES
    ])  # fmt: skip
    heading = title or found.about.title("power by frequency")
    drawing.suptitle(heading, fontsize=LARGE, color=INK)
    thin = " Thin lines are single units." if len(found.about.units) > 1 else ""
    return captioned(
        drawing,
        f"How fine the misses of {of(found.about)} are: the mean square at each spatial frequency, "
        "0 being the constant, and what share of the natural power is left in the residual; at 1 "
        f"and above nothing of the unit is known at that scale.{thin}",
    )
