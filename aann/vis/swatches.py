"""Rows of small signed maps, such as templates, each on its own scale."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from aann.shown.brief import brief
from aann.vis.style import FAINT, INK, LARGE, NORMAL, SMALL, figure


class SwatchRow(NamedTuple):
    """Maps of one kind.

    Attributes:
        maps: (n, height, width).
        captions: one below each map.
        title: above the row.
    """

    maps: np.ndarray
    captions: Sequence[str]
    title: str

    def __repr__(self) -> str:
        return brief(self)


def swatches(rows: Sequence[SwatchRow], *, title: str = "", size: float = 1.25) -> Figure:
    """The maps, red above zero and blue below, each on its own scale; rows may differ in length.

    Args:
        rows: one below the other; a row without maps says so.
        title: of the figure.
        size: of a map, in inches.

    Raises:
        ValueError: there are no rows, or maps and captions do not match; all such rows are
            named.
    """
    _check(rows)
    widest = max(1, *(len(row.captions) for row in rows))
    drawing = figure(max(4.0, widest * size + 0.2), 0.45 + (size + 0.3) * len(rows))
    strips = drawing.subfigures(len(rows), 1, squeeze=False)[:, 0]
    for strip, row in zip(strips, rows, strict=True):
        strip.suptitle(row.title, fontsize=NORMAL, color=INK, x=0.01, ha="left")
        cells = strip.subplots(1, widest, squeeze=False)[0]
        for i, axes in enumerate(cells):
            axes.set_xticks([])
            axes.set_yticks([])
            axes.spines[:].set_color(FAINT)
            if i >= len(row.captions):
                axes.set_visible(False)
                continue
            bound = max(float(np.abs(row.maps[i]).max()), 1e-12)
            axes.imshow(row.maps[i], cmap="RdBu_r", vmin=-bound, vmax=bound)
            axes.set_xlabel(row.captions[i], fontsize=SMALL, color=INK, labelpad=2)
        if not len(row.captions):
            cells[0].set_visible(True)
            cells[0].axis("off")
            cells[0].text(0, 0.5, "none", fontsize=SMALL, color=INK)
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def _check(rows: Sequence[SwatchRow]) -> None:
    if not rows:
        raise ValueError("a figure of swatches needs at least one row, got none")
    problems = [
        f"{row.title!r}: maps are (n, height, width) with a caption each, got "
        f"{np.shape(row.maps)} and {len(row.captions)} captions"
        for row in rows
        if len(row.captions) != len(row.maps) or (len(row.captions) and np.ndim(row.maps) != 3)
    ]
    if problems:
        raise ValueError("; ".join(problems))
