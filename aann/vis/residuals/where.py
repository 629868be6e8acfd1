"""The residual by position: maps for pictures, lines for sequences, bars for single values."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from aann.residuals.where import Where
from aann.vis.caption import captioned
from aann.vis.residuals.panels import (
    ARTIFICIAL,
    RESIDUAL,
    bar,
    first,
    flat,
    grid,
    named,
    of,
    picture,
    rule,
    titled,
)
from aann.vis.style import FAINT, SMALL, figure, tidy


def error_by_position(found: Where, *, title: str = "") -> Figure:
    """Bias, size and squared error over units, and the bias of each unit.

    Args:
        found: of ``aann.residuals.where``.
        title: by default which program this is.
    """
    heading = title or found.about.title("error by position")
    draw = _bars
    if found.count.size > 1:
        draw = _lines if len(found.about.places) == 1 else _maps
    drawing, more = draw(found, heading)
    return captioned(
        drawing,
        f"Where {of(found.about)} is wrong: the mean of natural minus artificial (red: the unit "
        "does more than the program says), its size and its square, over examples at each "
        f"position.{more}",
    )


def _maps(found: Where, title: str) -> tuple[Figure, str]:
    shown, more = first(found.about, 8)
    units = [] if len(found.about.units) == 1 else list(shown)
    drawing, axes = grid(3 + len(units), size=(2.0, 1.9), title=title)
    mean, absolute, squared = (flat(x) for x in found.together)
    for at, name, values in (
        (axes[0], "bias", mean), (axes[1], "size", absolute), (axes[2], "squared error", squared),
    ):  # fmt: skip
        bar(drawing, picture(at, values, signed=name == "bias"), at)
        named(at, name)
    maps = [flat(found.mean[i]) for i in units]
    bound = max((float(np.nanmax(np.abs(x), initial=0.0)) for x in maps), default=0.0)
    for at, i, values in zip(axes[3:], units, maps, strict=True):
        image = picture(at, values, signed=True, bound=bound)
        named(at, f"bias, {found.about.units[i]}")
        bar(drawing, image, at)
    for at in axes:
        at.title.set_fontsize(SMALL)
    folded = " Axes before the last two are averaged." if len(found.about.places) > 2 else ""
    scale = " Maps of single units share a scale." if units else ""
    return drawing, scale + folded + more


def _lines(found: Where, title: str) -> tuple[Figure, str]:
    drawing = figure(7.6, 2.9)
    titled(drawing, title)
    left, right = drawing.subplots(1, 2)
    x = np.arange(found.about.places[0])
    mean, _, squared = found.together
    if len(found.about.units) > 1:
        left.plot(x, found.mean.T, color=FAINT, linewidth=0.5, alpha=0.6)
        right.plot(x, found.squared.T, color=FAINT, linewidth=0.5, alpha=0.6)
    left.plot(x, mean, color=ARTIFICIAL, linewidth=1.8, marker="o", markersize=2.5)
    rule(left, y=0.0)
    right.plot(x, squared, color=RESIDUAL, linewidth=1.8, marker="o", markersize=2.5)
    named(left, "bias", "position", "natural \u2212 artificial")
    named(right, "squared error", "position")
    right.set_ylim(bottom=0)
    for axes in (left, right):
        axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
        tidy(axes, grid="y")
    return drawing, " Thin lines are single units." if len(found.about.units) > 1 else ""


def _bars(found: Where, title: str) -> tuple[Figure, str]:
    drawing = figure(7.6, 2.9)
    titled(drawing, title)
    left, right = drawing.subplots(1, 2)
    x = np.arange(len(found.about.units))
    left.bar(x, found.mean.ravel(), color=ARTIFICIAL)
    right.bar(x, found.squared.ravel(), color=RESIDUAL)
    named(left, "bias", "unit", "natural \u2212 artificial")
    named(right, "squared error", "unit")
    step = -(-len(x) // 12)
    for axes in (left, right):
        axes.set_xticks(x[::step], [str(u) for u in found.about.units[::step]])
        tidy(axes, grid="y")
    return drawing, " An example has one value a unit."
