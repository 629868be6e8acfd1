"""Scrubs as figures: what is kept as equivalence gets wider, and trees of inputs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage

from aann.report.estimate import Estimate
from aann.scrubbing.scrubbed import Scrubbed
from aann.scrubbing.tree import Branch
from aann.shown.brief import clip
from aann.vis.style import FAINT, INK, KINDS, LARGE, NORMAL, SMALL, figure, tidy

_PICTURE = 0.62
"""Inches of a picture in a tree."""
_NAME = 40
"""Characters of an example's name in a tree."""


def by_width(
    found: Scrubbed, widths: Mapping[str, float], *, metric: str = "kl", label: str = "width",
    title: str = "",
) -> Figure:  # fmt: skip
    """Labels kept, and recovered against any donors, as equivalence gets wider.

    Args:
        found: rows that differ in their equivalence.
        widths: name of a row -> its width, positive.
        metric: of recovered.
        label: of the axis of widths.
        title: of the figure.

    Raises:
        KeyError: a row or the metric is not there.
        ValueError: no width, or one that is not positive.
    """
    if not widths or not all(0 < width < np.inf for width in widths.values()):
        raise ValueError(f"widths are positive, one a row, got {dict(widths)}")
    order = sorted(widths, key=lambda name: widths[name])
    rows = [found.row(name) for name in order]
    if metric not in (known := rows[0].against_random):
        raise KeyError(f"no metric {metric!r}; there are {', '.join(known)}")
    drawing = figure(7.2, 2.9)
    left, right = drawing.subplots(1, 2)
    x = [widths[name] for name in order]
    _curve(left, x, [row.kept for row in rows])
    _curve(right, x, [row.against_random[metric] for row in rows])
    left.set_ylabel("labels kept", fontsize=NORMAL)
    shown = metric.upper() if metric in ("kl", "nll") else metric
    right.set_ylabel(f"{shown} recovered, against any donors", fontsize=NORMAL)
    anyone = 1.0 - rows[0].loss["random"]["agreement"]
    for axes, level, called in ((left, anyone, "any donors"), (right, 0.0, "any donors")):
        axes.axhline(level, color=FAINT, linewidth=0.9, linestyle="--", zorder=1)
        axes.annotate(
            called, (x[0], level), xytext=(0, 3), textcoords="offset points", fontsize=SMALL,
            color=FAINT,
        )  # fmt: skip
        axes.set_xscale("log")
        axes.set_xlabel(label, fontsize=NORMAL)
        axes.set_ylim(min(-0.05, axes.get_ylim()[0]), 1.05)
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def _curve(axes: Axes, x: Sequence[float], estimates: Sequence[Estimate]) -> None:
    known = [
        (at, e.estimate, e.low, e.high)
        for at, e in zip(x, estimates, strict=True)
        if e.estimate is not None and e.low is not None and e.high is not None
    ]
    if known:
        at, middle, low, high = (np.asarray(column) for column in zip(*known, strict=True))
        axes.plot(at, middle, "o-", color=KINDS["program"], markersize=4, linewidth=1.4)
        axes.fill_between(at, low, high, color=KINDS["program"], alpha=0.25, linewidth=0)
    tidy(axes, grid="y")


def scrub_trees(
    trees: Sequence[Branch], pictures: Mapping[str, Any] | None = None, *, title: str = ""
) -> Figure:
    """Trees of inputs, the scrubbed example at the left, what stands in for it to its right.

    Args:
        trees: of ``aann.scrubbing.tree.trees``.
        pictures: name of an example -> picture, (height, width[, channels]), grey or RGB in 0 to 1
            or 0 to 255; without one a node is its text alone.
        title: of the figure.

    Raises:
        ValueError: there are no trees, or a picture is none.
    """
    if not trees:
        raise ValueError("there is at least one tree to draw, got none")
    shown = {name: _picture(name, picture) for name, picture in (pictures or {}).items()}
    leaves = [max(_leaves(tree), 1) for tree in trees]
    depth = max(map(_depth, trees))
    row = 1.15 if shown else 0.55
    drawing = figure(2.2 + 2.7 * (depth - 1), 0.6 + row * sum(leaves))
    axes = drawing.add_subplot()
    axes.set_xlim(-0.35, depth - 0.35)
    axes.set_ylim(sum(leaves) - 0.5, -0.65)
    axes.axis("off")
    start = 0.0
    for tree, height in zip(trees, leaves, strict=True):
        _node(axes, tree, 0, start, shown)
        start += height
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def _node(
    axes: Axes, branch: Branch, level: int, start: float, pictures: Mapping[str, np.ndarray]
) -> float:
    """Draw a node and what is below it; returns its height on the page."""
    places = []
    at = start
    for below in branch.below:
        places.append(_node(axes, below, level + 1, at, pictures))
        at += max(_leaves(below), 1)
    y = float(np.mean(places)) if places else start
    for place in places:
        axes.plot([level + 0.08, level + 0.9], [y, place], color=FAINT, linewidth=0.9, zorder=1)
    example = clip(branch.example, _NAME)
    head = f"{branch.value} = {branch.now}" if branch.value else branch.now
    was = f"for {branch.was}, of {example}" if branch.was is not None else example
    picture = pictures.get(branch.example)
    offset = 0.0
    if picture is not None:
        zoom = _PICTURE * 72 / max(picture.shape[:2])
        box = OffsetImage(picture, zoom=zoom, cmap="gray", interpolation="nearest")
        axes.add_artist(AnnotationBbox(box, (level, y), frameon=False, pad=0.0, zorder=2))
        offset = _PICTURE * 36 + 4
    axes.annotate(
        f"{head}\n{was}", (level, y), xytext=(0, -offset), textcoords="offset points",
        fontsize=SMALL, color=INK, ha="center", va="top" if offset else "center", zorder=3,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.85},
    )  # fmt: skip
    return y


def _picture(name: str, given: Any) -> np.ndarray:
    """(height, width) or (height, width, 3) in 0 to 1."""
    image = np.asarray(given, np.float64)
    image = image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image
    colours = image.ndim == 3 and image.shape[-1] == 3
    if not (image.ndim == 2 or colours) or not image.size or not np.isfinite(image).all():
        raise ValueError(
            f"the picture of {name!r} is an array (height, width) or (height, width, 1 or 3) of "
            f"finite numbers, got shape {np.shape(given)}"
        )
    return np.clip(image / 255.0 if image.max() > 1.0 else image, 0.0, 1.0)


def _leaves(branch: Branch) -> int:
    return sum(map(_leaves, branch.below)) or 1


def _depth(branch: Branch) -> int:
    return 1 + max(map(_depth, branch.below), default=0)
