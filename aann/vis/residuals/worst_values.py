"""The worst misses of any inputs: natural and artificial values, a row each."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aann.residuals.worst import Worst
from aann.vis.caption import captioned
from aann.vis.residuals.misses import SIDES, label, sides_of, which
from aann.vis.residuals.panels import ARTIFICIAL, RESIDUAL, TRUE, named, of
from aann.vis.style import INK, LARGE, figure, legend, tidy


def worst_values(
    found: Worst, *, unit: int | None = None, most: int = 10, title: str = ""
) -> Figure:
    """Natural and artificial values of the worst misses, a row each.

    Args:
        found: of ``aann.residuals.worst``.
        unit: as the replacement has it; by default the worst of all units.
        most: misses of a kind.
        title: by default which program this is.

    Raises:
        KeyError: there is no such unit.
        ValueError: there are no misses.
    """
    sides = sides_of(found, unit)
    rows = min(most, max(map(len, sides)))
    drawing = figure(8.6, 1.1 + 0.26 * rows)
    for axes, cases in zip(drawing.subplots(1, 2), sides, strict=True):
        y = np.arange(min(rows, len(cases)))
        natural, artificial = cases.natural[: len(y)], cases.artificial[: len(y)]
        axes.hlines(y, natural, artificial, color=RESIDUAL, linewidth=1.6, zorder=1)
        axes.plot(natural, y, "o", color=TRUE, markersize=5, zorder=2)
        axes.plot(artificial, y, "s", color=ARTIFICIAL, markersize=4.5, zorder=2)
        axes.set_yticks(y, [label(cases, row) for row in range(len(y))])
        axes.set_ylim(rows - 0.4, -0.6)
        named(axes, SIDES[cases.kind], "activation")
        tidy(axes, grid="x")
    legend(drawing, [
        Line2D([], [], color=c, marker=m, linestyle="", label=n)
        for c, m, n in ((TRUE, "o", "natural"), (ARTIFICIAL, "s", "artificial"))
    ])  # fmt: skip
    drawing.suptitle(title or found.about.title("worst misses"), fontsize=LARGE, color=INK)
    return captioned(
        drawing,
        f"The worst misses of {of(found.about)}, {which(unit)}: what the unit does and what the "
        "program says, with the example's name, the position and the unit.",
    )
