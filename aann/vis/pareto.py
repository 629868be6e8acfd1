"""Recovered against bits for many settings, and the front of those that are worth theirs."""

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aann.report.estimate import Estimate
from aann.sweeps.pareto import Pareto
from aann.sweeps.pareto_data import Point
from aann.vis.bits import Dot, Stroke, name_dots
from aann.vis.style import FAINT, INK, KINDS, LARGE, NORMAL, figure, legend, tidy

FRONT = KINDS["program"]
LOG = 10.0
"""Bits that span more than this factor get a logarithmic axis."""

Ends = tuple[float, float, float]


def against_settings(found: Pareto, *, title: str = "") -> Figure:
    """Every setting, those on the front with names, intervals and a step line.

    Settings off the front are where the design examples put them. Those on it are where the
    held-out examples put them once they are reported; rings show what design had promised. Where
    nearly everything is recovered a second panel shows what is left on a logarithmic scale; the
    names are there. Where residuals were measured, a last panel has the two-part code of the front.

    Raises:
        ValueError: nothing is on the front.
    """
    front = [p for p in found.points if p.on_front]
    if not front:
        raise ValueError("the front is empty: no setting recovered more than zero-ablation")
    close = max(_of(p)[1] for p in front) > 0.98
    coded = [p for p in front if p.residual_bits is not None]
    across = 1 + close + bool(coded)
    drawing = figure((7.2, 11.0, 15.0)[across - 1], 4.8)
    *panels, last = drawing.subplots(1, across, squeeze=False)[0]
    panels += [] if coded else [last]
    _panel(panels[0], found, _same)
    panels[0].set_ylabel(
        f"{found.metric} recovered ({found.confidence:.0%} interval)", fontsize=NORMAL
    )
    for value in (0, 1):
        panels[0].axhline(value, color=INK, linewidth=0.9, zorder=1)
    if close:
        panels[1].set_yscale("log")
        _panel(panels[1], found, _left)
        panels[1].set_ylabel("part of the damage that is left", fontsize=NORMAL)
    total = _two_part(last, coded, found.data["heldout"]["n"]) if coded else []
    drawing.suptitle(title, fontsize=LARGE, color=INK)
    legend(drawing, _handles(found))
    drawing.draw_without_rendering()  # the layout decides where names fit
    change = _left if close else _same
    dots: list[Dot] = [(p.name, p.bits, change(_of(p)), INK) for p in front]
    shown = [dot for dot in dots if not close or min(dot[2]) > 0]  # the rest has no logarithm
    name_dots(panels[-1], shown, () if close else (0, 1), _strokes(found, change))
    if coded:
        name_dots(last, total)
    return drawing


def _same(ends: Ends) -> Ends:
    return ends


def _left(ends: Ends) -> Ends:
    low, middle, high = ends
    return 1 - high, 1 - middle, 1 - low


def _stairs(
    found: Pareto, change: Callable[[Ends], Ends]
) -> tuple[Sequence[float], Sequence[float]]:
    """Bits and heights where the front steps, and its end at the longest setting."""
    front = [p for p in found.points if p.on_front]
    heights = [change(_of(p))[1] for p in front]
    return [*(p.bits for p in front), found.points[-1].bits], [*heights, heights[-1]]


def _strokes(found: Pareto, change: Callable[[Ends], Ends]) -> list[Stroke]:
    """What names do not lie on: the front's line, and the settings off it."""
    x, y = _stairs(found, change)
    flat: list[Stroke] = [((x[i], y[i]), (x[i + 1], y[i])) for i in range(len(x) - 1)]
    steep: list[Stroke] = [((x[i + 1], y[i]), (x[i + 1], y[i + 1])) for i in range(len(x) - 1)]
    off = [(p.bits, change(_ends(p.design))[1]) for p in found.points if not p.on_front]
    return [*flat, *steep, *((at, at) for at in off)]


def _of(point: Point) -> Ends:
    """Where a setting is: held out, where that was measured."""
    return _ends(point.heldout or point.design)


def _ends(found: Estimate) -> Ends:
    values = (found.low, found.estimate, found.high)
    known = [float("nan") if v is None else v for v in values]
    return known[0], known[1], known[2]


def _panel(axes: Axes, found: Pareto, change: Callable[[Ends], Ends]) -> None:
    bits = [p.bits for p in found.points]
    if max(bits) > LOG * min(bits):
        axes.set_xscale("log")
    for p in found.points:
        if p.on_front:
            _front_dot(axes, p, change)
        else:
            axes.plot(p.bits, change(_ends(p.design))[1], "o", color=FAINT, markersize=3.5)
    axes.step(
        *_stairs(found, change), where="post", color=FRONT, linewidth=1.0, alpha=0.6, zorder=1
    )
    tidy(axes, grid="both")
    axes.margins(x=0.08, y=0.1)
    axes.set_xlabel("description length in bits (source and constants)", fontsize=NORMAL)


def _front_dot(axes: Axes, point: Point, change: Callable[[Ends], Ends]) -> None:
    low, middle, high = change(_of(point))
    axes.plot([point.bits, point.bits], [low, high], color=FRONT, linewidth=1.4, zorder=2)
    axes.plot(point.bits, middle, "o", color=FRONT, markersize=5.5, zorder=3)
    if point.heldout is not None:
        promised = change(_ends(point.design))[1]
        axes.plot(point.bits, promised, "o", mec=FRONT, mfc="none", markersize=9, zorder=2)


def _two_part(axes: Axes, points: Sequence[Point], n: int) -> list[Dot]:
    """The front at the bits of programs and their residuals; returns what has a name."""
    dots: list[Dot] = []
    for p in points:
        total = p.code_length(n)
        assert total is not None
        low, middle, high = _of(p)
        axes.plot([total, total], [low, high], color=FRONT, linewidth=1.4, zorder=2)
        axes.plot(total, middle, "o", color=FRONT, markersize=5.5, zorder=3)
        dots.append((p.name, total, (low, middle, high), INK))
    tidy(axes, grid="both")
    axes.margins(x=0.12, y=0.1)
    axes.set_xlabel(f"two-part code in bits: program and residual, n = {n:,}", fontsize=NORMAL)
    axes.set_ylabel("recovered", fontsize=NORMAL)
    return dots


def _handles(found: Pareto) -> Sequence[Line2D]:
    def dot(label: str, **style: object) -> Line2D:
        return Line2D([], [], marker="o", linestyle="", label=label, **style)  # type: ignore[arg-type]

    half, n = "design", found.data["design"]["n"]
    off = dot(f"off the front (design, n = {n:,})", color=FAINT, markersize=3.5)
    if found.data["heldout"] is None:
        return [dot(f"the front ({half}, n = {n:,})", color=FRONT, markersize=5.5), off]
    return [
        dot(f"the front (held out, n = {found.data['heldout']['n']:,})", color=FRONT,
            markersize=5.5),
        dot("the same on design, by which it was chosen", mec=FRONT, mfc="none", markersize=9),
        off,
    ]  # fmt: skip
