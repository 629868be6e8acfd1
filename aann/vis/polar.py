"""Radial tuning curves of a family of units, natural and artificial, on one polar plot."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import hsv_to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aann.vis.style import FAINT, INK, LARGE, SMALL, figure, legend

_SOLID: dict[str, Any] = {"linewidth": 1.8, "linestyle": "-"}
_DASHED: dict[str, Any] = {"linewidth": 1.5, "linestyle": (0, (3, 1.6))}


def radial_tuning(
    directions: np.ndarray,
    natural: np.ndarray,
    artificial: np.ndarray | None = None,
    *,
    names: Sequence[str],
    title: str = "",
) -> Figure:
    """Responses to every direction: natural solid, artificial dashed, one colour a unit.

    Both curves of a unit are divided by its natural maximum, so that a program that is too weak or
    too strong looks so. Negative responses are drawn at the centre, as ReLU would. A unit's colour
    is the hue of its best direction; its name stands there on the rim.

    Args:
        directions: (n,) in degrees, counterclockwise from the right, once around.
        natural: (units, n) responses.
        artificial: (units, n) responses of the program, or None.
        names: one a unit.
        title: above the plot.

    Raises:
        ValueError: shapes do not match, or a unit never responds.
    """
    directions, natural = np.asarray(directions, float), np.asarray(natural, float)
    families = [(natural, _SOLID, "natural")]
    if artificial is not None:
        families.append((np.asarray(artificial, float), _DASHED, "artificial"))
    _check(directions, natural, artificial, names)
    order = np.argsort(directions % 360)
    closed = np.append(order, order[0])
    angles = np.deg2rad(directions[closed])
    tops = natural.max(axis=1, keepdims=True)
    peaks = directions[natural.argmax(axis=1)] % 360
    drawing = figure(6.0, 6.2)
    axes = drawing.add_subplot(projection="polar")
    for values, style, _ in families:
        for peak, curve in zip(peaks, np.maximum(values[:, closed], 0) / tops, strict=True):
            axes.plot(angles, curve, color=_hue(peak, 0.78), **style)
    rim = 1.04 * max(1.0, *(float((values / tops).max()) for values, _, _ in families))
    _scale(axes, rim, _widest_gap(peaks))
    for name, place, tint in _spread(names, peaks):
        axes.annotate(
            name, (np.deg2rad(place), 1.06 * rim), ha="center", va="center", fontsize=SMALL,
            color=tint, fontweight="bold", annotation_clip=False,
        )  # fmt: skip
    legend(drawing, [Line2D([], [], color=INK, label=name, **style) for _, style, name in families])
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def _scale(axes: Axes, rim: float, direction: float) -> None:
    """Circles at quarters of the natural peak, named along ``direction``; rays at 45 degrees."""
    axes.set_ylim(0, rim)
    axes.set_yticks([0.25, 0.5, 0.75, 1.0], ["", "0.5", "", "1"], fontsize=SMALL, color=FAINT)
    axes.set_rlabel_position(direction)  # type: ignore[attr-defined]
    axes.set_xticks(np.deg2rad(np.arange(0, 360, 45)), [""] * 8)
    axes.tick_params(pad=14)
    axes.grid(color="#DDDDDD", linewidth=0.6)
    axes.spines["polar"].set_color(FAINT)


def _hue(direction: float, brightness: float) -> tuple[float, float, float]:
    red, green, blue = hsv_to_rgb((direction % 360 / 360, 0.85, brightness))
    return float(red), float(green), float(blue)


def _widest_gap(peaks: np.ndarray) -> float:
    """The direction farthest from all peaks: the scale is written where no curve is."""
    places = np.sort(peaks)
    gaps = np.diff(np.append(places, places[0] + 360))
    widest = int(gaps.argmax())
    return float(places[widest] + gaps[widest] / 2) % 360


def _spread(
    names: Sequence[str], peaks: np.ndarray, gap: float = 9.0
) -> list[tuple[str, float, tuple[float, float, float]]]:
    """Names with their places on the rim in degrees, at least ``gap`` apart where there is room."""
    order = np.argsort(peaks)
    places = peaks[order].astype(float)
    gap = min(gap, 360 / len(places))
    for _ in range(200):  # push neighbours apart, half each, until nothing moves
        after = np.roll(places, -1)
        after[-1] += 360
        push = np.maximum(gap - (after - places), 0) / 2
        if push.max() < 1e-3:
            break
        places += np.roll(push, 1) - push
    return [(names[i], float(p), _hue(peaks[i], 0.6)) for i, p in zip(order, places, strict=True)]


def _check(
    directions: np.ndarray,
    natural: np.ndarray,
    artificial: np.ndarray | None,
    names: Sequence[str],
) -> None:
    problems = []
    expected = (len(names), *directions.shape)
    if directions.ndim != 1 or natural.shape != expected:
        problems.append(
            f"natural has shape (units, directions) = {expected} for {len(names)} names, got "
            f"{natural.shape}"
        )
    elif silent := [n for n, top in zip(names, natural.max(axis=1), strict=True) if not top > 0]:
        problems.append(f"units without a positive response: {', '.join(silent)}")
    if artificial is not None and np.shape(artificial) != natural.shape:
        problems.append(f"artificial has shape {np.shape(artificial)}, natural {natural.shape}")
    if problems:
        raise ValueError("; ".join(problems))
