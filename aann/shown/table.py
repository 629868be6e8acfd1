"""Tables of text: aligned for a terminal, or as Markdown. The first row is the header."""

from collections.abc import Sequence

Cells = Sequence[Sequence[str]]


def aligned(cells: Cells, left: int | None = None) -> list[str]:
    """Lines with columns of equal width between rules.

    Args:
        cells: rows of equal length, the header first.
        left: how many columns are flush left, the others being flush right; by default all.
    """
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
    header, *body = [[text.replace("|", r"\|") for text in row] for row in cells]
    rows = [header, ["---"] * len(header), *body]
    return ["| " + " | ".join(row) + " |" for row in rows]
