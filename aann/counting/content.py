"""The numbers in a plain value: in arrays, structures of them, and strings that may hide some."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from aann.counting.source import TABLE
from aann.counting.text import free, is_word, scalars
from aann.program.outside import is_library
from aann.shown.brief import brief


class Content(NamedTuple):
    """What a value holds: numbers that count, strings that count, words, and all else."""

    arrays: list[np.ndarray]
    strings: list[str | bytes]
    words: set[str]
    others: list[Any]

    def __repr__(self) -> str:
        return brief(self)


def content(value: Any) -> Content:
    """Take a number, a string, an array or a structure of them apart.

    Single numbers come as arrays of no dimension. In structures of more than ``TABLE`` leaves the
    free integers count, and words, too.
    """
    found = Content([], [], set(), [])
    leaves = list(_leaves(value, found.words))
    table = len(leaves) > TABLE
    for leaf in leaves:
        if isinstance(leaf, str | bytes | bytearray):
            if is_word(leaf) and not table:
                found.words.add(str(leaf))
            else:
                found.strings.append(leaf if isinstance(leaf, str) else bytes(leaf))
        elif isinstance(leaf, np.ndarray | np.generic) and leaf.dtype.kind in "OSUVMm":
            inner = content(_plain(leaf))
            found.arrays.extend(inner.arrays)
            found.strings.extend(inner.strings)
            found.words.update(inner.words)
            found.others.extend(inner.others)
        elif (array := _as_array(leaf)) is None:
            found.others.append(leaf)
        elif array.size and (array.ndim or table or not free(array.item())):
            found.arrays.append(array)
    return found


def _leaves(value: Any, words: set[str]) -> Iterator[Any]:
    """What a structure holds; keys that are words go to ``words``."""
    if isinstance(value, range | slice):
        yield from (x for x in (value.start, value.stop, value.step) if x is not None)
    elif isinstance(value, list | tuple | set | frozenset | Mapping):
        items = list(value)
        if isinstance(value, Mapping):
            words.update(key for key in items if is_word(key))
            items = [key for key in items if not is_word(key)] + list(value.values())
        if not is_library(type(value).__module__):  # a subclass may have attributes, too
            items += getattr(value, "__dict__", {}).values()
        for item in items:
            yield from _leaves(item, words)
    elif value is not None and value is not Ellipsis:
        yield value


def _plain(array: np.ndarray | np.generic) -> Any:
    """Arrays of text, objects, records and dates, as Python's; JAX's own dtypes as float32."""
    if array.dtype.kind in "Mm":
        return array.astype(np.int64)
    if array.dtype.kind == "V" and array.dtype.names is None:
        return array.astype(np.float32)
    return array.tolist()


def _as_array(value: Any) -> np.ndarray | None:
    """Real numbers, or None. Complex ones become two each, large integers one for 32 bits."""
    if isinstance(value, int | float | complex):
        parts = scalars(value)
        return np.asarray(parts if len(parts) > 1 else value)
    if isinstance(value, jax.Array) and jnp.issubdtype(value.dtype, jax.dtypes.prng_key):
        value = jax.random.key_data(value)
    if isinstance(value, jax.Array) or hasattr(type(value), "__array_interface__"):
        value = np.asarray(value)
        if value.dtype.kind == "V":
            value = value.astype(np.float32)
    if not isinstance(value, np.ndarray | np.generic) or value.dtype.kind not in "biufc":
        return None
    array = np.asarray(value)
    return np.stack([array.real, array.imag]) if np.iscomplexobj(array) else array
