"""Radial tuning curves of a family of units, natural and artificial: a panel a unit."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from aann.shown.brief import brief
from aann.vis.style import FAINT, INK, KINDS, LARGE, NATURAL, NORMAL, SMALL, figure, legend, tidy

COLUMNS = 5
WIDE, HIGH = 1.6, 1.45
"""Inches of a panel."""
NARROWEST = 4.4
"""Inches: a title fits above a panel alone."""
ARTIFICIAL = KINDS["program"]
_DASHED: Any = (0, (4, 1.5))


class Band(NamedTuple):
    """What lies around curves, (units, directions) each."""

    low: np.ndarray
    high: np.ndarray

    def __repr__(self) -> str:
        return brief(self)


def radial_tuning(
    directions: np.ndarray,
    natural: np.ndarray,
    artificial: np.ndarray | None = None,
    *,
    names: Sequence[str],
    title: str = "",
    natural_band: Band | None = None,
    artificial_band: Band | None = None,
    band_name: str = "",
) -> Figure:
    """Responses to every direction, a panel a unit: natural solid, artificial dashed.

    Panels are in the order of the units' best directions, which are in their titles and lie in
    their middles: an echo shows at both ends. All of a panel is divided by the unit's natural
    maximum, so that a program that is too weak or too strong looks so. Negative responses are drawn
    as none, as ReLU would.

    Args:
        directions: (n,) in degrees, counterclockwise from the right, once around.
        natural: (units, n) responses.
        artificial: (units, n) responses of the program, or None.
        names: one a unit.
        title: above the panels.
        natural_band: around ``natural``.
        artificial_band: around ``artificial``.
        band_name: what the bands are.

    Raises:
        ValueError: shapes do not match, or a unit never responds.
    """
    directions, natural = np.asarray(directions, float), np.asarray(natural, float)
    families = [("natural", natural, natural_band)]
    if artificial is not None:
        families.append(("artificial", np.asarray(artificial, float), artificial_band))
    _check(directions, families, names)
    best = natural.argmax(axis=1)
    columns = min(COLUMNS, len(names))
    rows = -(-len(names) // columns)
    drawing = figure(max(WIDE * columns, NARROWEST), HIGH * rows + 0.9)
    grid = drawing.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for axes in grid.flat[len(names) :]:
        axes.set_visible(False)
    for axes, unit in zip(
        grid.flat, np.argsort(directions[best] % 360, kind="stable"), strict=False
    ):
        off = (directions - directions[best[unit]] + 180) % 360 - 180
        order = np.argsort(off)
        order = np.append(order, order[0])  # half a turn away lies at both ends
        across = np.append(off[order[:-1]], off[order[0]] + 360)
        for name, values, band in families:
            lines = [values] if band is None else [values, *band]
            scaled = [
                np.maximum(np.asarray(x)[unit, order], 0) / natural[unit].max() for x in lines
            ]
            _draw(axes, across, scaled, natural=name == "natural")
        axes.set_title(
            f"{names[unit]}: {directions[best[unit]] % 360:g}°", fontsize=NORMAL, color=INK
        )
        _scale(axes)
    grid[0, 0].set_ylim(bottom=0)  # of all, once all is drawn
    below = grid[(len(names) - 1) // columns, 0 if len(names) % columns else columns // 2]
    below.set_xlabel("degrees from the unit's best direction", fontsize=SMALL, color=INK)
    grid[rows // 2, 0].set_ylabel("part of the natural peak", fontsize=SMALL, color=INK)
    _legend(drawing, artificial is not None, natural_band is not None, band_name)
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def _draw(axes: Axes, across: np.ndarray, lines: list[np.ndarray], *, natural: bool) -> None:
    """A curve and, where there is one, its band."""
    colour = NATURAL if natural else ARTIFICIAL
    if len(lines) == 3:
        axes.fill_between(across, lines[1], lines[2], color=colour, alpha=0.2, linewidth=0)
    style = "-" if natural else _DASHED
    axes.plot(across, lines[0], color=colour, linewidth=1.6 if natural else 1.3, linestyle=style)


def _scale(axes: Axes) -> None:
    axes.set_xlim(-180, 180)
    axes.set_xticks([-180, -90, 0, 90, 180])
    axes.axhline(1, color=FAINT, linewidth=0.6, linestyle=":")
    tidy(axes)


def _legend(drawing: Figure, artificial: bool, bands: bool, band_name: str) -> None:
    keys: list[Line2D | Patch] = [Line2D([], [], color=NATURAL, linewidth=1.6, label="natural")]
    if artificial:
        keys.append(
            Line2D([], [], color=ARTIFICIAL, linewidth=1.3, linestyle=_DASHED, label="artificial")
        )
    if bands:
        keys.append(Patch(color=FAINT, alpha=0.5, linewidth=0, label=band_name or "band"))
    legend(drawing, keys)


def _check(
    directions: np.ndarray,
    families: list[tuple[str, np.ndarray, Band | None]],
    names: Sequence[str],
) -> None:
    problems = []
    expected = (len(names), *directions.shape)
    natural = families[0][1]
    for name, values, band in families:
        bands = [] if band is None else zip(("low", "high"), band, strict=True)
        for what, x in ((name, values), *((f"{name} band, {end},", x) for end, x in bands)):
            if directions.ndim != 1 or not names or np.shape(x) != expected:
                problems.append(
                    f"{what} has shape (units, directions) = {expected} for {len(names)} names, "
                    f"got {np.shape(x)}"
                )
    if not problems:
        tops = zip(names, natural.max(axis=1), strict=True)
        if silent := [n for n, top in tops if not top > 0]:
            problems.append(f"units without a positive response: {', '.join(silent)}")
    if problems:
        raise ValueError("; ".join(problems))
