"""Recovered of every row of the ladder as bars with their intervals."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aann.vis.style import (
    BEYOND,
    FAINT,
    INK,
    LARGE,
    MARKERS,
    NORMAL,
    SMALL,
    Bar,
    beyond,
    check,
    colour,
    figure,
    key,
    kinds_of,
    legend,
    limits,
    tidy,
)  # fmt: skip

WIDE = 4.0
"""On an axis of more than this, the names of 0 and of 1 would touch: they stand to either side."""


def bars(rows: Sequence[Bar], *, metric: str = "KL", title: str = "") -> Figure:
    """Recovered of every row with its interval, first row on top.

    The axis holds all intervals from -1 to 2, so that values above 1 and below 0 are seen whole;
    arrows at its ends stand for what lies further out, the numbers beside the bars say where. Rows
    that are not identified say so in place of a bar.

    Raises:
        ValueError: there are no rows, or one is of an unknown kind.
    """
    check(rows)
    drawing = figure(7.2, 1.3 + 0.27 * len(rows))
    axes = drawing.subplots()
    low, high = limits(rows)
    axes.set_xlim(low, high)
    for y, row in enumerate(rows):
        _bar(axes, float(y), row)
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    tidy(axes, grid="x")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    sides = ("right", "left") if high - low > WIDE else ("center", "center")
    for value, name, side in zip((0, 1), ("zeroed", "intact"), sides, strict=True):
        axes.axvline(value, color=INK, linewidth=0.9, zorder=4)
        axes.annotate(
            name, (value, 1), xycoords=("data", "axes fraction"), xytext=(0, 3),
            textcoords="offset points", ha=side, fontsize=SMALL, color=INK,
        )  # fmt: skip
    note = "; arrows: beyond the axis" if beyond(rows) else ""
    axes.set_xlabel(
        f"fraction of the {metric} damage of zero-ablation that is undone (95% interval){note}",
        fontsize=NORMAL,
    )
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    legend(drawing, [key(kind) for kind in kinds_of(rows)])
    return drawing


def _bar(axes: Axes, y: float, row: Bar) -> None:
    if row.ends is None:
        text, tint, style = "not identified", FAINT, "italic"
    else:
        low, middle, high = row.ends
        axes.barh(y, middle, height=0.66, color=colour(row.kind), zorder=2)
        axes.plot([low, high], [y, y], color="white", linewidth=3.2, zorder=3)  # on any bar
        axes.plot([low, high], [y, y], "|-", color=INK, linewidth=1.2, markersize=5, zorder=3)
        axes.plot(
            middle, y, MARKERS[row.kind], markersize=4, zorder=5, color=colour(row.kind),
            markerfacecolor="white",
        )  # fmt: skip
        start, end = axes.get_xlim()
        inside = 0.012 * (end - start)  # where a whole arrow has its place
        for edge, side, out in (
            (start + inside, "left", low < start), (end - inside, "right", high > end),
        ):  # fmt: skip
            if out:
                axes.plot(
                    edge, y, marker=BEYOND[side], color=INK, markeredgecolor="white", markersize=8,
                    zorder=6,
                )  # fmt: skip
        text = f"{middle:.2f} [{low:.2f}, {high:.2f}]".replace("-", "\u2212")
        tint, style = INK, "normal"
    axes.text(
        1.02, y, text, transform=axes.get_yaxis_transform(), va="center", fontsize=SMALL,
        color=tint, fontstyle=style,
    )  # fmt: skip
