"""Tables that fit a screen, and the same for notebooks: rows and columns that do not are counted.

    class Losses(Tabular):
        def _shown(self) -> Shown:
            return Shown(["mean losses"], [["unit", "kl"], ["3", "0.1"]])

``print`` shows all of it, a REPL (``repr``) one screen, a notebook a page. What goes into a page is
escaped: names and claims are input.
"""

import dataclasses
import textwrap
from collections.abc import Sequence

from aann.shown.brief import COLUMNS, ROWS, brief, clip, counted
from aann.shown.table import Cells, aligned

PAGE = 60
"""Rows of a table in a notebook."""

_CELL = 40
_LONG = 300  # characters on a page, which wraps
_HEAD = 7
_SEEN = "print shows all"


@dataclasses.dataclass(frozen=True)
class Shown:
    """What is to be seen of a value.

    Attributes:
        head: lines that say what it is.
        cells: rows of equal length, the header first.
        foot: lines that explain the table, where all of it is printed.
        left: how many columns are flush left.
        drop: columns that go first where a screen is too narrow, in this order; then the last ones.
        keep: rows (the first below the header is 0) that stay where a screen is too short.
    """

    head: Sequence[str]
    cells: Cells
    foot: Sequence[str] = ()
    left: int = 1
    drop: Sequence[int] = ()
    keep: Sequence[int] = ()

    __repr__ = brief


class Tabular:
    """A value that shows itself as the table that its ``_shown`` returns."""

    def _shown(self) -> Shown:
        """What is to be seen of it."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return screen(self._shown())

    def __str__(self) -> str:
        return text(self._shown())

    def _repr_html_(self) -> str:
        return html(self._shown())


def text(shown: Shown) -> str:
    """All of it, for a terminal."""
    return "\n".join([*shown.head, *aligned(shown.cells, shown.left), *shown.foot])


def screen(shown: Shown) -> str:
    """What fits ``ROWS`` lines of ``COLUMNS`` characters, and how much does not."""
    head = [part for line in shown.head for part in textwrap.wrap(line, COLUMNS)][:_HEAD]
    header, *body = [[clip(cell, _CELL) for cell in row] for row in shown.cells]
    space = ROWS - len(head) - 3  # of the header, its rule, and what is left out
    rows = _rows(len(body), space, shown.keep)
    cells = [header, *(body[i] for i in rows)]
    columns = _columns(cells, shown.drop)
    lines = aligned([[row[i] for i in columns] for row in cells], _left(shown.left, columns))
    missing = [name for i, name in enumerate(header) if i not in columns]
    left_out = _left_out(len(body) - len(rows), missing)
    return "\n".join(clip(line, COLUMNS) for line in [*head, *lines[1:-1], *left_out])


def html(shown: Shown) -> str:
    """The head and up to ``PAGE`` rows, as a fragment without scripts."""
    from html import escape  # noqa: PLC0415 - its table of entities, when it is needed

    header, *body = [[clip(cell, _LONG) for cell in row] for row in shown.cells]
    rows = _rows(len(body), PAGE, shown.keep)
    lines = [f"<p>{'<br>'.join(escape(clip(line, _LONG)) for line in shown.head)}</p>", "<table>"]
    for tag, row in [("th", header), *(("td", body[i]) for i in rows)]:
        sides = ["left" if i < shown.left else "right" for i in range(len(row))]
        cells = [
            f'<{tag} style="text-align:{side}">{escape(cell)}</{tag}>'
            for side, cell in zip(sides, row, strict=True)
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    left_out = _left_out(len(body) - len(rows), [])
    return "\n".join(["<div>", *lines, "</table>", *(f"<p>{x}</p>" for x in left_out), "</div>"])


def _rows(count: int, space: int, keep: Sequence[int]) -> list[int]:
    """Which rows are shown: those to be kept, and the first of the others."""
    if count <= space:
        return list(range(count))
    kept = set(keep[:space])
    others = [i for i in range(count) if i not in kept]
    return sorted([*kept, *others[: space - len(kept)]])


def _columns(cells: Cells, drop: Sequence[int]) -> list[int]:
    """Which columns fit, of which the first always stays."""
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    columns = list(range(len(widths)))
    for i in dict.fromkeys([*drop, *reversed(columns)]):
        if sum(widths[c] for c in columns) + 2 * (len(columns) - 1) <= COLUMNS or i == 0:
            break
        columns.remove(i)
    return columns


def _left(left: int, columns: Sequence[int]) -> int:
    return sum(i < left for i in columns)


def _left_out(rows: int, columns: Sequence[str]) -> list[str]:
    parts = [counted(rows, "more row")] if rows else []
    if columns:
        parts.append(f"column{'s' if len(columns) > 1 else ''} {', '.join(columns)}")
    return [f"... {' and '.join(parts)}: {_SEEN}"] if parts else []
