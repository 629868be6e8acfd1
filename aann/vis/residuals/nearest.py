"""What of units near places of the reads leave open, beside the two controls."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aann.residuals.unknowable import LIMIT, Unknowable
from aann.shown.brief import clip, counted
from aann.vis.caption import captioned
from aann.vis.style import FAINT, INK, LARGE, NORMAL, SMALL, colour, figure, tidy


def unknowable(found: Unknowable, *, title: str = "") -> Figure:
    """Shares of the variance over the number of components, and those of each unit.

    Args:
        found: of ``aann.residuals.neighbours``.
        title: by default what is looked at.
    """
    drawing = figure(10.0, 3.7)
    left, right = drawing.subplots(1, 2, width_ratios=(1, 1.5))
    _over_components(left, found)
    _of_units(right, found)
    what = f"{clip(found.site, 30)} from {clip(', '.join(found.reads), 40)}"
    drawing.suptitle(title or f"unknowable: {what}", fontsize=LARGE, color=INK)
    return captioned(
        drawing,
        f"Share of the variance of {counted(len(found.units), 'unit')} of {found.site} among "
        f"{found.k} neighbours in the reads, taken to distance 0, at {found.rows:,} places of "
        f"{found.n:,} design examples drawn at random. Left: the mean over units, over the "
        "principal components that distances are taken in. The linear control is a function of "
        "the reads, the ranked one the units' own values in its order, both truly 0: where one is "
        f"above {LIMIT:g} distances are too large to say anything. "
        "Right: each unit at the components that its controls pick, with 95% intervals; grey "
        "where it says nothing.",
    )


def _over_components(axes: Axes, found: Unknowable) -> None:
    x = np.arange(len(found.dims))
    lines: list[tuple[str, np.ndarray, dict[str, Any]]] = [
        ("shuffled, truly 1", found.shuffled, {"color": FAINT, "marker": "^"}),
        ("units", found.share[..., 0], {"color": colour("program"), "marker": "o"}),
        (
            "ranked control, truly 0",
            found.ranked[..., 0],
            {"color": colour("control"), "marker": "v"},
        ),
        ("linear control, truly 0", found.linear[..., 0], {"color": INK, "marker": "D"}),
    ]
    if found.residual is not None:
        lines.insert(
            1, ("of the residual", found.residual[..., 0],
                {"color": colour("fit"), "marker": "s"}),
        )  # fmt: skip
    for name, values, look in lines:
        axes.plot(x, np.nanmean(values, axis=1), label=name, linewidth=1.4, markersize=4.5, **look)
    axes.axhline(LIMIT, color=FAINT, linewidth=0.9, linestyle="--")
    axes.set_xticks(x, [str(d) for d in found.dims])
    axes.set_xlabel("principal components of the reads", fontsize=NORMAL, color=INK)
    axes.set_ylabel("share not known", fontsize=NORMAL, color=INK)
    tidy(axes, grid="y")
    axes.set_ylim(min(-0.05, axes.get_ylim()[0]), max(1.15, axes.get_ylim()[1]))
    axes.legend(fontsize=SMALL, frameon=False)


def _of_units(axes: Axes, found: Unknowable) -> None:
    each = np.arange(len(found.units))
    chosen = found.chosen
    known = found.informative[chosen, each]
    rows = [("of the variance", found.share, colour("program"), -0.12)]
    if found.residual is not None:
        rows.append(("of the residual", found.residual, colour("fit"), 0.12))
    for name, values, tint, shift in rows:
        middle, low, high = values[chosen, each].T
        for good, shade in ((known, tint), (~known, FAINT)):
            if good.any():
                axes.vlines(each[good] + shift, low[good], high[good], color=shade, linewidth=1.4)
                axes.plot(each[good] + shift, middle[good], "o", color=shade, markersize=4.5)
        axes.plot([], [], "o", color=tint, markersize=4.5, label=name)
    axes.set_xticks(each, [str(u) for u in found.units], rotation=45 if len(each) > 8 else 0)
    axes.set_xlabel(f"unit of {clip(found.site, 30)}", fontsize=NORMAL, color=INK)
    tidy(axes, grid="y")
    axes.set_ylim(min(-0.05, axes.get_ylim()[0]), max(1.05, axes.get_ylim()[1]))
    axes.legend(fontsize=SMALL, frameon=False)
