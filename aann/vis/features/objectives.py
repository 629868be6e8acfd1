"""What is to be high: numbers of each picture, from the activations that it causes.

    channel("mixed3b", 343) - 0.5 * channel("mixed3b", 379)

An objective gives one number a picture; they add, subtract, scale and average. ``"mixed3b:343"``
is ``channel("mixed3b", 343)`` and ``"mixed3b"`` all of that layer.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aann.shown.brief import brief

Values = Mapping[str, Array]
Numbers = Float[Array, " n"]

LOGITS = ""
"""The model's outputs among the values."""


@dataclasses.dataclass(frozen=True, eq=False)
class Objective:
    """One number a picture.

    Attributes:
        name: for titles.
        sites: whose activations it needs.
        of: ``{site: activations (n, ...)} -> (n,)``; the outputs are there under ``LOGITS``.
    """

    name: str
    sites: tuple[str, ...]
    of: Callable[[Values], Numbers]

    __repr__ = brief

    def __add__(self, other: "Objective | int | float") -> "Objective":
        if not isinstance(other, Objective):
            return Objective(f"{self.name} + {other:g}", self.sites, lambda v: self.of(v) + other)
        sites = tuple(dict.fromkeys((*self.sites, *other.sites)))
        return Objective(f"{self.name} + {other.name}", sites, lambda v: self.of(v) + other.of(v))

    def __mul__(self, factor: int | float) -> "Objective":
        return Objective(f"{factor:g} ({self.name})", self.sites, lambda v: factor * self.of(v))

    __rmul__ = __mul__

    def __neg__(self) -> "Objective":
        return -1.0 * self

    def __sub__(self, other: "Objective | int | float") -> "Objective":
        return self + (-other)


def channel(site: str, unit: int) -> Objective:
    """The mean of a channel over all positions.

    Args:
        site: with channels last.
        unit: the channel.
    """
    return Objective(f"{site}:{unit}", (site,), lambda v: _mean(_units(v, site, unit)[..., unit]))


def neuron(site: str, unit: int, position: tuple[int, ...] | None = None) -> Objective:
    """A channel at one position, by default the middle one.

    Args:
        site: (n, ..., channels).
        unit: the channel.
        position: along the axes between the first and the last.
    """

    def of(values: Values) -> Numbers:
        here = _units(values, site, unit)
        sizes = here.shape[1:-1]
        at = tuple(s // 2 for s in sizes) if position is None else position
        if len(at) != len(sizes) or any(not 0 <= i < s for i, s in zip(at, sizes, strict=True)):
            raise ValueError(f"site {site!r} has positions {sizes}, got {at}")
        return here[(slice(None), *at, unit)]

    where = "" if position is None else f" at {', '.join(map(str, position))}"
    return Objective(f"{site}:{unit}{where}", (site,), of)


def direction(site: str, vector: Any, name: str = "direction") -> Objective:
    """The mean over positions of the activations along a vector of the channels.

    Args:
        site: (n, ..., channels).
        vector: (channels,).
        name: for titles.
    """
    along = np.asarray(vector, np.float32)

    def of(values: Values) -> Numbers:
        here = values[site]
        if along.shape != here.shape[-1:]:
            raise ValueError(
                f"site {site!r} has {here.shape[-1]} channels, the vector has shape {along.shape}"
            )
        return _mean(here @ jnp.asarray(along, here.dtype))

    return Objective(f"{site}, {name}", (site,), of)


def layer(site: str) -> Objective:
    """The mean square of all activations of a layer (DeepDream)."""
    return Objective(site, (site,), lambda v: _mean(jnp.square(v[site])))


def logit(unit: int) -> Objective:
    """An output of the model, (n, classes)."""

    def of(values: Values) -> Numbers:
        return _mean(_units(values, LOGITS, unit)[..., unit])

    return Objective(f"logit {unit}", (), of)


def diversity(site: str) -> Objective:
    """How little alike the pictures of a batch are: minus the mean cosine of their Gram matrices.

    Of correlations of channels over positions, as in Olah et al. 2017. One picture alone has 0.
    """

    def of(values: Values) -> Numbers:
        flat = values[site].reshape(len(values[site]), -1, values[site].shape[-1])
        grams = jnp.einsum("npc,npd->ncd", flat, flat).reshape(len(flat), -1)
        unit = grams / (jnp.linalg.norm(grams, axis=1, keepdims=True) + 1e-9)
        cosine = unit @ unit.T
        others = cosine.sum(1) - jnp.diagonal(cosine)
        apart: Array = -others / max(len(flat) - 1, 1)
        return apart

    return Objective(f"diversity of {site}", (site,), of)


def as_objective(given: Any) -> Objective:
    """An objective, or what a string says: ``"site:unit"`` or ``"site"``.

    Raises:
        TypeError: something else.
    """
    if isinstance(given, Objective):
        return given
    if not isinstance(given, str):
        raise TypeError(
            "an objective is of aann.vis.features.objectives or a string such as 'mixed3b:343', "
            f"got {type(given).__name__}"
        )
    site, mark, unit = given.rpartition(":")
    return channel(site, int(unit)) if mark and unit.isdigit() else layer(given)


def _units(values: Values, site: str, unit: int) -> Array:
    here = values[site]
    if not 0 <= unit < here.shape[-1]:
        what = f"site {site!r}" if site else "the model's output"
        raise ValueError(f"{what} has units 0 to {here.shape[-1] - 1}, got {unit}")
    return here


def _mean(values: Array) -> Numbers:
    return values.reshape(len(values), -1).mean(axis=1)
