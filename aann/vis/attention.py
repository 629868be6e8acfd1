"""Attention patterns, natural beside artificial, and scores against a quantity of the key."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from aann.shown.brief import brief
from aann.vis.style import FAINT, INK, KINDS, LARGE, NATURAL, NORMAL, SMALL, figure, legend, tidy

NAMED = 24
"""Up to so many rows or columns, every one is named."""


class PatternRow(NamedTuple):
    """One matrix of the network and what a program says of it.

    Attributes:
        natural: (rows, columns), for example (query, key).
        artificial: the same of the program.
        title: for example the head and the sequence.
        rows: names of the rows, such as tokens; their numbers by default.
        columns: names of the columns.
    """

    natural: np.ndarray
    artificial: np.ndarray
    title: str
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()

    def __repr__(self) -> str:
        return brief(self)


def patterns(
    shown: Sequence[PatternRow],
    *,
    title: str = "",
    axes: tuple[str, str] = ("query", "key"),
) -> Figure:
    """One line a matrix: natural, artificial, artificial - natural.

    The two matrices of a line share a colour scale, from the smaller minimum (at most 0) to the
    larger maximum; that of the difference is symmetric about zero.

    Args:
        shown: the matrices.
        title: of the figure.
        axes: what rows and columns are.

    Raises:
        ValueError: there is nothing to show, or shapes or numbers of names do not match; all such
            lines are named.
    """
    _check(shown)
    drawing = figure(7.4, 0.7 + 2.15 * len(shown))
    grid = drawing.subplots(len(shown), 3, squeeze=False)
    for line, row in zip(grid, shown, strict=True):
        natural, artificial = (np.asarray(x, np.float64) for x in (row.natural, row.artificial))
        low = min(0.0, natural.min(), artificial.min())
        high = max(natural.max(), artificial.max(), low + 1e-12)
        bound = max(np.abs(artificial - natural).max(), 1e-12)
        aspect: Any = "equal" if natural.shape[0] == natural.shape[1] else "auto"
        scale = {"vmin": low, "vmax": high, "cmap": "viridis", "aspect": aspect}
        line[0].imshow(natural, **scale)
        shared = line[1].imshow(artificial, **scale)
        signed = line[2].imshow(
            artificial - natural, vmin=-bound, vmax=bound, cmap="RdBu_r", aspect=aspect
        )
        _bar(drawing, shared, line[1])
        _bar(drawing, signed, line[2])
        line[0].set_title(row.title, fontsize=SMALL, color=INK, loc="left")
        line[0].set_ylabel(axes[0], fontsize=SMALL, color=INK)
        for ax in line:
            _name(ax, row)
        for ax in line[1:]:
            ax.set_yticklabels([])
    for ax, name in zip(
        grid[-1], ("natural", "artificial", "artificial \u2212 natural"), strict=True
    ):
        ax.set_xlabel(f"{axes[1]}\n{name}", fontsize=NORMAL, color=INK)
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def against(
    quantity: np.ndarray,
    natural: np.ndarray,
    spread: np.ndarray,
    artificial: np.ndarray,
    *,
    labels: tuple[str, str],
    title: str = "",
) -> Figure:
    """A natural quantity with its spread, and what a program says of it, as curves.

    Args:
        quantity: (points,), the horizontal axis.
        natural: mean at every point.
        spread: standard deviation there.
        artificial: the program's.
        labels: of the horizontal and the vertical axis.
        title: of the figure.

    Raises:
        ValueError: shapes differ.
    """
    shapes = [np.shape(x) for x in (quantity, natural, spread, artificial)]
    if len(set(shapes)) > 1 or np.ndim(quantity) != 1 or not np.size(quantity):
        raise ValueError(f"curves over one quantity have the same points, got shapes {shapes}")
    drawing = figure(5.2, 3.4)
    panel = drawing.subplots()
    band = panel.fill_between(
        quantity, natural - spread, natural + spread, color=NATURAL, alpha=0.25, linewidth=0,
        label="\u00b1 one standard deviation",
    )  # fmt: skip
    (mean,) = panel.plot(quantity, natural, color=NATURAL, linewidth=1.6, label="natural, mean")
    (line,) = panel.plot(
        quantity, artificial, "--", color=KINDS["program"], linewidth=1.6, label="artificial"
    )
    panel.set_xlabel(labels[0], fontsize=NORMAL)
    panel.set_ylabel(labels[1], fontsize=NORMAL)
    tidy(panel, grid="y")
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    legend(drawing, [mean, band, line])
    return drawing


def _name(ax: Axes, row: PatternRow) -> None:
    """Ticks: names where there are some and they fit, else the first and last number."""
    for count, names, put in zip(
        np.shape(row.natural), (row.rows, row.columns), (ax.set_yticks, ax.set_xticks), strict=True
    ):
        if names and count <= NAMED:
            put(range(count), list(names))
        else:
            put([0, count - 1])
    ax.tick_params(labelsize=SMALL - 1, length=2, color=FAINT, labelcolor=INK)
    ax.spines[:].set_color(FAINT)


def _bar(drawing: Figure, image: AxesImage, axes: Axes) -> None:
    bar = drawing.colorbar(image, ax=axes, fraction=0.05, pad=0.03)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALL - 1, length=2, color=FAINT)
    bar.ax.locator_params(nbins=4)


def _check(shown: Sequence[PatternRow]) -> None:
    if not shown:
        raise ValueError("a figure of attention patterns needs at least one row, got none")
    problems = []
    for row in shown:
        natural, artificial = np.shape(row.natural), np.shape(row.artificial)
        if len(natural) != 2 or natural != artificial:
            problems.append(
                f"{row.title!r}: natural and artificial are matrices of one shape, got {natural} "
                f"and {artificial}"
            )
            continue
        for what, names, count in zip(
            ("rows", "columns"), (row.rows, row.columns), natural, strict=True
        ):
            if names and len(names) != count:
                problems.append(f"{row.title!r}: {len(names)} names for {count} {what}")
    if problems:
        raise ValueError("; ".join(problems))
