"""What a program leads to: its own code, that of its helpers, and the numbers elsewhere.

``reach`` follows the names in a function to what they stand for: through closures, module globals,
imports, defaults, attributes of modules and objects, wrappers, ``functools.partial``, ``jax.jit``
and other replacements. A dotted name leads to what it ends at; an object that is named whole counts
with all that it holds. It stops at libraries (JAX, NumPy, the standard library, aann itself), whose
code any program may use for free, but not at arrays and functions that were hung onto them.

Sharp edge: names are resolved as they are now, not as they were when the program ran.
"""

import builtins
import functools
import importlib
import inspect
import types
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import jax
import numpy as np

from aann.counting.content import content
from aann.counting.objects import CannotCountError, parts
from aann.counting.source import TABLE, Text, read
from aann.counting.text import rounded
from aann.program.outside import (
    ADVICE,
    LooksOutsideError,
    is_library,
    is_librarys_scope,
    refused_builtin,
    refused_module,
)
from aann.program.replacement import Replacement

_ALLOWED = {("sys", "maxsize"), ("sys", "float_info")}
_WRAPPED = (types.FunctionType, types.MethodType, functools.partial, np.ndarray, jax.Array)
_HUNG = (*_WRAPPED, list, tuple, set, dict, Replacement)


class Reached:
    """What a function leads to.

    Attributes:
        texts: its own code and that of its helpers.
        outside: numbers and arrays that live elsewhere and are reached by name.
        strings: strings and bytes there that count.
        words: strings that are taken for words, those in the code included.
        refused: what it would look at outside of itself.
    """

    def __init__(self) -> None:
        self.texts: list[Text] = []
        self.outside: list[np.ndarray] = []
        self.strings: list[str | bytes] = []
        self.words: set[str] = set()
        self.refused: list[str] = []
        self._seen: dict[Any, Any] = {}

    def first(self, key: Any, kept: Any = None) -> bool:
        """Whether ``key`` is met for the first time; ``kept`` lives on, so that its id stays."""
        known = key in self._seen
        self._seen.setdefault(key, kept)
        return not known


def reach(function: Callable[..., Any], what: str = "the program") -> Reached:
    """Everything that ``function`` leads to.

    Args:
        function: the program.
        what: it is, for messages.

    Raises:
        TypeError: it is no Python function, so that nothing can be counted.
        LooksOutsideError: it would look at what cannot be counted.
    """
    found = check_inside(function, what)
    if not found.texts:
        raise TypeError(
            f"a program is a Python function, got {function!r}: wrap it in a def, so that what it "
            "says can be counted"
        )
    return found


def check_inside(function: Callable[..., Any], what: str) -> Reached:
    """Refuse a program that would look at what cannot be counted.

    Raises:
        LooksOutsideError: with all problems.
    """
    found = Reached()
    _visit(function, found)
    if found.refused:
        raise LooksOutsideError(f"{what} {'; '.join(dict.fromkeys(found.refused))}. {ADVICE}")
    return found


def written(programs: Iterable[Callable[..., Any]]) -> str:
    """The source of programs and of the helpers that count with them, each function once.

    Raises:
        TypeError: as ``reach``.
        LooksOutsideError: as ``reach``.
    """
    texts = [text.source for program in programs for text in reach(program).texts]
    return "\n\n\n".join(dict.fromkeys(texts))


def _visit(value: Any, found: Reached) -> None:
    """Sort what a name stands for: code to walk, numbers to keep, objects to take apart."""
    if refused_module(type(value).__module__):
        found.refused.append(f"holds a {type(value).__module__}.{type(value).__name__}")
        return
    plain = isinstance(value, int | float | complex | str | np.generic) or value is None
    if plain or found.first(id(value), value):
        held = content(value)
        found.outside += held.arrays
        found.strings += held.strings
        found.words |= held.words
        for other in held.others:
            if other is value or found.first(id(other), other):
                _take_apart(other, found)


