"""Arrays by name: a ``dict`` that shows shapes and dtypes instead of numbers."""

from collections.abc import Iterable
from typing import Any

import jax

from aann.shown.brief import counted, word
from aann.shown.screen import Shown, Tabular


class Listing(Tabular, dict[str, Any]):
    """Arrays by name, or their shapes and dtypes.

    Sharp edge: ``jax.tree`` opens it as it opens a dict, but takes it for another structure than
    that of a plain one: ``dict(listing)`` where two are mapped over together.
    """

    entry = "array"
    """What one of its entries is."""

    def __init_subclass__(cls) -> None:
        _open(cls)

    def _shown(self) -> Shown:
        rows = [[str(name), *_kind(value)] for name, value in self.items()]
        return Shown([counted(len(rows), self.entry)], [["name", "shape", "dtype"], *rows], left=3)


def _kind(value: Any) -> tuple[str, str]:
    """Shape and dtype; of a structure of arrays both in one."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return str(tuple(value.shape)), str(value.dtype)
    return word(value), ""


def _open(kind: type[Any]) -> None:
    """Tell JAX that a kind of dict is a structure of what it holds."""

    def flatten(found: Any) -> tuple[list[tuple[Any, Any]], tuple[str, ...]]:
        names = tuple(sorted(found))
        return [(jax.tree_util.DictKey(name), found[name]) for name in names], names

    def unflatten(names: tuple[str, ...], values: Iterable[Any]) -> Any:
        return kind(zip(names, values, strict=True))

    jax.tree_util.register_pytree_with_keys(kind, flatten, unflatten)


_open(Listing)
