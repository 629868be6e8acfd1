"""Recovered along the straight line from the natural values of the units to the program's."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from aann.vis.style import FAINT, INK, LARGE, NATURAL, NORMAL, SMALL, colour, figure, tidy
from aann.vis.subsets import NARROWEST

Point = tuple[float, float, float, float]
"""Share of the program; low, estimate and high of what is recovered."""


def along(points: Sequence[Point], *, metric: str = "KL", title: str = "") -> Figure:
    """Recovered against the share of the program, with its interval as a band.

    Two references join the ends: where the loss grows with the square of the error, and where it
    grows with the error itself.

    Args:
        points: in order of their shares, from 0, the intact network, to 1, the program.
        metric: the loss.
        title: of the figure.

    Raises:
        ValueError: the shares are not in order or do not run from 0 to 1.
    """
    shares = [share for share, *_ in points]
    if len(shares) < 2 or shares != sorted(set(shares)) or (shares[0], shares[-1]) != (0, 1):
        raise ValueError(f"shares are in order and run from 0 to 1, got {shares[:8]}")
    drawing = figure(5.4, 3.7)
    axes = drawing.subplots()
    x, low, middle, high = np.asarray(points, np.float64).T
    fine = np.linspace(0, 1, 101)
    lost = 1 - middle[-1]
    axes.plot(
        fine, 1 - lost * fine**2, color=FAINT, linewidth=1.1, linestyle="--",
        label="if the loss grew with the square of the error",
    )  # fmt: skip
    axes.plot(
        fine, 1 - lost * fine, color=FAINT, linewidth=1.1, linestyle=":",
        label="if it grew with the error itself",
    )  # fmt: skip
    tint = colour("program")
    axes.fill_between(x, low, high, color=tint, alpha=0.18, linewidth=0)
    axes.plot(x, middle, color=tint, linewidth=1.6, label="measured, with its 95% interval")
    axes.plot(x[1:], middle[1:], "s", color=tint, markersize=4.5)
    axes.plot(0, middle[0], "o", color=NATURAL, markersize=6, clip_on=False, zorder=4)
    axes.annotate(
        "intact", (0, middle[0]), xytext=(7, 4), textcoords="offset points", fontsize=SMALL,
        color=INK,
    )  # fmt: skip
    axes.annotate(
        "program", (1, middle[-1]), xytext=(-6, -12), textcoords="offset points", fontsize=SMALL,
        color=INK, ha="right",
    )  # fmt: skip
    tidy(axes, grid="y")
    axes.set_xlim(-0.02, 1.03)
    axes.margins(y=0.12)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 1 - NARROWEST), max(high, 1 + 0.12 * NARROWEST))
    axes.set_xlabel("share of the program in the units' values", fontsize=NORMAL, color=INK)
    axes.set_ylabel(f"{metric} recovered", fontsize=NORMAL, color=INK)
    axes.legend(fontsize=SMALL, frameon=False, loc="lower left")
    drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing
