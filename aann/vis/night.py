"""Figures in dark colours, for pages that are read at night: the same lines and letters.

What shows colours by value (pictures, maps, their axes where these have a ground) stays as it is,
because its colours are numbers; all around it follows the page.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import Collection, QuadMesh
from matplotlib.colors import to_hex, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text
from matplotlib.transforms import BboxBase

from aann.vis import colours
from aann.vis.style import NIGHT, NIGHTLY

READABLE: Final = 4.5
"""Contrast to the paper that letters and lines get at least."""


def night(colour: Any) -> np.ndarray:
    """What a colour on white paper is on dark: (n, 4), as ``matplotlib`` reads colours.

    Those of the palette have partners; others keep their contrast to the paper.
    """
    rgba = to_rgba_array(colour)
    partners = to_rgba_array(NIGHT)[0, :3]
    found = rgba.copy()
    found[:, :3] = colours.matched(rgba[:, :3], partners, READABLE)
    for i, row in enumerate(rgba):
        if (partner := NIGHTLY.get(to_hex(row).upper())) is not None:
            found[i, :3] = to_rgba_array(partner)[0, :3]
    return found


@contextlib.contextmanager
def at_night(figure: Figure) -> Iterator[None]:
    """A figure in dark colours until the end of the block.

    Args:
        figure: finished, and drawn once, so that it has all its ticks.
    """
    insides = [_inside(axes) for axes in figure.axes]
    kept = {id(artist) for inside in insides for artist in inside}
    if insides and all(insides):  # then keys are of colours by value, too
        kept |= {id(key) for legend in figure.legends for key in legend.legend_handles}
    undo: list[Callable[[], None]] = []
    try:
        for artist in _all(figure):
            if id(artist) not in kept:
                _turn(artist, undo)
        yield
    finally:
        for back in reversed(undo):
            back()


def _all(figure: Figure) -> list[Artist]:
    """Every artist once, boxes and arrows of texts too, which are nobody's children."""
    found = figure.findobj()
    for text in figure.findobj(Text):
        found += [p for p in (_box(text), getattr(text, "arrow_patch", None)) if p is not None]
    return list({id(artist): artist for artist in found}.values())


def _box(text: Artist) -> Patch | None:
    return text.get_bbox_patch() if isinstance(text, Text) else None


def _inside(axes: Axes) -> list[Artist]:
    """What stays: on grounds that show colours by value, or on a picture in bare axes."""
    shown = [a for a in axes.get_children() if _mapped(a)]
    if not shown:
        return []
    grounded = axes.axison and axes.patch.get_visible()
    pictures = [a.get_window_extent() for a in shown if isinstance(a, AxesImage | QuadMesh)]
    frame = {id(a) for a in (*axes.spines.values(), axes.xaxis, axes.yaxis)}
    names = {id(axes.title), id(axes._left_title), id(axes._right_title)}  # type: ignore[attr-defined]
    kept: list[Artist] = [axes.patch] if grounded else []
    for artist in axes.get_children():
        if id(artist) in frame | names or artist is axes.patch:
            continue
        if _mapped(artist) or _on(artist, [axes.bbox] if grounded else pictures):
            kept += artist.findobj()
            kept += [b for b in (_box(artist), getattr(artist, "arrow_patch", None)) if b]
    return kept


def _mapped(artist: Artist) -> bool:
    return isinstance(artist, AxesImage) or (
        isinstance(artist, ScalarMappable) and artist.get_array() is not None
    )


def _on(artist: Artist, grounds: Sequence[BboxBase]) -> bool:
    """Whether the middle of an artist is on one of the grounds."""
    box = Text.get_window_extent(artist) if isinstance(artist, Annotation) else (
        artist.get_window_extent()
    )  # fmt: skip
    if not np.isfinite(box.extents).all():
        return bool(grounds)
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return any(ground.contains(x, y) for ground in grounds)


def _turn(artist: Artist, undo: list[Callable[[], None]]) -> None:
    """Give one artist its colours of the night; ``undo`` gets what takes them back."""
    names: tuple[str, ...] = ()
    if isinstance(artist, Text):
        names = ("color",)
    elif isinstance(artist, Line2D):
        names = ("color", "markerfacecolor", "markeredgecolor")
    elif isinstance(artist, Patch | Collection) and not _mapped(artist):
        names = ("facecolor", "edgecolor")
    before = {name: getattr(artist, f"get_{name}")() for name in names}
    for name, old in before.items():
        new = night(old)
        if len(new):  # "none" has none
            change = getattr(artist, f"set_{name}")
            change(new if isinstance(artist, Collection) else tuple(new[0]))
            undo.append(functools.partial(change, old))
