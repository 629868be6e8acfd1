"""Many examples as points: two quantities of each, coloured by its class or by a third quantity."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aann.shown.brief import brief
from aann.vis.style import FAINT, INK, KINDS, LARGE, NATURAL, NORMAL, SMALL, figure, tidy

CLASSES = (KINDS["fit"], KINDS["program"], NATURAL, KINDS["control"], KINDS["ablation"])
"""Colours of Okabe and Ito for up to five classes."""


class Cloud(NamedTuple):
    """One panel of points.

    Attributes:
        x: (n,).
        y: (n,).
        colour: (n,), a quantity, or the number of each point's class.
        labels: of the horizontal axis, of the vertical one, and of the quantity.
        classes: their names; empty where ``colour`` is a quantity.
        curve: x and y of a line to draw over the points; empty for none.
        marks: places on the horizontal axis to point out.
        title: of the panel.
    """

    x: np.ndarray
    y: np.ndarray
    colour: np.ndarray
    labels: tuple[str, str, str]
    classes: Sequence[str] = ()
    curve: tuple[np.ndarray, np.ndarray] | None = None
    marks: Sequence[float] = ()
    title: str = ""

    def __repr__(self) -> str:
        return brief(self)


def clouds(panels: Sequence[Cloud], *, title: str = "") -> Figure:
    """The panels beside each other.

    Raises:
        ValueError: there are none, or a panel's points have not as many numbers each, or it has
            more classes than colours; all such panels are named.
    """
    _check(panels)
    drawing = figure(0.6 + 4.1 * len(panels), 3.9)
    grid = drawing.subplots(1, len(panels), squeeze=False)[0]
    for axes, panel in zip(grid, panels, strict=True):
        _draw(drawing, axes, panel)
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def _draw(drawing: Figure, axes: Axes, panel: Cloud) -> None:
    dots: dict[str, Any] = {"s": 3.5, "linewidths": 0, "alpha": 0.6, "rasterized": True}
    # In no order of the colours, so that none hides the others.
    order = np.random.default_rng(0).permutation(len(panel.x))
    x, y, tint = (np.asarray(v)[order] for v in (panel.x, panel.y, panel.colour))
    if panel.classes:
        axes.scatter(x, y, c=np.asarray(CLASSES)[tint.astype(int)], **dots)
        keys = [
            Line2D([], [], marker="o", linestyle="", markersize=4, color=CLASSES[i], label=name)
            for i, name in enumerate(panel.classes)
        ]
    else:
        shown = axes.scatter(x, y, c=tint, cmap="viridis", **dots)
        bar = drawing.colorbar(shown, ax=axes, fraction=0.05, pad=0.02)
        bar.outline.set_visible(False)
        if bar.solids is not None:
            bar.solids.set_alpha(1)
        bar.ax.tick_params(labelsize=SMALL, length=2, color=FAINT)
        bar.set_label(panel.labels[2], fontsize=NORMAL, color=INK)
        keys = []
    if panel.curve is not None:
        (line,) = axes.plot(*panel.curve, color="black", linewidth=1.3, label="program")
        keys.append(line)
    for place in panel.marks:
        axes.axvline(place, color=KINDS["control"], linewidth=0.9, linestyle=":")
    tidy(axes)
    axes.set_xlabel(panel.labels[0], fontsize=NORMAL, color=INK)
    axes.set_ylabel(panel.labels[1], fontsize=NORMAL, color=INK)
    axes.set_title(panel.title, fontsize=NORMAL, color=INK, loc="left")
    if keys:
        axes.legend(handles=keys, fontsize=SMALL, frameon=False, loc="best")


def _check(panels: Sequence[Cloud]) -> None:
    if not panels:
        raise ValueError("a figure of points needs at least one panel, got none")
    problems = []
    for panel in panels:
        shapes = [np.shape(v) for v in (panel.x, panel.y, panel.colour)]
        if len(set(shapes)) > 1 or len(shapes[0]) != 1:
            problems.append(f"{panel.title!r}: x, y and colour are (n,) each, got shapes {shapes}")
        if len(panel.classes) > len(CLASSES):
            problems.append(
                f"{panel.title!r}: {len(panel.classes)} classes, but there are {len(CLASSES)} "
                "colours"
            )
        elif panel.classes and not np.isin(panel.colour, range(len(panel.classes))).all():
            problems.append(
                f"{panel.title!r}: classes are numbered from 0 to {len(panel.classes) - 1}, got "
                f"{np.unique(panel.colour)[:6].tolist()}"
            )
    if problems:
        raise ValueError("; ".join(problems))
