"""What a program recovers against how many constants it knows, for many programs of one place."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aann.shown.brief import brief
from aann.vis.bits import Dot, name_dots
from aann.vis.style import INK, KINDS, LARGE, MARKERS, NORMAL, colour, figure, key, legend, tidy

Ends = tuple[float, float, float]


class Trade(NamedTuple):
    """One program.

    Attributes:
        name: of the program.
        kind: ``program``, ``fit`` or ``control``, for its colour.
        constants: scalars that it knows.
        measured: for each panel: low, estimate and high.
    """

    name: str
    kind: str
    constants: int
    measured: Sequence[Ends]

    def __repr__(self) -> str:
        return brief(self)


def trades(rows: Sequence[Trade], panels: Sequence[str], *, title: str = "") -> Figure:
    """Constants on a logarithmic axis against one quantity a panel, with intervals and names.

    Args:
        rows: the programs.
        panels: name of the quantity in each panel.
        title: of the figure.

    Raises:
        ValueError: there are no rows or panels, a row has not one measurement for each panel, or
            no constants; all such rows are named.
    """
    _check(rows, panels)
    drawing = figure(9.6, 0.6 + 4.2 * len(panels))
    grid = drawing.subplots(len(panels), 1, squeeze=False)[:, 0]
    for i, (axes, name) in enumerate(zip(grid, panels, strict=True)):
        _panel(axes, rows, i)
        axes.set_ylabel(name, fontsize=NORMAL, color=INK)
    drawing.suptitle(title, fontsize=LARGE, color=INK)
    kinds = [kind for kind in KINDS if any(row.kind == kind for row in rows)]
    legend(drawing, [key(kind) for kind in kinds])
    drawing.draw_without_rendering()  # the layout decides where names fit
    for i, axes in enumerate(grid):
        dots: list[Dot] = [
            (row.name, float(row.constants), tuple(row.measured[i]), INK)  # type: ignore[misc]
            for row in rows
        ]
        name_dots(axes, dots, ())
    return drawing


def _panel(axes: Axes, rows: Sequence[Trade], i: int) -> None:
    axes.set_xscale("log")
    counts = [row.constants for row in rows]
    axes.set_xlim(min(counts) / 1.8, max(counts) * 2.6)
    for row in rows:
        low, middle, high = row.measured[i]
        axes.plot([row.constants] * 2, [low, high], color=colour(row.kind), linewidth=1.4)
        axes.plot(row.constants, middle, MARKERS[row.kind], color=colour(row.kind), markersize=5)
    tidy(axes, grid="both")
    axes.margins(y=0.1)
    axes.set_xlabel("constants that the program knows", fontsize=NORMAL, color=INK)


def _check(rows: Sequence[Trade], panels: Sequence[str]) -> None:
    problems = []
    if not rows or not panels:
        problems.append(f"a trade needs rows and panels, got {len(rows)} and {len(panels)}")
    for row in rows:
        colour(row.kind)
        if row.constants < 1:
            problems.append(f"{row.name!r}: {row.constants} constants have no logarithm")
        if np.shape(row.measured) != (len(panels), 3):
            problems.append(
                f"{row.name!r}: low, estimate and high for each of {len(panels)} panels, got shape "
                f"{np.shape(row.measured)}"
            )
    if problems:
        raise ValueError("; ".join(problems))
