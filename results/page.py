"""One page: what it quotes, whether that is what was saved, and the page as it should be.

Sentences stand in the page's own words, which a template repeats around each value. Tables stand
between two comments, ``<!-- python -m results: NAME -->`` and ``<!-- end -->``, which a renderer
does not show, and are made whole.
"""

import dataclasses
import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from results import template
from results.template import Piece

END = "<!-- end -->"
Span = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Page:
    """What a page quotes.

    Attributes:
        path: from the root of the project.
        sentences: templates, each of which stands on the page once.
        tables: name -> lines of the table, which are templates too.
    """

    path: str
    sentences: Sequence[str] = ()
    tables: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)


class Checked(NamedTuple):
    """What came of a page.

    Attributes:
        text: the page as it should be.
        made: where values and the words between them were made, in ``text``.
        differences: what the page says and what was saved, a line each.
        problems: quotes that the page does not have: rewriting values does not help.
    """

    text: str
    made: list[Span]
    differences: list[str]
    problems: list[str]


class _Change(NamedTuple):
    """A piece of the page and what should stand there, with the values inside of that."""

    start: int
    end: int
    text: str
    inside: Sequence[Span]


def check(page: Page, text: str, results: Mapping[str, Any]) -> Checked:
    """Compare a page with the saved results.

    Args:
        page: what it quotes.
        text: of the page.
        results: what templates look up in.

    Raises:
        ValueError: a template names what was not saved.
    """
    changes: list[_Change] = []
    differences: list[str] = []
    problems: list[str] = []
    for sentence in page.sentences:
        _sentence(page, sentence, text, results, changes, differences, problems)
    for name, lines in page.tables.items():
        _table(page, name, lines, text, results, changes, differences, problems)
    changes.sort()
    if twice := [b for a, b in itertools.pairwise(changes) if b.start < a.end]:
        problems.append(f"{page.path}: two quotes share {text[twice[0].start : twice[0].end]!r}")
        return Checked(text, [], differences, problems)
    return Checked(*_changed(text, changes), differences, problems)


def _sentence(
    page: Page, sentence: str, text: str, results: Mapping[str, Any], changes: list[_Change],
    differences: list[str], problems: list[str],
) -> None:  # fmt: skip
    pieces = template.fill(sentence, results)
    found = template.find(pieces, text)
    if len(found) != 1:
        problems.append(
            f"{page.path} should say once, but says {len(found)} times: {template.joined(pieces)!r}"
        )
        return
    wanted = template.values(pieces)
    if found[0].values != wanted:
        now = _with(pieces, found[0].values)
        differences.append(f"{page.path} says {now!r}; saved is {template.joined(pieces)!r}")
    for span, value, said in zip(found[0].spans, wanted, found[0].values, strict=True):
        kept = text[slice(*span)] if said == value else value  # with its line breaks
        changes.append(_Change(*span, kept, [(0, len(kept))]))


def _table(
    page: Page, name: str, lines: Sequence[str], text: str, results: Mapping[str, Any],
    changes: list[_Change], differences: list[str], problems: list[str],
) -> None:  # fmt: skip
    begin = f"<!-- python -m results: {name} -->"
    places = list(re.finditer(f"{re.escape(begin)}\n(.*?){re.escape(END)}", text, re.DOTALL))
    if len(places) != 1:
        problems.append(f"{page.path} should have once, but has {len(places)} times: {begin} {END}")
        return
    made = [[*template.fill(line, results), Piece("\n", is_value=False)] for line in lines]
    pieces = [piece for line in made for piece in line]
    wanted, said = template.joined(pieces), places[0][1]
    ours, theirs = wanted.splitlines(), said.splitlines()
    if ours != theirs:
        where = f"{page.path}, table {name!r}"
        differences += [f"{where} has {x!r}; that was not saved" for x in theirs if x not in ours]
        differences += [f"{where} lacks {x!r}" for x in ours if x not in theirs]
        if set(ours) == set(theirs):
            differences.append(f"{where} has its lines in another order")
    changes.append(_Change(*places[0].span(1), wanted, template.value_spans(pieces)))


def _with(pieces: Sequence[Piece], values: Sequence[str]) -> str:
    given = iter(values)
    return "".join(next(given) if piece.is_value else piece.text for piece in pieces)


def _changed(text: str, changes: Sequence[_Change]) -> tuple[str, list[Span]]:
    """The text with changes made, and where their values are in it."""
    parts: list[str] = []
    made: list[Span] = []
    at = length = 0
    for change in changes:
        before = text[at : change.start]
        parts += [before, change.text]
        start = length + len(before)
        made += [(start + a, start + b) for a, b in change.inside]
        at, length = change.end, start + len(change.text)
    return "".join([*parts, text[at:]]), made
