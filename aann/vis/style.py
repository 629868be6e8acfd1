"""What all figures share: size, colours, axes.

Figures are ``matplotlib.figure.Figure`` objects without pyplot, hence without global state: save
them with ``figure.savefig(path)``, or show them as the last value of a notebook cell.
"""

import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.text import Text

from aann.shown.brief import brief

DPI = 150
SMALL, NORMAL, LARGE = 7.5, 8.5, 10.0
INK, FAINT = "#222222", "#9A9A9A"

KINDS = {"ablation": "#8A8A8A", "fit": "#E69F00", "control": "#CC5A9C", "program": "#0072B2"}
"""Colours of Okabe and Ito for the kinds of rows; they differ in lightness too."""

NATURAL = "#009E73"


class Bar(NamedTuple):
    """One row of a report, for one metric.

    Attributes:
        name: of the row.
        kind: ``ablation``, ``fit``, ``control`` or ``program``.
        estimate: recovered; None or NaN where not identified.
        low: lower end of its interval.
        high: upper end.
        bits: description length; None where the row has none.
    """

    name: str
    kind: str
    estimate: float | None
    low: float | None
    high: float | None
    bits: float | None = None

    def __repr__(self) -> str:
        return brief(self)

    @property
    def ends(self) -> tuple[float, float, float] | None:
        """Low, estimate and high, or None where the row is not identified."""
        values = (self.low, self.estimate, self.high)
        known = [float(v) for v in values if v is not None and np.isfinite(v)]
        return (known[0], known[1], known[2]) if len(known) == 3 else None


class LabFigure(Figure):
    """A figure that notebooks show without a pyplot backend, and whose names are no TeX."""

    def draw(self, renderer: RendererBase) -> None:
        """Draw text as it is written: a name with two dollar signs is a name, not a formula."""
        scales = [axis for axes in self.axes for axis in (axes.xaxis, axes.yaxis)]
        powers = {  # the 10^3 of logarithmic axes
            text for axis in scales if axis.get_scale() == "log" for text in axis.findobj(Text)
        }
        for text in self.findobj(Text):
            text.set_parse_math(text in powers and text.get_parse_math())
        super().draw(renderer)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()


def figure(width: float, height: float) -> Figure:
    """An empty white figure of this size in inches."""
    return LabFigure(figsize=(width, height), dpi=DPI, layout="constrained", facecolor="white")


def tidy(axes: Axes, *, grid: str | None = None) -> None:
    """Thin spines left and below, small ticks, and a faint grid along one axis."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(labelsize=SMALL, color=FAINT, labelcolor=INK, length=3)
    if grid is not None:
        axes.grid(axis=grid, color="#E6E6E6", linewidth=0.6)  # type: ignore[arg-type]
        axes.set_axisbelow(True)


def colour(kind: str) -> str:
    """The colour of a kind of row.

    Raises:
        ValueError: it is no kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kinds of rows are {', '.join(KINDS)}, got {kind!r}")
    return KINDS[kind]


def check(rows: Sequence[Bar]) -> None:
    """Refuse a ladder without rows or with rows of unknown kinds."""
    if not rows:
        raise ValueError("a ladder has at least one row, got none")
    for row in rows:
        colour(row.kind)


def limits(rows: Sequence[Bar]) -> tuple[float, float]:
    """Limits of an axis that holds all intervals, 0 and 1."""
    values = [0.0, 1.0, *(v for row in rows if row.ends for v in row.ends)]
    margin = 0.06 * (max(values) - min(values))
    return min(values) - margin, max(values) + margin


def legend(drawing: Figure, handles: Sequence[Artist]) -> None:
    """One line of keys below everything."""
    drawing.legend(
        handles=list(handles), loc="outside lower center", ncols=max(1, len(handles)),
        fontsize=SMALL, frameon=False,
    )  # fmt: skip


def kinds_of(rows: Sequence[Bar]) -> list[str]:
    """The kinds that occur, in the order of the palette."""
    return [kind for kind in KINDS if any(row.kind == kind for row in rows)]
