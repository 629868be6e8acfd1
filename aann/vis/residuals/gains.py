"""The true gain: how much of the gap closes as more positions are mended, and by unit."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aann.residuals.mended import Gains, Mended
from aann.shown.brief import clip
from aann.vis.caption import captioned
from aann.vis.residuals.shares import ENDS, forest, known, unknown
from aann.vis.style import FAINT, INK, KINDS, LARGE, NORMAL, SMALL, figure, tidy


def gains_of_mending(found: Gains, *, title: str = "") -> Figure:
    """Share of the gap that is closed against the share of positions mended; units on their own.

    Args:
        found: of ``aann.residuals.gains``.
        title: by default the loss and the examples.
    """
    columns = 2 if found.units else 1
    drawing = figure(3.7 * columns + 0.2, max(3.0, 1.2 + 0.2 * len(found.units)))
    axes = drawing.subplots(1, columns, squeeze=False)[0]
    _curve(axes[0], found.costliest, KINDS["control"], "o-", "costliest")
    _curve(axes[0], found.random, KINDS["ablation"], "^--", "at random")
    axes[0].axhline(1, color=FAINT, linewidth=0.8, linestyle=":")
    axes[0].set_xscale("log")
    axes[0].set_xlabel("share of the positions mended", fontsize=NORMAL, color=INK)
    axes[0].set_ylabel(f"share of the {found.metric} gap closed", fontsize=NORMAL, color=INK)
    tidy(axes[0], grid="y")
    if any(known(m.closed) for m in found.costliest):
        axes[0].legend(fontsize=SMALL, frameon=False, loc="best")
        low, high = axes[0].get_ylim()
        axes[0].set_ylim(max(low, ENDS[0]), min(high, ENDS[1]))
    else:
        unknown(axes[0])
    if found.units:
        forest(axes[1], [m.closed for m in found.units], "share of the gap closed, one unit mended")
        axes[1].set_yticks(range(len(found.units)), [clip(m.name, 26) for m in found.units])
        axes[1].set_ylim(len(found.units) - 0.4, -0.6)
    heading = f"what mending gives: {len(found.names):,} {found.split} examples"
    drawing.suptitle(title or heading, fontsize=LARGE, color=INK)
    level = round(100 * found.setting.confidence)
    return captioned(
        drawing,
        f"Share of the gap in {found.metric} that closes with natural values at some positions and "
        f"the program everywhere else: positions by their cost in {found.ranked_by}, over all "
        "examples, and as many at random. Right, the costliest units, each mended alone at all "
        f"positions. Intervals are {level}% over the same examples; axes are cut off at -1 and 2.",
    )


def _curve(axes: Axes, rows: Sequence[Mended], tint: str, mark: str, label: str) -> None:
    found = [
        (m.share, *ends)
        for m in sorted(rows, key=lambda m: m.share or 0)
        if m.share is not None and (ends := known(m.closed)) is not None
    ]
    if found:
        x, middle, low, high = np.asarray(found, np.float64).T
        axes.plot(x, middle, mark, color=tint, markersize=4.5, linewidth=1.5, label=label)
        axes.fill_between(x, low, high, color=tint, alpha=0.18, linewidth=0)
