"""Words coloured by a number each: as HTML, as plain text, as a figure.

Orange is above zero and blue below it, paler the nearer to it; the word that a line is about stands
out.
"""

import html
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from aann.shown.brief import brief, clip, visible
from aann.vis.style import INK, LARGE, NORMAL, SMALL, figure

ABOVE, BELOW = "#E69F00", "#56B4E9"
LETTER = 0.6 * SMALL / 72
"""Inches of a letter of the monospaced font."""
LINE = 0.21
"""Inches from line to line."""
LABEL = 26
"""Letters of what stands before a line."""


class Line(NamedTuple):
    """Words in a row.

    Attributes:
        label: stands before them.
        words: the words.
        values: a number each.
        at: which of them the line is about.
    """

    label: str
    words: tuple[str, ...]
    values: Float[np.ndarray, " word"]
    at: int

    def __repr__(self) -> str:
        return brief(self)


def colour(value: float, most: float) -> str:
    """White for zero, the full colour for a number of the size ``most``."""
    share = min(abs(value) / most, 1.0) if most > 0 else 0.0
    red, green, blue = (1 - share * (1 - x) for x in to_rgb(ABOVE if value >= 0 else BELOW))
    return to_hex((red, green, blue))


def most_of(lines: Sequence[Line]) -> float:
    """The largest size of a number."""
    return max((float(np.abs(line.values).max(initial=0)) for line in lines), default=0.0)


def as_text(blocks: Mapping[str, Sequence[Line]]) -> str:
    """Plain text; the word that a line is about is in brackets."""
    rows = []
    for title, lines in blocks.items():
        rows.append(title)
        for line in lines:
            words = [
                f"[{_word(w)}]" if i == line.at else _word(w) for i, w in enumerate(line.words)
            ]
            rows.append(f"  {clip(line.label, LABEL):{LABEL}}  {' '.join(words)}")
    return "\n".join(rows)


def as_html(blocks: Mapping[str, Sequence[Line]]) -> str:
    """A piece of HTML that needs nothing else; words and labels are escaped."""
    parts = []
    for title, lines in blocks.items():
        rows = "\n".join(_row(line, most_of(lines)) for line in lines)
        parts.append(f"<h4>{html.escape(title)}</h4>\n<table>\n{rows}\n</table>")
    style = f"font-family:monospace;color:{INK};background:white"
    return f'<div style="{style}">{"".join(parts)}</div>'


def as_figure(blocks: Mapping[str, Sequence[Line]], title: str = "") -> Figure:
    """The words in boxes, those that the lines are about below each other.

    Raises:
        ValueError: there are no lines.
    """
    if not any(blocks.values()):
        raise ValueError("there are no words to be drawn")
    lines = [line for block in blocks.values() for line in block]
    left = LABEL + 2 + max(_width(line, 0, line.at) for line in lines)
    right = max(_width(line, line.at, len(line.words)) for line in lines)
    heights = [(len(block) + 1.5) for block in blocks.values()]
    drawing = figure((left + right) * LETTER + 0.2, sum(heights) * LINE + 0.35 * bool(title) + 0.1)
    grid = drawing.subplots(len(blocks), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, (name, block) in zip(grid, blocks.items(), strict=True):
        axes.set_title(name, fontsize=NORMAL, color=INK, loc="left")
        axes.set_xlim(-left, right)
        axes.set_ylim(len(block), 0)
        axes.axis("off")
        most = most_of(block)
        for row, line in enumerate(block):
            axes.text(-left, row + 0.5, clip(line.label, LABEL), fontsize=SMALL, color=INK,
                      va="center", family="monospace")  # fmt: skip
            _draw(axes, row, line, most)
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def _draw(axes: Axes, row: int, line: Line, most: float) -> None:
    start = -float(_width(line, 0, line.at))
    for i, (word, value) in enumerate(zip(line.words, line.values.tolist(), strict=True)):
        width, chosen = len(_word(word)) + 1, i == line.at
        axes.add_patch(Rectangle(
            (start + 0.1, row + 0.08), width - 0.2, 0.84, facecolor=colour(value, most),
            edgecolor=INK if chosen else "none", linewidth=1.0 if chosen else 0,
        ))  # fmt: skip
        axes.text(
            start + width / 2, row + 0.5, _word(word), fontsize=SMALL, color=INK, ha="center",
            va="center", family="monospace", fontweight="bold" if chosen else "normal",
        )  # fmt: skip
        start += width


def _row(line: Line, most: float) -> str:
    spans = " ".join(_span(line, i, most) for i in range(len(line.words)))
    label = html.escape(clip(line.label, LABEL))
    first = f'<td style="color:#666;padding-right:1em;white-space:nowrap">{label}</td>'
    return f'<tr>{first}<td style="text-align:left">{spans}</td></tr>'


def _span(line: Line, i: int, most: float) -> str:
    value = float(line.values[i])
    strong = "outline:1.5px solid #222;font-weight:bold;" if i == line.at else ""
    style = f"{strong}background:{colour(value, most)};padding:0 2px"
    return f'<span style="{style}" title="{value:.3g}">{html.escape(_word(line.words[i]))}</span>'


def _width(line: Line, start: int, stop: int) -> int:
    """Letters of some words, with a space each."""
    return sum(len(_word(word)) + 1 for word in line.words[start:stop])


def _word(word: str) -> str:
    return clip(visible(word), 20) or "''"
