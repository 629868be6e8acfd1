"""Templates of what a page quotes: filling them in, and finding them on the page.

A template is text with ``{what:spec}`` where the page has a value. On the page its words may be
broken into lines anywhere. It begins and ends with words, so that it is known where a value ends.
"""

import re
import string
from collections.abc import Mapping
from typing import Any, NamedTuple

VALUE = r"((?:[-+\d.,%/\[\]\s]|e-?\d|\b(?:and|to|all|none|not\s+identified)\b){1,200}?)"
"""Numbers, and the words between them."""


class Piece(NamedTuple):
    """A part of a filled template: words, or a value."""

    text: str
    is_value: bool


class Found(NamedTuple):
    """A template on a page: where each of its values stands, and what stands there."""

    spans: tuple[tuple[int, int], ...]
    values: tuple[str, ...]


def fill(template: str, results: Mapping[str, Any]) -> list[Piece]:
    """The template with its values.

    Args:
        template: with ``{what:spec}``.
        results: what to look up in.

    Raises:
        ValueError: there is nothing of that name, or its spec is for something else.
    """
    pieces: list[Piece] = []
    formatter = string.Formatter()
    for words, name, spec, _ in formatter.parse(template):
        if words:
            pieces.append(Piece(words, is_value=False))
        if name is not None:
            try:
                value, _ = formatter.get_field(name, (), results)
                pieces.append(Piece(format(value, spec or ""), is_value=True))
            except (AttributeError, LookupError, TypeError, ValueError) as error:
                raise ValueError(f"{{{name}:{spec}}} of {template!r}: {error}") from error
    return pieces


def joined(pieces: list[Piece]) -> str:
    """The text of a filled template."""
    return "".join(piece.text for piece in pieces)


def find(pieces: list[Piece], page: str) -> list[Found]:
    """All places of a page that have the words of a filled template.

    Raises:
        ValueError: it does not begin and end with words.
    """
    if not pieces or pieces[0].is_value or pieces[-1].is_value:
        raise ValueError(f"a quote begins and ends with words: {joined(pieces)!r}")
    pattern = "".join(VALUE if piece.is_value else _words(piece.text) for piece in pieces)
    found = []
    for match in re.finditer(pattern, page):
        groups = range(1, (match.lastindex or 0) + 1)
        spans = tuple(match.span(i) for i in groups)
        found.append(Found(spans, tuple(" ".join(match[i].split()) for i in groups)))
    return found


def values(pieces: list[Piece]) -> tuple[str, ...]:
    """The values of a filled template."""
    return tuple(piece.text for piece in pieces if piece.is_value)


def value_spans(pieces: list[Piece]) -> list[tuple[int, int]]:
    """Where values stand in the text of a filled template."""
    spans, at = [], 0
    for piece in pieces:
        if piece.is_value:
            spans.append((at, at + len(piece.text)))
        at += len(piece.text)
    return spans


def _words(text: str) -> str:
    """A pattern for words with any white space between them."""
    pattern = r"\s+".join(re.escape(part) for part in re.split(r"\s+", text))
    return re.sub(r"^(\\\.|,)", r"\1(?!\\d)", pattern)  # a value does not end within a number
