"""Which errors cost: by unit, by position, by example, and their sum beside the measured gap."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aann.residuals.costed import Costs, PartCosts
from aann.shown.brief import clip
from aann.vis.caption import captioned
from aann.vis.style import FAINT, INK, KINDS, LARGE, NORMAL, SMALL, figure, tidy

MOST: Final = 20
"""Units that have a bar."""

_COST: Final = KINDS["control"]
_HELP: Final = KINDS["fit"]


def costs_of_errors(found: Costs, *, title: str = "") -> Figure:
    """Mean cost of each unit, of each position of each replacement, and of each example.

    Args:
        found: of ``aann.residuals.costs``.
        title: by default the loss and the examples.
    """
    maps = [part for part in found.parts if part.by_place.ndim in (1, 2)]
    columns = 3 + len(maps)
    rows = min(MOST, sum(len(part.units) for part in found.parts))
    drawing = figure(2.5 * columns, max(2.7, 1.2 + 0.19 * rows))
    units, *others = drawing.subplots(1, columns)
    _units(units, found)
    for axes, part in zip(others, maps, strict=False):
        _places(axes, part, f"cost, {clip(part.program, 24)}")
    _examples(others[-2], found)
    _check(others[-1], found)
    how = "to first order" if found.steps == 1 else f"along {found.steps} steps"
    heading = f"which errors cost, in {found.metric}: {len(found.names):,} {found.split} examples"
    drawing.suptitle(title or heading, fontsize=LARGE, color=INK)
    return captioned(
        drawing,
        f"Costs of errors in {found.metric}, {how} from the program's values to the natural ones: "
        f"the {rows} costliest units, positions (mean over examples, all units), examples in "
        "the order of their costs, and the sum of an example's costs against its measured gap. "
        f"All together are {found.total.mean():.3g}, measured is {found.gap.mean():.3g}. Negative "
        "costs are errors that help.",
    )


def _units(axes: Axes, found: Costs) -> None:
    rows = found.units()[:MOST]
    several = len(found.parts) > 1
    cost = np.array([c for _, _, c in rows])
    y = np.arange(len(rows))
    axes.barh(y, cost, color=np.where(cost >= 0, _COST, _HELP), height=0.7)
    names = [f"{clip(program, 18)} {unit}" if several else str(unit) for program, unit, _ in rows]
    axes.set_yticks(y, names)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.axvline(0, color=FAINT, linewidth=0.8)
    tidy(axes, grid="x")
    axes.locator_params(axis="x", nbins=4)
    axes.tick_params(axis="y", length=0)
    _named(axes, "mean cost", "unit")


def _places(axes: Axes, part: PartCosts, title: str) -> None:
    cost = part.by_place
    bound = max(float(np.abs(cost).max()), 1e-12)
    if cost.ndim == 1:
        axes.bar(np.arange(len(cost)), cost, color=np.where(cost >= 0, _COST, _HELP), width=0.9)
        axes.axhline(0, color=FAINT, linewidth=0.8)
        tidy(axes, grid="y")
        _named(axes, "position", title)
        return
    image = axes.imshow(cost, cmap="RdBu_r", vmin=-bound, vmax=bound)
    bar = axes.figure.colorbar(image, ax=axes, fraction=0.05, pad=0.03)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALL - 1, length=2, color=FAINT)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_color(FAINT)
    axes.set_xlabel(title, fontsize=NORMAL, color=INK)


def _examples(axes: Axes, found: Costs) -> None:
    """Share of all costs that the costliest examples have."""
    cost = np.sort(found.total)[::-1]
    total = cost.sum()
    share = np.cumsum(cost) / total if total else np.zeros(len(cost))
    x = np.arange(1, len(cost) + 1) / len(cost)
    axes.plot([0, *x], [0, *share], color=_COST, linewidth=1.5)
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=0.9, linestyle="--")
    tidy(axes, grid="y")
    _named(axes, "share of the examples, costliest first", "share of all costs")


def _check(axes: Axes, found: Costs) -> None:
    gap, total = found.gap, found.total
    ends = [float(min(gap.min(), total.min())), float(max(gap.max(), total.max()))]
    axes.plot(ends, ends, color=FAINT, linewidth=0.9, linestyle="--")
    axes.plot(gap, total, "o", color=_COST, markersize=3, alpha=0.6, markeredgewidth=0)
    tidy(axes, grid="y")
    _named(axes, "measured gap of an example", "sum of its costs")


def _named(axes: Axes, across: str, up: str) -> None:
    axes.set_xlabel(across, fontsize=NORMAL, color=INK)
    axes.set_ylabel(up, fontsize=NORMAL, color=INK)