def _take_apart(value: Any, found: Reached) -> None:
    try:
        if not isinstance(value, types.FunctionType):
            inside = parts(value)
        elif refused_module(value.__module__):
            raise CannotCountError(f"uses {value.__module__}.{value.__name__}")
        elif _is_library(value):
            inside = _wrapped(value)
        else:
            _walk(value, found)
            inside = [x for n, x in vars(value).items() if n != "__wrapped__"]
    except CannotCountError as error:
        found.refused.append(str(error))
        return
    for part in inside:
        _visit(part, found)


def _is_library(function: types.FunctionType) -> bool:
    return is_librarys_scope(function.__globals__)


def _wrapped(function: types.FunctionType) -> list[Any]:
    """What a library's wrapper was made of: functions, arrays and floats, not other options."""
    inner = inspect.unwrap(function)
    if isinstance(inner, types.FunctionType) and not inner.__closure__ and _is_library(inner):
        return []
    cells = [x for x in _closure(function).values() if isinstance(x, (*_WRAPPED, float))]
    wrapped = getattr(function, "__wrapped__", None)
    return cells + [wrapped] * (wrapped is not None)


def _closure(function: types.FunctionType) -> dict[str, Any]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    closure = {}
    for name, cell in cells:
        try:
            closure[name] = cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    return closure


def _walk(function: types.FunctionType, found: Reached) -> None:
    text = read(function)
    found.texts.append(text)
    found.words |= text.words
    found.refused += [
        f"looks at its own text or surroundings ({word})" for word in sorted(text.refused)
    ]
    closure, imported = _closure(function), _imported(function, text, found)
    for path in text.names:
        base = path[0]
        own = closure if base in closure else imported if base in imported else None
        owner = function.__globals__ if own is None else own
        if base not in owner:
            owner = vars(builtins)
            if refused_builtin(base):
                found.refused.append(f"calls {base}()")
        # By name, not by identity: equal small numbers are one object in Python.
        if base in owner and found.first((id(function) if own is not None else id(owner), path)):
            _visit(_resolve(owner[base], path, found), found)
    _visit_defaults(function, text, found)


def _visit_defaults(function: types.FunctionType, text: Text, found: Reached) -> None:
    """Defaults, without the numbers that are written in the source or reached by name."""
    said = Counter(rounded(text.written))
    for array in found.outside:
        said.update(rounded(array) if array.size <= TABLE else ())
    for default in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
        held = content(default)
        values = Counter(x for a in held.arrays for x in rounded(a))
        if held.others or held.strings or not values <= said:
            _visit(default, found)


def _imported(function: types.FunctionType, text: Text, found: Reached) -> dict[str, Any]:
    """What the function's own import statements stand for."""
    scope = {}
    for alias, module, attribute in text.imports:
        if refused_module(module):
            found.refused.append(f"imports {module}")
            continue
        try:
            value: Any = importlib.import_module(module, function.__globals__.get("__package__"))
            value = getattr(value, attribute) if attribute else value
        except (ImportError, AttributeError):  # and so will the program
            continue
        if alias:
            scope[alias] = value
        else:  # compiled code does not tell what it takes from it
            _visit(value, found)
    return scope


def _resolve(value: Any, path: tuple[str, ...], found: Reached) -> Any:
    """The value of ``base.a.b``, as far as it exists; of a library what was hung there."""
    in_library = False
    for i, attribute in enumerate((*path[1:], None)):
        if isinstance(value, types.ModuleType):
            in_library = is_library(value.__name__)
            if refused_module(value.__name__) and (value.__name__, attribute) not in _ALLOWED:
                found.refused.append(f"uses {'.'.join(path[: i + 2])}")
                return None
        if attribute is None or not hasattr(value, attribute):
            break
        value = getattr(value, attribute)
    if in_library and isinstance(value, types.BuiltinMethodType):  # np.table.sum
        value = value.__self__
    return value if not in_library or isinstance(value, _HUNG) else None
