"""Tables of text: aligned for a terminal, or as Markdown. The first row is the header.

Cells are input: in a terminal they can neither end a line nor move the cursor, in Markdown they
are no markup.
"""

import re
from collections.abc import Sequence

from aann.shown.brief import visible

Cells = Sequence[Sequence[str]]

_MARKS = re.compile(r"[\\`*<|&~$]|\](?=[(\[:])|(?<![^\W_])_|_(?![^\W_])")
_START = re.compile(r"^\d{1,9}(?=[.)])|^(?=[#+=>-])")


def aligned(cells: Cells, left: int | None = None) -> list[str]:
    """Lines with columns of equal width between rules.

    Args:
        cells: rows of equal length, the header first.
        left: how many columns are flush left, the others being flush right; by default all.
    """
    cells = [[visible(text) for text in row] for row in cells]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    flush = len(widths) if left is None else left
    lines = [
        "  ".join(
            text.ljust(w) if i < flush else text.rjust(w)
            for i, (text, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    rule = "-" * max(map(len, lines))
    return [rule, lines[0], rule, *lines[1:], rule]


def markdown(cells: Cells) -> list[str]:
    """Lines of a Markdown table."""
    header, *body = [[plain(text) for text in row] for row in cells]
    rows = [header, ["---"] * len(header), *body]
    return ["| " + " | ".join(row) + " |" for row in rows]


def plain(text: str) -> str:
    """A text as Markdown that shows it as it is, on one line."""
    return _MARKS.sub(r"\\\g<0>", visible(text))


def paragraph(text: str) -> str:
    """The same, at the start of a line; newlines are spaces."""
    return _START.sub(r"\g<0>\\", plain(" ".join(text.split())))
