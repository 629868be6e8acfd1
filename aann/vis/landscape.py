"""How good all thresholds of a score are on design: a curve, or a map over two of them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aann.labelling.landscape import Landscape
from aann.labelling.thresholds import Thresholds
from aann.vis.style import FAINT, INK, KINDS, LARGE, NORMAL, SMALL, figure, legend, tidy

BEST, MARK = KINDS["program"], KINDS["control"]
MARKERS = "sD^vP"
"""Of the points that are marked, in their order."""
NEAR = 3.0
"""So many times as far as one standard error reaches the second panel."""
_LOOK: dict[str, Any] = {"markersize": 5, "mec": "white", "mew": 0.8}


class _Mark(NamedTuple):
    """A point of the landscape."""

    name: str
    at: Sequence[float]
    right: float
    shape: str
    colour: str


def landscape(
    found: Thresholds,
    marks: Mapping[str, Sequence[int | float] | np.ndarray] | None = None,
    *,
    vary: Sequence[int] = (),
    points: int = 200,
    title: str = "",
) -> Figure:
    """Accuracy over one or two thresholds, the others at their best; all of it, and a close-up.

    A line goes round what is within one standard error of the best.

    Args:
        found: what ``aann.fit_thresholds`` returned.
        marks: name -> all thresholds of a point to mark, the published one, say.
        vary: which thresholds, see ``Thresholds.landscape``.
        points: of each of them.
        title: above the figure.

    Raises:
        ValueError: no such thresholds, or none; a mark has another number of them, or is not
            ascending.
    """
    marked = {
        name: tuple(np.asarray(given, np.float64).tolist()) for name, given in (marks or {}).items()
    }
    shown = [_Mark(f"fitted: {found.accuracy:.2%}", found.thresholds, found.accuracy, "o", BEST)]
    for i, (name, at) in enumerate(marked.items()):
        right = found.accuracy_at(at)
        shape = MARKERS[i % len(MARKERS)]
        shown.append(_Mark(f"{name}: {right:.2%}", at, right, shape, MARK))
    grounds = [found.landscape(vary, points, near) for near in (None, NEAR)]
    flat = len(grounds[0].vary) == 1
    drawing = figure(9.6, 3.4 if flat else 4.5)
    for axes, ground in zip(drawing.subplots(1, 2), grounds, strict=True):
        (_curve if flat else _map)(drawing, axes, ground, found)
        _named(axes, ground, found)
        axes.locator_params(nbins=6)
        for mark in shown:
            _point(axes, ground, mark)
    close = drawing.axes[1]
    close.set_title("close to the best", fontsize=NORMAL, color=INK, loc="left")
    n = f"{found.data['name']}, {found.data['split']}, n = {found.n:,}"
    drawing.suptitle(title or f"{found.name}: right on design ({n})", fontsize=LARGE, color=INK)
    error = Line2D([], [], color=INK, linewidth=0.9, label="best less one standard error")
    legend(drawing, [*map(_key, shown), error])
    return drawing


def _map(drawing: Figure, axes: Axes, ground: Landscape, found: Thresholds) -> None:
    """Shades over two thresholds."""
    across, up = ground.thresholds
    shades = axes.pcolormesh(
        across, up, np.ma.masked_invalid(ground.accuracy.T), shading="nearest", cmap="viridis",
        rasterized=True,
    )  # fmt: skip
    level = found.accuracy - found.error
    if np.nanmin(ground.accuracy) < level and min(len(across), len(up)) > 1:
        filled = np.nan_to_num(ground.accuracy.T, nan=float(np.nanmin(ground.accuracy)))
        axes.contour(across, up, filled, levels=[level], colors=[INK], linewidths=0.9)
    bar = drawing.colorbar(shades, ax=axes, fraction=0.05, pad=0.03)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALL, length=2, color=FAINT)
    bar.set_label("share that is right", fontsize=NORMAL, color=INK)
    tidy(axes)


def _curve(drawing: Figure, axes: Axes, ground: Landscape, found: Thresholds) -> None:
    """A line over one."""
    (across,) = ground.thresholds
    axes.plot(across, ground.accuracy, color=FAINT, linewidth=1.2)
    axes.axhline(found.accuracy - found.error, color=INK, linewidth=0.9)
    tidy(axes, grid="y")
    axes.set_ylabel("share that is right", fontsize=NORMAL, color=INK)


def _named(axes: Axes, ground: Landscape, found: Thresholds) -> None:
    named = [f"threshold {i}: {found.classes[i]} | {found.classes[i + 1]}" for i in ground.vary]
    axes.set_xlabel(f"{named[0]} (class below | above)", fontsize=NORMAL, color=INK)
    if len(named) == 2:
        axes.set_ylabel(named[1], fontsize=NORMAL, color=INK)


def _point(axes: Axes, ground: Landscape, mark: _Mark) -> None:
    where = [mark.at[i] for i in ground.vary]
    up = where[1] if len(where) == 2 else mark.right
    inside = all(t[0] <= x <= t[-1] for x, t in zip(where, ground.thresholds, strict=True))
    if inside:
        axes.plot(where[0], up, mark.shape, **_LOOK, mfc=mark.colour, zorder=4)


def _key(mark: _Mark) -> Line2D:
    return Line2D(
        [], [], marker=mark.shape, linestyle="", label=mark.name, mfc=mark.colour, **_LOOK
    )
