"""What all figures share: size, colours, axes.

Figures are ``matplotlib.figure.Figure`` objects without pyplot, hence without global state: save
them with ``figure.savefig(path)``, or show them as the last value of a notebook cell.
"""

import base64
import io
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from aann.shown.brief import brief
from aann.vis.alt import alt_text
from aann.vis.caption import caption

DPI = 150
QUALITY = 88
"""Of JPEG: photographs lose nothing that the eye sees."""

PHOTOGRAPHIC = 0.5
"""A figure is JPEG in a notebook where that takes at most this part of its PNG."""

SMALL, NORMAL, LARGE = 7.5, 8.5, 10.0
INK, FAINT, GRID = "#222222", "#757575", "#E6E6E6"

KINDS = {"ablation": "#929292", "fit": "#C68502", "control": "#872167", "program": "#1141AB"}
"""Colours for the kinds of rows, near those of Okabe and Ito, moved apart for the colour-blind."""

NATURAL = "#198945"

MARKERS = {"ablation": "o", "fit": "D", "control": "^", "program": "s"}
"""Markers for the kinds of rows, those of the page: nobody needs colours to tell them apart."""

NIGHT = "#14171A"
"""The paper of pages in dark colours."""

NIGHTLY = {
    "#FFFFFF": NIGHT,
    KINDS["ablation"]: "#C5C5C5",
    KINDS["fit"]: "#F0BE2C",
    KINDS["control"]: "#BB539D",
    KINDS["program"]: "#8DB5FF",
    NATURAL: "#0DF08A",
}
"""Colour -> what it is on dark paper; ``night`` finds those of all others."""

FLOOR, CEILING = -1.0, 2.0
"""Axes of recovered end here at the latest: one row far out would squeeze all others together."""

BEYOND = {"left": "<", "right": ">", "down": r"$\downarrow$", "up": r"$\uparrow$"}
"""Markers at the end of an axis that a value lies beyond."""


class Bar(NamedTuple):
    """One row of a report, for one metric.

    Attributes:
        name: of the row.
        kind: ``ablation``, ``fit``, ``control`` or ``program``.
        estimate: recovered; None or NaN where not identified.
        low: lower end of its interval.
        high: upper end.
        bits: description length; None where the row has none.
        total: of program and residual together, the two-part code; likewise.
    """

    name: str
    kind: str
    estimate: float | None
    low: float | None
    high: float | None
    bits: float | None = None
    total: float | None = None

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
        return self._saved("png")

    def _ipython_display_(self) -> None:
        """The picture, then its caption; JPEG where that is far smaller, as of photographs."""
        from IPython.display import display  # noqa: PLC0415 - it is the one who asks

        kind, data = "png", self._saved("png")
        if len(photograph := self._saved("jpeg", quality=QUALITY)) < PHOTOGRAPHIC * len(data):
            kind, data = "jpeg", photograph
        picture = base64.b64encode(data).decode()
        words = {f"image/{kind}": {"alt": alt_text(self, "figure")}}
        display({f"image/{kind}": picture, "text/plain": repr(self)}, metadata=words, raw=True)
        if below := caption(self):
            display({"text/markdown": f"*{below}*", "text/plain": below}, raw=True)

    def _saved(self, kind: str, **options: Any) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format=kind, pil_kwargs=options)
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
        axes.grid(axis=grid, color=GRID, linewidth=0.6)  # type: ignore[arg-type]
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
    """Limits of an axis that holds 0, 1 and all intervals, or what of them is near enough."""
    values = [0.0, 1.0, *(v for row in rows if row.ends for v in row.ends)]
    low, high = max(FLOOR, min(values)), min(CEILING, max(values))
    margin = 0.06 * (high - low)
    return low - margin, high + margin


def beyond(rows: Sequence[Bar]) -> bool:
    """Whether an estimate or an end of an interval lies beyond the axis."""
    low, high = limits(rows)
    return any(v < low or v > high for row in rows for v in row.ends or ())


def legend(drawing: Figure, handles: Sequence[Artist]) -> None:
    """One line of keys below everything."""
    drawing.legend(
        handles=list(handles), loc="outside lower center", ncols=max(1, len(handles)),
        fontsize=SMALL, frameon=False,
    )  # fmt: skip


def key(kind: str) -> Line2D:
    """What a legend shows of a kind of row: its colour and its marker."""
    return Line2D(
        [], [], color=colour(kind), linewidth=6, marker=MARKERS[kind], markersize=5,
        markerfacecolor="white", markeredgecolor=colour(kind), label=kind,
    )  # fmt: skip


def kinds_of(rows: Sequence[Bar]) -> list[str]:
    """The kinds that occur, in the order of the palette."""
    return [kind for kind in KINDS if any(row.kind == kind for row in rows)]
