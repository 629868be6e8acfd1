"""A number of each picture that is to be high.

    channel("mixed3b", 343) - 0.5 * channel("mixed3b", 379)

Sites have their channels last, whatever the model's layout: (n, rows, columns, channels).
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Array, Float

from aann.shown.brief import brief

Values = Mapping[str, Array]
Numbers = Float[Array, " n"]

LOGITS = "<outputs>"
"""The model's outputs among the values."""

PICTURES = "<pictures>"
"""The pictures among the values, (n, rows, columns, channels) in [0, 1], as the model sees them."""

OPACITY = "<opacity>"
"""How opaque each pixel is, (n, rows, columns) in [0, 1]: 1 but for a parametrisation that says."""

AS_IT_IS = "<as it is> "
"""Before the name of a site: its value in the model's own layout, where that is another one."""


@dataclasses.dataclass(frozen=True, eq=False)
class Objective:
    """One number a picture.

    Attributes:
        name: for titles.
        sites: whose activations it needs.
        of: ``{site: activations (n, ...)} -> (n,)``; what the model reads is there under
            ``"input"``, and there are ``LOGITS``, ``PICTURES`` and ``OPACITY``.
    """

    name: str
    sites: tuple[str, ...]
    of: Callable[[Values], Numbers]

    def __post_init__(self) -> None:
        given: Any = self.sites
        if isinstance(given, str):  # its letters would be taken for sites
            raise TypeError(f"sites are a tuple of names, such as ({given!r},), got a string")

    __repr__ = brief

    def __add__(self, other: "Objective | int | float") -> "Objective":
        return self._with(other, 1)

    def __sub__(self, other: "Objective | int | float") -> "Objective":
        return self._with(other, -1)

    def __radd__(self, other: int | float) -> "Objective":
        return self + other

    def __rsub__(self, other: int | float) -> "Objective":
        return -self + other

    def __mul__(self, factor: int | float) -> "Objective":
        times = _number(factor, "multiplied with a number")
        name = f"{times:g} {self._bracketed}"
        return Objective(name, self.sites, lambda v: times * self.of(v))

    __rmul__ = __mul__

    def __truediv__(self, divisor: int | float) -> "Objective":
        return self * (1 / divisor)

    def __neg__(self) -> "Objective":
        return Objective(f"-{self._bracketed}", self.sites, lambda v: -self.of(v))

    def _with(self, other: "Objective | int | float", sign: int) -> "Objective":
        if isinstance(other, Objective):
            sites = tuple(dict.fromkeys((*self.sites, *other.sites)))
            name = f"{self.name} {'+' if sign > 0 else '-'} {other._bracketed}"
            return Objective(name, sites, lambda v: self.of(v) + sign * other.of(v))
        added = sign * _number(other, "added to a number or an objective")
        name = f"{self.name} {'-' if added < 0 else '+'} {abs(added):g}"
        return Objective(name, self.sites, lambda v: self.of(v) + added)

    @property
    def _bracketed(self) -> str:
        several = any(mark in self.name for mark in (" + ", " - ")) or self.name.startswith("-")
        return f"({self.name})" if several else self.name

    def named(self, name: str) -> "Objective":
        """The same under another name."""
        return dataclasses.replace(self, name=name)


def units(values: Values, site: str, unit: int) -> Array:
    """The activations of a site that has this unit.

    Raises:
        ValueError: it has not, or it is no array of units.
    """
    here = values[site]
    what = "the model's output" if site == LOGITS else f"site {site!r}"
    if getattr(here, "ndim", 0) < 2:
        told = getattr(here, "shape", type(here).__name__)
        raise ValueError(f"{what} has no units: it is (n, ..., units) where it has, got {told}")
    if isinstance(unit, bool | np.bool) or not isinstance(unit, int | np.integer):
        raise ValueError(f"a unit of {what} is a whole number, got {unit!r}")
    if not 0 <= unit < here.shape[-1]:
        raise ValueError(f"{what} has units 0 to {here.shape[-1] - 1}, got {unit}")
    return here


def along(values: Values, site: str, vector: np.ndarray) -> Array:
    """The activations of a site whose channels are as many as the vector's entries.

    Raises:
        ValueError: they are not.
    """
    here = values[site]
    if vector.shape != here.shape[-1:]:
        raise ValueError(
            f"site {site!r} has {here.shape[-1]} channels, the vector has shape {vector.shape}"
        )
    return here


def as_it_is(values: Values, site: str) -> Array:
    """The value of a site in the model's own layout, as programs read it."""
    return values.get(AS_IT_IS + site, values[site])


def mean(values: Array) -> Numbers:
    """Of each picture, over everything else."""
    return values.reshape(len(values), -1).mean(axis=1)


def _number(given: Any, what: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float | np.number):
        raise TypeError(f"an objective is {what}, got {type(given).__name__}")
    return float(given)
