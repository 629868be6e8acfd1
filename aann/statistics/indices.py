"""Indices in the forms that people have at hand, as a tuple of Python integers.

A number, a list, a range, an array of any library, what ``np.where`` and ``np.argwhere`` return,
and floats that are whole numbers say the same thing. Where the length of what is indexed is known,
so do masks, slices and negative indices. What could mean two things is refused.
"""

import operator
from collections.abc import Iterable, Set
from typing import Any

import numpy as np

from aann.shown.brief import counted, word


def as_indices(value: Any, what: str, size: int | None = None) -> tuple[int, ...]:
    """The indices that ``value`` stands for, in its order; repeated ones are kept.

    Args:
        value: see the module.
        what: they are, in the plural, for messages: ``"units"``.
        size: of what is indexed. Without it signs and sizes are not looked at, since nothing says
            what they count from.

    Raises:
        ValueError: it is none of these, or an index is outside of -size to size - 1.
    """
    found = _plain(value, what, size)
    if size is None:
        return found
    if outside := [i for i in found if not -size <= i < size]:
        raise ValueError(f"{what} are 0 to {size - 1}, got {word(outside)}")
    return tuple(i % size for i in found)


def is_count(value: Any) -> bool:
    """Whether a value is a whole number of at least 1, which True is not."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and bool(value >= 1)


def is_seed(value: Any) -> bool:
    """Whether a value is a whole number of at least 0, which False is not."""
    return is_count(value) or (not isinstance(value, bool) and value == 0)


def is_share(value: Any) -> bool:
    """Whether a value is a number from 0 to 1, which True is not."""
    number = isinstance(value, int | float | np.integer | np.floating)
    return number and not isinstance(value, bool) and bool(0 <= value <= 1)


def _plain(value: Any, what: str, size: int | None) -> tuple[int, ...]:
    if isinstance(value, slice):
        if size is None:
            raise _refused(what, "a slice", "use range(start, stop)")
        return tuple(range(*value.indices(size)))
    if isinstance(value, Set) or value is None or isinstance(value, str | bytes):
        raise _refused(what, word(value), "list them in order, sorted(...) of a set")
    if isinstance(value, tuple) and len(value) == 1 and np.ndim(value[0]) == 1:
        value = value[0]  # of np.where
    if not hasattr(value, "ndim") and isinstance(value, Iterable):
        value = list(value)
    if isinstance(value, list):
        value = _elements(value, what)
    array = np.asarray(value)
    if array.ndim > 1 and array.shape[1:] == (1,):  # of np.argwhere
        array = array[:, 0]
    if array.ndim > 1:
        raise _refused(what, f"an array of shape {array.shape}", "pass one axis of it")
    if array.dtype == bool and array.ndim:
        return _mask(array, what, size)
    return tuple(_integer(x, what) for x in array.reshape(-1).tolist())


def _elements(given: list[Any], what: str) -> np.ndarray:
    """A list as an array; Python would take True for 1 in it."""
    flags = [isinstance(x, bool | np.bool) for x in given]
    if any(flags) and not all(flags):
        raise _refused(what, word(given), "it has both integers and booleans")
    return np.asarray(given, bool if flags and all(flags) else object)  # floats would round


def _mask(mask: np.ndarray, what: str, size: int | None) -> tuple[int, ...]:
    if size is None:
        told = f"a mask of {counted(mask.size, 'boolean')}"
        raise _refused(what, told, "pass np.flatnonzero(mask)")
    if len(mask) != size:
        raise ValueError(f"a mask of {what} has one boolean each, {size}, got {len(mask)}")
    return tuple(np.flatnonzero(mask).tolist())


def _integer(value: Any, what: str) -> int:
    if isinstance(value, float | np.floating) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise _refused(what, word([value]), "pass their numbers")
    return operator.index(value)


def _refused(what: str, got: str, remedy: str) -> ValueError:
    return ValueError(f"{what} are non-negative integers, got {got}: {remedy}")
