"""Error by quantiles of the natural value: mean levels, and where the error lies."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aann.residuals.quantiles import ErrorByQuantile
from aann.vis.caption import captioned
from aann.vis.residuals.panels import ARTIFICIAL, RESIDUAL, TRUE, named, of
from aann.vis.style import FAINT, INK, LARGE, figure, legend, tidy


def error_by_quantile(found: ErrorByQuantile, *, title: str = "") -> Figure:
    """Mean natural and artificial values in each bin, and its share of the squared error.

    Args:
        found: of ``aann.residuals.quantiles``.
        title: by default which program this is.
    """
    x = np.arange(found.count.shape[1])
    drawing = figure(7.6, 3.1)
    left, right = drawing.subplots(1, 2)
    for values, colour, marker in ((found.natural, TRUE, "o"), (found.artificial, ARTIFICIAL, "s")):
        left.plot(x, values[-1], marker=marker, color=colour, markersize=4, linewidth=1.5, zorder=3)
    left.fill_between(
        x, found.natural[-1], found.artificial[-1], color=RESIDUAL, alpha=0.15, linewidth=0
    )
    named(left, "mean values", up="activation")
    right.bar(x, np.nan_to_num(found.share[-1]), width=0.8, color=RESIDUAL, zorder=2)
    if len(found.about.units) > 1:
        across = np.repeat(x[None], len(found.about.units), axis=0)
        right.plot(
            across.ravel(), found.share[:-1].ravel(), "o", color=FAINT, markersize=2, zorder=3
        )
    right.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    named(right, "where the squared error lies", up="share")
    bins = len(x) - 1
    for axes in (left, right):
        marks = sorted({0, (bins + 1) // 2, bins})
        axes.set_xticks(marks, [found.labels[k].split(" to ")[-1] for k in marks])
        named(axes, across="natural value, up to quantile")
        tidy(axes, grid="y")
    keys = ((TRUE, "o", "natural"), (ARTIFICIAL, "s", "artificial"), (FAINT, "o", "one unit"))
    handles = [Line2D([], [], color=c, marker=m, markersize=4, label=n) for c, m, n in keys]
    handles[2].set_linestyle("")
    legend(drawing, handles[: 2 + (len(found.about.units) > 1)])
    heading = title or found.about.title("error by natural activation")
    drawing.suptitle(heading, fontsize=LARGE, color=INK)
    return captioned(
        drawing,
        f"Where in the range of the units {of(found.about)} is wrong: mean values in bins of each "
        "unit's natural value, those of exactly 0 (silent) apart, and the share of the squared "
        "error in each bin, over all units and, as dots, of each.",
    )
