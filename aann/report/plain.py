"""Dataclasses from plain data: the inverse of ``dataclasses.asdict``, for files that may be wrong.

``decode`` follows the annotations of the fields and collects every mismatch, so that one message
can list all that is wrong with a file.
"""

import dataclasses
import functools
import itertools
import math
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from aann.shown.brief import clip, word

Item = TypeVar("Item")

MOST: Final = 100
"""Problems after which the rest is not looked at."""

LARGEST: Final = 10**300
"""Integers beyond are beyond all floats at some point."""


def decode(hint: Any, value: Any, where: str, problems: list[str]) -> Any:
    """``value`` as what ``hint`` asks for.

    Args:
        hint: a dataclass, str, int, float, bool, Any, a union of them, or a Mapping from str or
            a Sequence of them.
        value: from JSON.
        where: what to call it in a message.
        problems: gets a line for each mismatch; what is returned then means nothing.
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _dataclass(hint, value, where, problems)
    if origin in (types.UnionType, typing.Union):
        return _union(arguments, value, where, problems)
    if origin is not None and issubclass(origin, Mapping):
        if isinstance(value, dict):
            entries = _until_hopeless(value.items(), problems)
            return {k: decode(arguments[1], v, _at(where, k), problems) for k, v in entries}
        problems.append(f"{where} is {word(value)}, not an object")
    elif origin is not None and issubclass(origin, Sequence):
        if isinstance(value, list):
            items = _until_hopeless(enumerate(value), problems)
            return [decode(arguments[0], v, f"{where}[{i}]", problems) for i, v in items]
        problems.append(f"{where} is {word(value)}, not a list")
    elif hint is not Any and not _is(hint, value):
        problems.append(f"{where} is {word(value)}, not {getattr(hint, '__name__', hint)}")
    elif hint is float:
        return float(value)  # JSON of others has 1 for 1.0
    return value


@functools.cache
def fields(cls: type) -> dict[str, Any]:
    """Name -> annotation of a dataclass's fields."""
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _dataclass(cls: type, value: Any, where: str, problems: list[str]) -> Any:
    if not isinstance(value, dict):
        problems.append(f"{where} is {word(value)}, not an object")
        return None
    known = fields(cls)
    needed = [
        f.name
        for f in dataclasses.fields(cls)
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    at = f" in {where}" if where else ""
    before = len(problems)
    problems += [f"no {name!r}{at}" for name in needed if name not in value]
    unknown = itertools.islice((name for name in value if name not in known), MOST)
    problems += [f"unknown {word(name)}{at}" for name in unknown]
    dot = f"{where}." if where else ""
    decoded = {
        n: decode(known[n], v, f"{dot}{n}", problems) for n, v in value.items() if n in known
    }
    return cls(**decoded) if len(problems) == before else None


def _union(options: Sequence[Any], value: Any, where: str, problems: list[str]) -> Any:
    for option in options:
        found: list[str] = []
        result = decode(option, value, where, found)
        if not found:
            return result
    names = " or ".join("null" if o is types.NoneType else o.__name__ for o in options)
    problems.append(f"{where} is {word(value)}, not {names}")
    return value


def _is(hint: Any, value: Any) -> bool:
    if hint is float:
        return _is(int, value) or (isinstance(value, float) and math.isfinite(value))
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool) and -LARGEST < value < LARGEST
    return value is None if hint is types.NoneType else isinstance(value, hint)


def _until_hopeless(values: Iterable[Item], problems: list[str]) -> Iterator[Item]:
    """The values, or those before there are more problems than anyone reads."""
    return itertools.takewhile(lambda _: len(problems) < MOST, values)


def _at(where: str, key: str) -> str:
    return f"{where}.{clip(key[:60], 40)}"
