"""Units of a layer, directions in it, all of it, and the model's outputs."""

import operator
from typing import Any

import jax.numpy as jnp
import numpy as np

from aann.vis.features.objectives.objective import (
    LOGITS,
    Numbers,
    Objective,
    Values,
    along,
    mean,
    units,
)


def channel(site: str, unit: int) -> Objective:
    """The mean of a channel over all positions.

    Args:
        site: its name.
        unit: the channel.
    """
    return Objective(
        f"{site}:{unit}", (site,), lambda v: mean(units(v, site, unit)[..., unit])
    )  # fmt: skip


def neuron(site: str, unit: int, position: tuple[int, ...] | None = None) -> Objective:
    """A channel at one position, by default the middle one.

    Args:
        site: (n, ..., channels).
        unit: the channel.
        position: along the axes between the first and the last.
    """

    def of(values: Values) -> Numbers:
        here = units(values, site, unit)
        return here[(slice(None), *_position(site, here.shape[1:-1], position), unit)]

    position = _whole(position)
    where = "" if position is None else f" {', '.join(map(str, position))}"
    return Objective(f"{site}:{unit} at{where or ' the middle'}", (site,), of)


def direction(
    site: str,
    vector: Any,
    *,
    cosine_power: float = 0.0,
    position: tuple[int, ...] | None = None,
    everywhere: bool = True,
    name: str = "direction",
) -> Objective:
    """Activations along a vector of the channels.

    Args:
        site: (n, ..., channels).
        vector: (channels,).
        cosine_power: at each position the dot product is multiplied with the cosine between
            activations and vector (no less than 0.1) to this power, which asks for activations
            that are nothing but the vector (Carter et al. 2019, "Activation Atlas",
            doi 10.23915/distill.00015).
        position: where, if not everywhere; by default in the middle.
        everywhere: the mean over positions.
        name: for titles.
    """
    to, position = _finite(vector), _whole(position)

    def of(values: Values) -> Numbers:
        here = along(values, site, to)
        dots = here @ jnp.asarray(to, here.dtype)
        if cosine_power:
            dots = dots * jnp.maximum(cosines(here, to), 0.1) ** cosine_power
        if everywhere and position is None:
            return mean(dots)
        return dots[(slice(None), *_position(site, here.shape[1:-1], position))]

    return Objective(f"{site}, {name}", (site,), of)


def cosine(site: str, vector: Any, name: str = "cosine") -> Objective:
    """The cosine between activations and a vector of the channels, the mean over positions.

    Args:
        site: (n, ..., channels).
        vector: (channels,).
        name: for titles.
    """
    to = _finite(vector)
    return Objective(
        f"{site}, {name}", (site,), lambda v: mean(cosines(along(v, site, to), to))
    )  # fmt: skip


def layer(site: str) -> Objective:
    """The mean square of all activations of a layer (DeepDream)."""
    return Objective(site, (site,), lambda v: mean(jnp.square(v[site])))


def logit(unit: int) -> Objective:
    """An output of the model, (n, classes)."""
    return Objective(f"logit {unit}", (), lambda v: mean(units(v, LOGITS, unit)[..., unit]))


def cosines(here: Any, to: np.ndarray) -> Any:
    """Between the last axis of activations and a vector; 0 where one of them is 0."""
    norms = jnp.sqrt(jnp.square(here).sum(-1) + 1e-12) * max(float(np.linalg.norm(to)), 1e-6)
    return here @ jnp.asarray(to, here.dtype) / norms


def _finite(vector: Any) -> np.ndarray:
    """Raises ValueError if it is NaN or infinite somewhere."""
    found = np.asarray(vector, np.float32)
    if not np.isfinite(found).all():
        raise ValueError("the vector has NaN or infinity")
    return found


def _whole(position: Any) -> tuple[int, ...] | None:
    """Raises TypeError if it is no position."""
    if position is None:
        return None
    try:
        return tuple(operator.index(i) for i in position)
    except TypeError:
        raise TypeError(
            f"position is whole numbers along the axes of a site, such as (7, 7), got {position!r}"
        ) from None


def _position(
    site: str, sizes: tuple[int, ...], position: tuple[int, ...] | None
) -> tuple[int, ...]:
    at = tuple(s // 2 for s in sizes) if position is None else position
    if len(at) != len(sizes) or any(not 0 <= i < s for i, s in zip(at, sizes, strict=True)):
        raise ValueError(f"site {site!r} has positions {sizes}, got {at}")
    return at
