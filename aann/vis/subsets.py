"""What a program recovers at halves of the units, and at each unit alone."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from aann.shown.brief import brief
from aann.vis.style import (
    CEILING,
    FAINT,
    FLOOR,
    INK,
    LARGE,
    NATURAL,
    NORMAL,
    SMALL,
    colour,
    figure,
    tidy,
)

Ends = tuple[float, float, float]
"""Low, estimate, high."""

NAMED = 40
"""More units than these are shown without their names."""


NARROWEST = 1e-3
"""An axis shows at least so much of recovered: less is not worth telling apart."""


class Part(NamedTuple):
    """Some of the units.

    Attributes:
        name: of them.
        recovered: of the damage of zeroing them.
        damage: that damage.
    """

    name: str
    recovered: Ends
    damage: Ends

    def __repr__(self) -> str:
        return brief(self)


def parts(
    halves: Sequence[Part], alone: Sequence[Part], whole: Ends | None,
    *, metric: str = "KL", title: str = "",
) -> Figure:  # fmt: skip
    """Halves as intervals below each other, units alone against the damage of zeroing them.

    Args:
        halves: in their order.
        alone: single units.
        whole: what the program recovers at all units together; drawn as a line.
        metric: the loss.
        title: of the figure.

    Raises:
        ValueError: there are neither halves nor units.
    """
    panels = [p for p in (halves, alone) if p]
    if not panels:
        raise ValueError("a figure of subsets needs halves or units alone, got neither")
    height = max(3.4, 1.2 + 0.27 * len(halves))
    drawing = figure(1.6 + 4.0 * len(panels), height)
    grid = iter(drawing.subplots(1, len(panels), squeeze=False)[0])
    if halves:
        _halves(next(grid), halves, whole, metric)
    if alone:
        _alone(next(grid), alone, whole, metric)
    drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def _halves(axes: Axes, halves: Sequence[Part], whole: Ends | None, metric: str) -> None:
    tint = colour("program")
    for y, part in enumerate(halves):
        low, middle, high = part.recovered
        axes.plot([low, high], [y, y], color=tint, linewidth=1.6)
        axes.plot(middle, y, "s", color=tint, markersize=4.5)
    axes.set_yticks(range(len(halves)), [part.name for part in halves])
    axes.set_ylim(len(halves) - 0.4, -0.6)
    axes.axvline(1, color=NATURAL, linewidth=1)
    if whole:
        axes.axvspan(whole[0], whole[2], color=FAINT, alpha=0.15, linewidth=0)
        axes.axvline(whole[1], color=FAINT, linewidth=1.2, linestyle="--")
    ends = [x for part in halves for x in part.recovered] + [*(whole or ()), 1.0]
    axes.set_xlim(*_limits(ends))
    tidy(axes, grid="x")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"{metric} recovered by halves", fontsize=NORMAL, color=INK)


def _alone(axes: Axes, alone: Sequence[Part], whole: Ends | None, metric: str) -> None:
    tint = colour("program")
    for part in alone:
        low, middle, high = part.recovered
        left, damage, right = part.damage
        axes.plot([damage, damage], [low, high], color=tint, linewidth=1.1, alpha=0.7)
        axes.plot([left, right], [middle, middle], color=tint, linewidth=1.1, alpha=0.35)
        axes.plot(damage, middle, "s", color=tint, markersize=4)
        if len(alone) <= NAMED:
            axes.annotate(
                part.name, (damage, middle), xytext=(4, 3), textcoords="offset points",
                fontsize=SMALL, color=INK, annotation_clip=True,
            )  # fmt: skip
    axes.axhline(1, color=NATURAL, linewidth=1)
    if whole:
        axes.axhline(whole[1], color=FAINT, linewidth=1.2, linestyle="--")
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(*_limits([*(x for p in alone for x in p.recovered), *(whole or ()), 1.0]))
    tidy(axes, grid="y")
    axes.set_xlabel(f"{metric} damage of zeroing the unit alone", fontsize=NORMAL, color=INK)
    axes.set_ylabel(f"{metric} recovered", fontsize=NORMAL, color=INK)


def _limits(values: Sequence[float]) -> tuple[float, float]:
    low, high = max(FLOOR, min(values)), min(CEILING, max(values))
    low = min(low, high - NARROWEST)
    margin = 0.06 * (high - low)
    return low - margin, high + margin
