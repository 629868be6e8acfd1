"""What a figure shows, in words, for who cannot see it."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

MOST = 12
"""Panels that are described."""


def alt_text(figure: Figure, name: str) -> str:
    """Name and title of a figure, then titles and axes of its panels.

    Args:
        figure: finished.
        name: what kind of figure it is, for example ``recovered against bits``.
    """
    panels = list(dict.fromkeys(filter(None, map(_panel, figure.axes))))
    shown = panels[:MOST]
    if len(panels) > MOST:
        shown.append(f"and {len(panels) - MOST} more panels")
    return ". ".join(" ".join(t.split()) for t in [name, figure.get_suptitle(), *shown] if t)


def _panel(axes: Axes) -> str:
    title = axes.get_title() or axes.get_title(loc="left")
    across, up = axes.get_xlabel(), axes.get_ylabel()
    parts = [title, f"across: {across}" if across else "", f"up: {up}" if up else ""]
    return "; ".join(part for part in parts if part)
