"""The numbers that a program declares: where each comes from, and how its program sees them."""

import dataclasses
import keyword
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import jax
import numpy as np

from aann.shown.brief import brief, word

Origin = Literal["derived", "source", "fitted", "chosen"]


@dataclasses.dataclass(frozen=True, eq=False)
class Constant:
    """A number, or an array of numbers, that a program knows, and where it comes from.

    Attributes:
        value: number or array; every scalar in it counts. An array is a read-only copy.
        origin: ``derived`` (from geometry or mathematics), ``source`` (published), ``fitted`` (on
            design examples) or ``chosen`` (by hand, looking at design examples).
        note: which derivation, source or fit.
    """

    value: Any
    origin: Origin = "chosen"
    note: str = ""

    __repr__ = brief

    def __str__(self) -> str:
        return word(self.value)

    def __post_init__(self) -> None:
        if self.origin not in get_args(Origin):
            raise ValueError(f"origin is one of {get_args(Origin)}, got {self.origin!r}")
        array = np.array(self.value)
        if not (np.issubdtype(array.dtype, np.number) or array.dtype == bool) or not array.size:
            raise TypeError(f"a constant is a number or an array of numbers, got {self.value!r}")
        if np.iscomplexobj(array):
            raise TypeError(f"constants are real, got {self.value!r}: declare two of them")
        if not (np.abs(array.astype(np.float64)) <= np.finfo(np.float32).max).all():
            raise ValueError(f"constants are finite float32 numbers, got {self.value!r}")
        if np.issubdtype(array.dtype, np.integer) and np.abs(array).max() >= 2**31:
            raise ValueError(f"whole constants fit into 32 bits, got {self.value!r}")
        if not isinstance(self.value, int | float | np.generic):  # what was passed may change
            array.flags.writeable = False
            object.__setattr__(self, "value", array)


@jax.tree_util.register_pytree_with_keys_class
class Constants(Mapping[str, Any]):
    """The constants as their program sees them: ``c.gain`` or ``c["gain"]``."""

    __repr__ = brief

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    def __getitem__(self, name: str) -> Any:
        return self.__dict__[name]

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no constant {name!r}; declared are {', '.join(self) or 'none'}")

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __len__(self) -> int:
        return len(self.__dict__)

    def tree_flatten_with_keys(self) -> tuple[Any, tuple[str, ...]]:
        """Children with their keys, for ``jax.tree``."""
        keys = tuple(self.__dict__)
        return [(jax.tree_util.GetAttrKey(k), self.__dict__[k]) for k in keys], keys

    @classmethod
    def tree_unflatten(cls, keys: tuple[str, ...], values: Sequence[Any]) -> "Constants":
        """The inverse of flattening."""
        return cls(dict(zip(keys, values, strict=True)))


RESERVED = frozenset({"name", "self"} | {n for n in dir(Constants) if not n.startswith("__")})
"""Names that ``Constants`` and ``Replacement.with_constants`` use themselves."""


def name_problems(names: Iterable[str]) -> list[str]:
    """What is wrong with the names of constants."""
    names = list(names)
    problems = []
    if bad := [n for n in names if not n.isidentifier() or keyword.iskeyword(n)]:
        problems.append(f"constants are named like Python variables, got {bad}")
    if taken := [n for n in names if n in RESERVED or n.startswith("__")]:
        problems.append(f"{taken} cannot be names of constants, which have methods of that name")
    return problems


def like(old: Constant, value: Any) -> Constant:
    """A constant with another value of the same kind, so that compiled programs still fit."""
    kind = np.asarray(old.value).dtype
    floating = np.issubdtype(kind, np.floating) and np.issubdtype(
        np.asarray(value).dtype, np.number
    )
    return dataclasses.replace(old, value=np.asarray(value, kind) if floating else value)


def as_known(value: Any) -> np.ndarray:
    """The value as its program knows it: float32, int32 or bool."""
    array = np.asarray(value)
    if np.issubdtype(array.dtype, np.floating):
        return array.astype(np.float32)
    return array.astype(np.int32 if array.dtype != bool else bool)
