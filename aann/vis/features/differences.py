"""How far what a model sees is from what it sees of another picture, relative to the latter."""

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aann.vis.features.objectives.objective import PICTURES, Values

Numbers = Float[Array, " n"]
Two = Callable[[Values, Values], Numbers]
"""Of the values on pictures and on the given ones."""

SILENT = 2e-6
"""The length of a layer that is 0, see ``length``, and a little more."""


def far(site: str, units: Sequence[int] | None = None, *, others: bool = False) -> Two:
    """How far the values of a site are from the given picture's, relative to their length.

    Args:
        site: a key of the values.
        units: channels to look at, by default all.
        others: look at all channels but those.
    """

    def of(values: Values, given: Values) -> Numbers:
        here, there = (chosen(v[site], units, others=others) for v in (values, given))
        return jnp.sqrt(_squares(here - there) + 1e-20) / length(there)

    return of


def chosen(values: Array, units: Sequence[int] | None, *, others: bool = False) -> Array:
    """Channels of activations (n, ..., channels)."""
    if units is None:
        return values
    wanted = np.isin(np.arange(values.shape[-1]), units, invert=others)
    return values[..., np.flatnonzero(wanted)]


def length(values: Array) -> Numbers:
    """Of each example, from about 1e-6 up."""
    found: Array = jnp.sqrt(_squares(values) + 1e-12)
    return found


def silent_problems(site: str, lengths: Any, what: str) -> list[str]:
    """On which pictures a layer is 0, so that nothing can be measured by its length.

    Args:
        site: its name.
        lengths: (n,), see ``length``.
        what: cannot be done, a verb.
    """
    silent = np.flatnonzero(np.asarray(lengths) <= SILENT)
    return [f"site {site!r} is 0 on picture {i}: nothing to {what}" for i in silent]


def from_grey(values: Values, given: Values) -> Numbers:
    """How far pixels are from the given ones, relative to these ones' distance from grey."""
    here, there = values[PICTURES] - 0.5, given[PICTURES] - 0.5
    return far(PICTURES)({PICTURES: here}, {PICTURES: there})


def _squares(values: Array) -> Array:
    return jnp.square(values.astype(jnp.float32)).reshape(len(values), -1).sum(1)
