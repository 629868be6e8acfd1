"""Recovered against description length: what an explanation costs and what it is worth."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from aann.vis.style import (
    BEYOND,
    FAINT,
    INK,
    LARGE,
    MARKERS,
    NATURAL,
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

_OFFSETS = [
    (dx * reach, dy * reach)
    for reach in (1.0, 1.8, 2.8, 4.0, 5.5, 7.0)
    for dx, dy in [(7, 0), (-7, 0), (6, 6), (6, -6), (-6, 6), (-6, -6), (0, 8), (0, -8)]
]  # where a label may go, in points from its dot


def against_bits(
    rows: Sequence[Bar],
    natural_bits: float,
    *,
    metric: str = "KL",
    title: str = "",
    examples: int | None = None,
) -> Figure:
    """Recovered against description length; the natural units are at 1 and their own bits.

    Rows without bits, or with none at all, have no place on a logarithmic axis and are left out;
    so are rows that are not identified. What lies below -1 or above 2 is an arrow at the edge, with
    its numbers beside the name.

    Args:
        rows: with their bits.
        natural_bits: of the units.
        metric: whose recovered that is.
        title: of the figure.
        examples: on how many the two-part codes of rows (``total``) are; where some row has one,
            a second panel shows them.

    Raises:
        ValueError: there are no rows, or one is of an unknown kind.
    """
    check(rows)
    shown = [row for row in rows if row.ends and row.bits]
    coded = [row._replace(bits=row.total) for row in rows if row.ends and row.total]
    panels = [(shown, "description length in bits (source and constants)")]
    if coded and examples:
        panels.append((coded, f"two-part code in bits: program and residual, n = {examples:,}"))
    drawing = figure(7.2 if len(panels) == 1 else 11.0, 4.8)
    across = drawing.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    across[0].set_ylim(*limits([row for rows, _ in panels for row in rows]))
    dots = [
        _panel(axes, rows, natural_bits, label)
        for axes, (rows, label) in zip(across, panels, strict=True)
    ]
    note = "; arrows: beyond the axis" if any(beyond(rows) for rows, _ in panels) else ""
    across[0].set_ylabel(f"{metric} recovered (95% interval){note}", fontsize=NORMAL)
    if len(panels) == 1:
        across[0].set_title(title, fontsize=LARGE, color=INK)
    else:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    legend(drawing, [key(kind) for kind in kinds_of([row for rows, _ in panels for row in rows])])
    drawing.draw_without_rendering()  # the layout decides where names fit
    for axes, mine in zip(across, dots, strict=True):
        name_dots(axes, mine)
    return drawing


def _panel(axes: Axes, rows: Sequence[Bar], natural_bits: float, label: str) -> "list[Dot]":
    """Rows at their bits; returns what has a name."""
    axes.set_xscale("log")
    bits = [row.bits for row in rows if row.bits] + [natural_bits]
    axes.set_xlim(min(bits) / 2.5, max(bits) * 2.5)
    tidy(axes, grid="both")
    for value in (0, 1):
        axes.axhline(value, color=INK, linewidth=0.9, zorder=1)
    dots = [dot for row in rows if (dot := _dot(axes, row))]
    axes.plot(natural_bits, 1, "*", color=NATURAL, markersize=13, zorder=3)
    axes.axvline(natural_bits, color=NATURAL, linewidth=0.8, linestyle=":", zorder=1)
    axes.set_xlabel(label, fontsize=NORMAL)
    return [*dots, ("the natural units", natural_bits, (1.0, 1.0, 1.0), NATURAL)]


Dot = tuple[str, float, tuple[float, float, float], str]
"""A name, x, the low end, middle and high end of y, and the colour of the name."""


def _dot(axes: Axes, row: Bar) -> Dot | None:
    if row.ends is None or row.bits is None:
        return None
    start, end = axes.get_ylim()
    tint = colour(row.kind)
    low, middle, high = np.clip(row.ends, start, end).tolist()
    axes.plot([row.bits, row.bits], [low, high], color=tint, linewidth=1.4, zorder=2)
    for edge, side, out in ((start, "down", low > row.ends[0]), (end, "up", high < row.ends[2])):
        if out:
            axes.plot(
                row.bits, edge, marker=BEYOND[side], color=tint, markersize=9, zorder=4,
                clip_on=False,
            )  # fmt: skip
    if middle == row.ends[1]:
        axes.plot(row.bits, middle, MARKERS[row.kind], color=tint, markersize=5.5, zorder=3)
    far = ""
    if (low, middle, high) != row.ends:
        far = " {1:.3g} [{0:.3g}, {2:.3g}]".format(*row.ends).replace("-", "\u2212")
    return f"{row.name}{far}", row.bits, (low, middle, high), INK


Stroke = tuple[tuple[float, float], tuple[float, float]]
"""From (x, y) to (x, y), along one of the axes."""


def name_dots(
    axes: Axes, dots: Sequence[Dot], lines: Sequence[float] = (0, 1), avoid: Sequence[Stroke] = ()
) -> None:
    """Write each name at the nearest place that is free of dots, intervals and other names.

    Args:
        axes: with final limits, after a layout.
        dots: what has a name.
        lines: heights of lines that names do not lie on either.
        avoid: what else they do not lie on.
    """
    taken = []
    for _, x, (low, _, high), _ in dots:
        points = axes.transData.transform([(x, low), (x, high)])
        taken.append(Bbox([points.min(axis=0) - 6, points.max(axis=0) + 6]))
    for stroke in avoid:
        ends = axes.transData.transform(stroke)
        taken.append(Bbox([ends.min(axis=0) - 2, ends.max(axis=0) + 2]))
    frame = axes.get_window_extent()
    for value in lines:
        height = axes.transData.transform((1, value))[1]
        taken.append(Bbox([[frame.x0, height - 1], [frame.x1, height + 1]]))
    for name, x, (_, middle, _), tint in dots:
        tried = []
        for dx, dy in _OFFSETS:
            text = axes.annotate(
                name, (x, middle), xytext=(dx, dy), textcoords="offset points", fontsize=SMALL,
                color=tint, ha="left" if dx > 0 else "right" if dx < 0 else "center",
                va="bottom" if dy > 0 else "top" if dy < 0 else "center",
                arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.6, "shrinkB": 3},
                parse_math=False,
            )  # fmt: skip
            text.set_in_layout(False)
            text.get_window_extent()  # moves it to its place
            box = Text.get_window_extent(text)  # without its leader
            clashes = sum(box.overlaps(other) for other in taken)
            inside = frame.x0 <= box.x0 and box.x1 <= frame.x1
            inside = inside and frame.y0 <= box.y0 and box.y1 <= frame.y1
            tried.append((clashes + (0 if inside else 10), text, box))
            if tried[-1][0] == 0:
                break
        best = min(range(len(tried)), key=lambda i: tried[i][0])
        for i, (_, text, _) in enumerate(tried):
            if i != best:
                text.remove()
        taken.append(tried[best][2])
