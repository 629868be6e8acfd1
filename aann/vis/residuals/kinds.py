"""Kinds of misses as bars: what each correction takes off the squared error of each unit."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from aann.residuals.kinds import KINDS, Kinds
from aann.vis.caption import captioned
from aann.vis.residuals.panels import named, of, rule
from aann.vis.style import INK, LARGE, SMALL, figure, legend, tidy

COLOURS: Final = ("#1141AB", "#C68502", "#872167", "#56B4E9", "#198945", "#C9C9C9")
"""One a kind, in the order of ``KINDS``, in which bars have them."""
MOST: Final = 24
"""Units that have a bar."""
_WIDE: Final = 0.075
"""Share of the error that a bar has room for a number from, and for a name."""
_NAMED: Final = 0.16


def kinds_of_misses(found: Kinds, *, title: str = "") -> Figure:
    """A bar for all units together and one for each, of the kinds' shares.

    Shares below zero, of corrections that do harm, hang to the left of 0.

    Args:
        found: of ``aann.residuals.kinds``.
        title: by default which program this is.
    """
    units = found.about.units[:MOST]
    rows = [found.together[:, 0], *found.units[: len(units), :, 0]]
    names = ["all units", *map(str, units)]
    drawing = figure(7.4, 1.3 + 0.3 * len(rows))
    axes = drawing.add_subplot()
    for y, shares in enumerate(rows):
        _bar(axes, y + 0.35 * (y > 0), shares)
    axes.set_yticks([y + 0.35 * (y > 0) for y in range(len(rows))], names)
    axes.set_ylim(len(rows) - 0.1, -0.6)
    if found.unknowable is not None:
        rule(axes, x=1 - found.unknowable)
        axes.text(
            1 - found.unknowable, -0.55, "beyond: in no smooth function of the reads",
            fontsize=SMALL, color=INK, ha="right", va="bottom",
        )  # fmt: skip
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    tidy(axes, grid="x")
    axes.tick_params(axis="y", length=0)
    named(axes, across="share of the squared error that a correction takes off", up="unit")
    legend(drawing, [Patch(color=c, label=k) for c, k in zip(COLOURS, KINDS, strict=True)])
    heading = title or found.about.title("kinds of misses")
    drawing.suptitle(heading, fontsize=LARGE, color=INK)
    more = "" if len(units) == len(found.about.units) else f" The first {MOST} units are shown."
    return captioned(
        drawing,
        f"What is wrong with {of(found.about)}: the share of the squared error that each "
        "correction takes off beyond those before it, from the shift of a unit's map by whole "
        "cells to a mixture of what the program says of the other units, each fitted on one half "
        f"of the examples and measured on the other.{more}",
    )


def _bar(axes: Axes, y: float, shares: np.ndarray) -> None:
    if not np.isfinite(shares).all():
        axes.text(0.01, y, "no error to divide", fontsize=SMALL, color=INK, va="center")
        return
    right = left = 0.0
    for share, colour, kind in zip(shares.tolist(), COLOURS, KINDS, strict=True):
        start = right if share >= 0 else left
        axes.barh(y, share, left=start, height=0.78, color=colour, edgecolor="white", linewidth=0.6)
        if share >= _WIDE:
            pale = kind in ("rest", "neighbours")
            name = f"{kind} " if share >= _NAMED else ""
            axes.text(
                start + share / 2, y, f"{name}{share:.0%}", fontsize=SMALL - 1, ha="center",
                va="center", color=INK if pale else "white",
            )  # fmt: skip
        right, left = (right + share, left) if share >= 0 else (right, left + share)
