"""Where a program is right and wrong: natural and artificial activation maps beside the picture."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from aann.shown.brief import brief
from aann.vis.style import FAINT, INK, LARGE, NORMAL, SMALL, figure


class MapRow(NamedTuple):
    """One picture with the maps of one unit.

    Attributes:
        picture: (height, width, 3) or (height, width), uint8 or pixel values from 0 to 255.
        natural: (rows, columns), what the unit does.
        artificial: (rows, columns), what the program says.
        title: for example the file's name, the unit and the error.
    """

    picture: np.ndarray
    natural: np.ndarray
    artificial: np.ndarray
    title: str

    def __repr__(self) -> str:
        return brief(self)


def maps(rows: Sequence[MapRow], *, title: str = "") -> Figure:
    """One row a picture: picture, natural map, artificial map, artificial - natural.

    The two maps of a row share a colour scale, from the smaller minimum (at most 0) to the larger
    maximum. The residual's scale is symmetric about zero.

    Raises:
        ValueError: there are no rows, or shapes do not match; all such rows are named.
    """
    _check(rows)
    drawing = figure(7.6, 0.5 + 2.05 * len(rows))
    grid = drawing.subplots(len(rows), 4, squeeze=False)
    for axes, row in zip(grid, rows, strict=True):
        natural, artificial = np.float64(row.natural), np.float64(row.artificial)
        low = min(0.0, natural.min(), artificial.min())
        high = max(natural.max(), artificial.max(), low + 1e-12)
        residual = artificial - natural
        bound = max(np.abs(residual).max(), 1e-12)
        picture = np.clip(np.asarray(row.picture), 0, 255).astype(np.uint8)
        axes[0].imshow(picture, cmap="gray")
        scale = {"vmin": low, "vmax": high, "cmap": "viridis"}
        axes[1].imshow(natural, **scale)
        shared = axes[2].imshow(artificial, **scale)
        signed = axes[3].imshow(residual, vmin=-bound, vmax=bound, cmap="RdBu_r")
        _bar(drawing, shared, axes[2])
        _bar(drawing, signed, axes[3])
        axes[0].set_title(row.title, fontsize=SMALL, color=INK, loc="left")
        for ax in axes:
            ax.set_xticks([])
            ax.set_yticks([])
            ax.spines[:].set_color(FAINT)
    for ax, name in zip(
        grid[-1], ("picture", "natural", "artificial", "artificial \u2212 natural"), strict=True
    ):
        ax.set_xlabel(name, fontsize=NORMAL, color=INK)
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def _bar(drawing: Figure, image: AxesImage, axes: Axes) -> None:
    bar = drawing.colorbar(image, ax=axes, fraction=0.05, pad=0.03)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALL - 1, length=2, color=FAINT)
    bar.ax.locator_params(nbins=4)


def _check(rows: Sequence[MapRow]) -> None:
    if not rows:
        raise ValueError("a figure of maps needs at least one row, got none")
    problems = []
    for row in rows:
        natural, artificial = np.shape(row.natural), np.shape(row.artificial)
        if len(natural) != 2 or natural != artificial:
            problems.append(
                f"{row.title!r}: natural and artificial are maps of one shape (rows, columns), got "
                f"{natural} and {artificial}"
            )
        shape = np.shape(row.picture)
        if len(shape) not in (2, 3) or (len(shape) == 3 and shape[-1] != 3):
            problems.append(f"{row.title!r}: a picture is (height, width[, 3]), got {shape}")
    if problems:
        raise ValueError("; ".join(problems))
