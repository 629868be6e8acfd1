"""Read-out weights between two layers: natural against artificial, a small map an input unit."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from aann.shown.brief import brief
from aann.vis.style import FAINT, INK, LARGE, SMALL, figure


class ReadoutRow(NamedTuple):
    """What one unit reads from some units of the layer below.

    Attributes:
        natural: (inputs, taps, taps), the network's weights, rows downwards.
        artificial: the same of a program.
        labels: one an input.
        title: above the maps.
    """

    natural: np.ndarray
    artificial: np.ndarray
    labels: Sequence[str]
    title: str

    def __repr__(self) -> str:
        return brief(self)


def readout(rows: Sequence[ReadoutRow], *, title: str = "") -> Figure:
    """Two strips a row, natural above artificial; red is positive, blue negative.

    Each strip is scaled by its own largest weight, for scales of layers differ.

    Raises:
        ValueError: there are no rows, or shapes and labels do not match; all such rows are named.
    """
    _check(rows)
    widest = max(len(row.labels) for row in rows)
    drawing = figure(max(4.0, 0.42 * widest), 0.3 + 1.35 * len(rows))
    strips = drawing.subplots(2 * len(rows), 1, squeeze=False)[:, 0]
    for row, axes in zip(rows, strips.reshape(-1, 2), strict=True):
        _strip(axes[0], row.natural, "natural", widest)
        _strip(axes[1], row.artificial, "artificial", widest)
        axes[0].set_title(row.title, fontsize=SMALL, color=INK, loc="left")
        size = row.natural.shape[-1] + 1
        middles = np.arange(len(row.labels)) * size + (size - 2) / 2
        axes[1].set_xticks(middles, row.labels, fontsize=SMALL - 2, color=INK)
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def _strip(axes: Axes, weights: np.ndarray, name: str, widest: int) -> None:
    """Maps side by side, one pixel apart."""
    n, taps, _ = weights.shape
    canvas = np.full((taps, widest * (taps + 1) - 1), np.nan)
    for i in range(n):
        canvas[:, i * (taps + 1) : i * (taps + 1) + taps] = weights[i]
    bound = max(float(np.abs(weights).max()), 1e-12)
    axes.imshow(canvas, cmap="RdBu_r", vmin=-bound, vmax=bound, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_ylabel(name, fontsize=SMALL - 1, color=INK, rotation=0, ha="right", va="center")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    for i in range(n):
        corner = (i * (taps + 1) - 0.5, -0.5)
        axes.add_patch(Rectangle(corner, taps, taps, fill=False, color=FAINT, linewidth=0.4))


def _check(rows: Sequence[ReadoutRow]) -> None:
    if not rows:
        raise ValueError("a figure of read-out weights needs at least one row, got none")
    problems = []
    for row in rows:
        natural, artificial = np.shape(row.natural), np.shape(row.artificial)
        if len(natural) != 3 or natural != artificial or natural[0] != len(row.labels):
            problems.append(
                f"{row.title!r}: natural and artificial are (inputs, taps, taps) with one label an "
                f"input, got {natural}, {artificial} and {len(row.labels)} labels"
            )
    if problems:
        raise ValueError("; ".join(problems))
