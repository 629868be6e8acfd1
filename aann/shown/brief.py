"""Values in a few words: the repr of everything that has fields.

    class Measured:
        losses: dict[str, np.ndarray]
        __repr__ = brief                # Measured(losses={'kl': float32 (9, 500)})

Arrays are told by shape and dtype, functions by name, long texts and lists by how they begin; what
has its default is left out. One line where that is enough, else a line a field.

Sharp edge: two values that differ may look the same, so nothing may tell values apart by this.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import PurePath
from typing import Any

import numpy as np

COLUMNS = 100
"""Characters of a line."""
ROWS = 24
"""Lines of a screen."""

_ROOM = 80
"""Characters of one field."""
_INNER = 60
"""Characters of what is inside of one."""
_DEPTH = 3
_FEW = 4
"""Numbers of an array that are shown."""


def brief(value: Any) -> str:
    """A dataclass, a named tuple or a mapping as one line, or as a line a field."""
    kind = type(value).__name__
    parts = _parts(value)
    line = f"{kind}({', '.join(parts)})"
    if len(line) <= COLUMNS:
        return line
    shown = parts if len(parts) <= ROWS - 2 else parts[: ROWS - 3]
    lines = [clip(f"    {part},", COLUMNS) for part in shown]
    more = [] if shown == parts else [f"    ... {len(parts) - len(shown)} more"]
    return "\n".join([f"{clip(kind, COLUMNS - 1)}(", *lines, *more, ")"])


def counted(n: int, noun: str) -> str:
    """``1 site``, ``12 sites``."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def clip(text: str, most: int) -> str:
    """A text on one line, without what is no letter of a page, cut after ``most`` characters."""
    line = text
    if not text.isprintable():
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= most else f"{line[: max(most - 3, 0)]}..."


def visible(text: str) -> str:
    """A text on one line: what is no letter of a page, a newline say, as its escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def listed(problems: Sequence[str], most: int = 20, mark: str = "  ") -> str:
    """A line each, as many as people read, and how many more there are.

    Args:
        problems: what is wrong.
        most: lines.
        mark: at the start of each.
    """
    shown = [f"{mark}{clip(problem, 300)}" for problem in problems[:most]]
    more = [f"{mark}and {len(problems) - most} more"] if len(problems) > most else []
    return "\n".join(shown + more)


def word(value: Any, depth: int = _DEPTH) -> str:  # noqa: PLR0911 - a kind a line
    """A value in at most some 80 characters.

    Args:
        value: anything; nothing is computed and nothing fetched from a device.
        depth: how many levels of lists, mappings and fields are opened.
    """
    if value is None or isinstance(value, bool | np.bool):
        return str(value)
    if isinstance(value, float | np.floating):
        return f"{float(value):.6g}"
    if isinstance(value, int | np.integer):
        return str(int(value)) if -(2**63) <= value < 2**64 else f"{value:#x}"[:20] + "..."
    if isinstance(value, str):
        return repr(str(value)) if len(value) <= _INNER else f"{value[: _INNER - 3]!r}..."
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    if isinstance(value, type):
        return value.__name__
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return _array(value)
    if isinstance(value, Mapping | Sequence | Set) and not _fielded(value):
        return _several(value, depth)
    if isinstance(value, PurePath):
        return clip(str(value), _ROOM)
    return _object(value, depth)


def _array(value: Any) -> str:
    """An array's dtype and shape; of NumPy's also the numbers, where they are few."""
    dtype, shape = value.dtype, tuple(value.shape)
    if isinstance(value, np.ndarray) and len(shape) < 2 and 0 < value.size <= _FEW:
        return word(value.tolist())
    return clip(f"{dtype} {shape}", _ROOM)


def _fielded(value: Any) -> bool:
    return dataclasses.is_dataclass(value) or hasattr(type(value), "_fields")


def _object(value: Any, depth: int) -> str:
    kind = type(value)
    shows: Any = kind.__repr__
    says: Any = kind.__str__
    if _fielded(value) and (shows is brief or not _is_ours(kind)):
        said = str(value) if shows is brief and says is not object.__str__ else ""
        short = said and "\n" not in said  # an estimate with its interval, say
        return clip(said, _ROOM) if short else f"{kind.__name__}({_few(value, depth)})"
    if _is_ours(kind) and shows is not object.__repr__:
        first, more, _ = repr(value).partition("\n")
        return clip(f"{first}...)" if more and first.endswith("(") else first, _ROOM)
    named = getattr(value, "__qualname__", None) or getattr(
        getattr(value, "func", None), "__qualname__", None
    )
    return clip(f"<{named}>" if isinstance(named, str) else f"<{kind.__name__}>", _ROOM)


def _few(value: Any, depth: int) -> str:
    """As many fields as fit."""
    parts = _parts(value, depth - 1) if depth else []
    for count in range(len(parts), 0, -1):
        text = ", ".join([*parts[:count], *(["..."] if count < len(parts) else [])])
        if len(text) <= _INNER:
            return text
    return "..."


def _is_ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == __name__.partition(".")[0]


def _several(values: Any, depth: int) -> str:
    opening, closing = ("(", ")") if isinstance(values, tuple) else ("[", "]")
    if isinstance(values, Mapping | Set):
        opening, closing = "{", "}"
    if not depth:
        return f"{opening}...{closing}" if len(values) else f"{opening}{closing}"
    shown: list[str] = []
    for text in _words(values, depth - 1):
        if sum(map(len, shown)) + 2 * len(shown) + len(text) > _INNER:
            break
        shown.append(text)
    left = len(values) - len(shown)
    ending = [f"... {left:,} more" if shown else f"{left:,} of them"] if left else []
    comma = "," if opening == "(" and len(values) == 1 and not left else ""
    return f"{opening}{', '.join([*shown, *ending])}{comma}{closing}"


def _words(values: Any, depth: int) -> Iterable[str]:
    if isinstance(values, Mapping):
        return (f"{word(k, depth)}: {word(v, depth)}" for k, v in values.items())
    return (word(v, depth) for v in values)


def _parts(value: Any, depth: int = _DEPTH) -> list[str]:
    """``name=value`` of each field that is to be shown."""
    if dataclasses.is_dataclass(value):
        found = [
            (f.name, getattr(value, f.name, None))
            for f in dataclasses.fields(value)
            if f.repr and not _is_default(f, getattr(value, f.name, None))
        ]
    elif isinstance(value, Mapping):
        found = [(str(k), v) for k, v in value.items()]
    else:
        found = list(zip(value._fields, value, strict=True))
    return [f"{name}={word(x, depth)}" for name, x in found]


def _is_default(field: dataclasses.Field[Any], value: Any) -> bool:
    words = value if isinstance(value, tuple) else (value,)
    plain = all(x is None or isinstance(x, bool | int | float | str) for x in words)
    return plain and type(field.default) is type(value) and bool(field.default == value)
