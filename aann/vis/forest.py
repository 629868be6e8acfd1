"""Differences with their intervals, one below the other, beside the line of no difference."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aann.comparison.compare import Comparison, Difference
from aann.vis.style import FAINT, INK, KINDS, LARGE, NORMAL, SMALL, figure, tidy

CLEAR, UNCLEAR = KINDS["program"], KINDS["ablation"]


def forest(comparison: Comparison, *, title: str = "") -> Figure:
    """Every difference of a comparison with its interval, one panel a metric.

    Intervals that exclude 0 are blue with a full dot, others grey with a hollow one; differences
    that are not identified say so.

    Raises:
        ValueError: there are no differences.
    """
    if not comparison.differences:
        raise ValueError("a comparison has at least one difference, got none")
    panels: dict[str, list[Difference]] = {}
    for difference in comparison.differences:
        panels.setdefault(difference.metric, []).append(difference)
    height = max(map(len, panels.values()))
    drawing = figure(3.0 + 4.0 * len(panels), 1.4 + 0.34 * height)
    axes = drawing.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    for at, (metric, differences) in zip(axes, panels.items(), strict=True):
        _panel(at, differences)
        at.set_title(metric, fontsize=NORMAL, color=INK)
    names = [_name(d) for d in next(iter(panels.values()))]
    axes[0].set_yticks(range(height), names)
    axes[0].set_ylim(height - 0.4, -0.6)
    drawing.supxlabel(
        f"difference of recovered, first less second ({comparison.confidence:.0%} interval, "
        f"paired, n = {comparison.n})",
        fontsize=NORMAL,
    )
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def _panel(axes: Axes, differences: Sequence[Difference]) -> None:
    axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
    for y, d in enumerate(differences):
        found = d.difference
        if found.estimate is None or found.low is None or found.high is None:
            axes.annotate(
                "not identified", (0, y), xytext=(6, 0), textcoords="offset points", va="center",
                fontsize=SMALL, color=FAINT, fontstyle="italic",
            )  # fmt: skip
            continue
        tint = UNCLEAR if found.low <= 0 <= found.high else CLEAR
        axes.plot([found.low, found.high], [y, y], color=tint, linewidth=1.6, zorder=2)
        inside = "white" if tint == UNCLEAR else tint
        axes.plot(found.estimate, y, "o", color=tint, mfc=inside, markersize=4.5, zorder=3)
        axes.text(
            1.02, y, str(found).replace("-", "\u2212"), transform=axes.get_yaxis_transform(),
            va="center", fontsize=SMALL, color=INK,
        )  # fmt: skip
    tidy(axes, grid="x")
    axes.margins(x=0.12)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _name(d: Difference) -> str:
    return f"{d.first} \u2212 {d.second}" if d.first != d.second else d.first
