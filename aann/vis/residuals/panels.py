"""What figures of the residual lab share: small panels in a grid, maps with their bars."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from aann.residuals.about import About
from aann.shown.brief import counted
from aann.vis.style import FAINT, INK, KINDS, LARGE, NATURAL, NORMAL, SMALL, figure

MOST: Final = 12
"""Units that get a panel of their own."""

ARTIFICIAL: Final = KINDS["program"]
RESIDUAL: Final = KINDS["control"]
TRUE: Final = NATURAL

SIGNED: Final = "RdBu_r"
SIZED: Final = "viridis"


def grid(
    count: int, *, columns: int = 4, size: tuple[float, float] = (1.9, 1.7), title: str = ""
) -> tuple[Figure, list[Axes]]:
    """A figure of so many panels, in rows.

    Args:
        count: of panels.
        columns: panels in a row at most.
        size: inches of a panel.
        title: of the figure.
    """
    across = max(1, min(columns, count))
    rows = -(-count // across)
    drawing = figure(max(across * size[0], 3.6) + 0.4, rows * size[1] + 0.5)
    axes = list(drawing.subplots(rows, across, squeeze=False).ravel())
    for empty in axes[count:]:
        empty.axis("off")
    titled(drawing, title)
    return drawing, axes[:count]


def titled(drawing: Figure, title: str) -> None:
    """A title above all, if there is one."""
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)


def flat(values: Float[np.ndarray, "*places"]) -> np.ndarray:
    """A map of rows and columns, or a line: of more axes the mean over the first ones."""
    while values.ndim > 2:
        values = values.mean(axis=0)
    return values


def picture(
    axes: Axes, values: np.ndarray, *, signed: bool, bound: float | None = None
) -> AxesImage:
    """A map in colours: red above zero and blue below it, or from 0 up.

    Args:
        axes: to draw on.
        values: (rows, columns); NaN stays empty.
        signed: whether it has values below zero.
        bound: what has the full colour; by default the largest size.
    """
    most = bound if bound is not None else float(np.nanmax(np.abs(values), initial=0.0))
    most = most if most > 0 else 1.0
    shown = axes.imshow(
        values, vmin=-most if signed else 0.0, vmax=most, cmap=SIGNED if signed else SIZED,
        interpolation="nearest",
    )  # fmt: skip
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_color(FAINT)
    return shown


def bar(drawing: Figure, image: AxesImage, axes: Axes | Sequence[Axes], label: str = "") -> None:
    """The bar of a map's colours."""
    beside = drawing.colorbar(image, ax=axes, fraction=0.05, pad=0.03)
    beside.outline.set_visible(False)
    beside.ax.tick_params(labelsize=SMALL - 1, length=2, color=FAINT)
    beside.ax.locator_params(nbins=4)
    if label:
        beside.set_label(label, fontsize=SMALL, color=INK)


def rule(axes: Axes, *, x: float | None = None, y: float | None = None) -> None:
    """A line to compare with."""
    for at, draw in ((x, axes.axvline), (y, axes.axhline)):
        if at is not None:
            draw(at, color=FAINT, linewidth=0.9, linestyle="--", zorder=1)


def named(axes: Axes, title: str = "", across: str = "", up: str = "") -> None:
    """Title and names of axes, where there are some."""
    if title:
        axes.set_title(title, fontsize=NORMAL, color=INK, loc="left")
    if across:
        axes.set_xlabel(across, fontsize=NORMAL, color=INK)
    if up:
        axes.set_ylabel(up, fontsize=NORMAL, color=INK)


def first(about: About, most: int = MOST) -> tuple[range, str]:
    """The units that get a panel, and what a caption says of the others."""
    count = len(about.units)
    if count <= most:
        return range(count), ""
    return range(most), f" Of {count} units the first {most} have a panel."


def of(about: About) -> str:
    """Which values a caption is about."""
    return f"{about.program} on {counted(about.n, 'example')} of {about.data} ({about.split})"
