"""Principal components of the residual: shares of the variance, and the components themselves."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from aann.residuals.components import Components
from aann.vis.caption import captioned
from aann.vis.residuals.panels import (
    ARTIFICIAL,
    RESIDUAL,
    SIGNED,
    bar,
    flat,
    grid,
    named,
    of,
    picture,
    rule,
    titled,
)
from aann.vis.style import SMALL, figure, tidy

MOST: Final = 60
"""Units that the axis names one by one."""


def components_of_residual(found: Components, *, title: str = "") -> Figure:
    """Which units, or which places, err together.

    Args:
        found: of ``aann.residuals.components``.
        title: by default which program this is.
    """
    heading = title or found.about.title(f"components over {found.over}")
    drawing = (_over_units if found.over == "units" else _over_places)(found, heading)
    what = {"units": "units", "places": "positions", "patches": "patches of positions"}[found.over]
    return captioned(
        drawing,
        f"Principal components of natural minus artificial over {what}, of {of(found.about)}: "
        "entries of one colour err together, those of red and blue against each other; each "
        "component's sign is arbitrary. Percentages are shares of the variance.",
    )


def _over_units(found: Components, title: str) -> Figure:
    k, columns = len(found.directions), int(np.prod(found.mean.shape))
    drawing = figure(min(4.6 + 0.22 * columns, 9.0), 1.5 + 0.26 * max(k, 4))
    titled(drawing, title)
    left, right = drawing.subplots(1, 2, width_ratios=(1, max(1.4, min(columns / 10, 3))))
    rows = np.arange(k)
    left.barh(rows, np.nan_to_num(found.explained), color=RESIDUAL, height=0.75)
    left.set_yticks(rows, [str(i + 1) for i in rows])
    left.set_ylim(k - 0.5, -0.5)
    left.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    named(left, across="share of the variance", up="component")
    tidy(left, grid="x")
    most = float(np.abs(found.directions).max(initial=0.0)) or 1.0
    image = right.imshow(
        found.directions.reshape(k, columns), vmin=-most, vmax=most, cmap=SIGNED, aspect="auto",
        interpolation="nearest",
    )  # fmt: skip
    right.set_yticks(rows, [str(i + 1) for i in rows])
    names = [str(u) for u in found.about.units]
    if columns == len(names) <= MOST:
        right.set_xticks(np.arange(columns), names, rotation=90 if columns > 8 else 0)
    named(right, across="unit" if columns == len(names) else "coordinate and unit")
    right.tick_params(labelsize=SMALL, length=0)
    right.spines[:].set_visible(False)
    bar(drawing, image, right, "entry")
    return drawing


def _over_places(found: Components, title: str) -> Figure:
    drawing, axes = grid(max(len(found.directions), 1), size=(1.9, 1.9), title=title)
    if not len(found.directions):
        named(axes[0], "the residual is the same everywhere")
        axes[0].axis("off")
    maps = [flat(x) for x in found.directions]
    for k, (at, values) in enumerate(zip(axes, maps, strict=False)):
        share = found.explained[k]
        named(at, f"{k + 1}: {share:.1%}" if np.isfinite(share) else str(k + 1))
        at.title.set_fontsize(SMALL)
        if values.ndim == 2:
            picture(at, values, signed=True)
        else:
            _line(at, values)
    return drawing


def _line(axes: Axes, values: np.ndarray) -> None:
    axes.plot(values, color=ARTIFICIAL, linewidth=1.4, marker="o", markersize=2.5)
    rule(axes, y=0.0)
    tidy(axes)
    axes.locator_params(nbins=4)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
