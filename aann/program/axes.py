"""Parts of a site: every position, every head, every pair of them.

A technique that takes ``by=("position", "head")`` treats each pair of indices along those two axes
of a site as one place. Axes have numbers, and names where the last word of the site's name is
known: ``AXES`` has those of the zoo's transformer; pass ``axes={"hidden": ("batch", "unit")}`` for
other models.

Sharp edges: the first axis is always the examples and cannot be a part.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int

from aann.shown.brief import brief

_STREAM = ("batch", "position", "unit")
_HEADS = ("batch", "position", "head", "unit")
_PAIRS = ("batch", "head", "query", "key")
AXES: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("embed", "pos_embed", "resid_pre", "resid_mid", "resid_post"), _STREAM),
    **dict.fromkeys(("out", "pre", "post", "ln_final"), _STREAM),
    **dict.fromkeys(("q", "k", "v", "z"), _HEADS),
    **dict.fromkeys(("scores", "pattern"), _PAIRS),
}
"""Last word of a site's name -> names of its axes."""


@dataclasses.dataclass(frozen=True)
class Places:
    """The places of one site.

    Attributes:
        axes: numbers of the axes along which places lie.
        sizes: how many indices there are along each.
    """

    axes: tuple[int, ...]
    sizes: tuple[int, ...]

    __repr__ = brief

    def __len__(self) -> int:
        return math.prod(self.sizes)

    def all(self) -> np.ndarray:
        """Indices (places, axes) int32, the last axis fastest; one empty row without axes."""
        grid = np.indices(self.sizes, dtype=np.int32)
        return grid.reshape(len(self.sizes), len(self)).T

    def mask(self, like: Any, place: Int[Array, " axes"]) -> Array:
        """Booleans of the shape of ``like``: what lies at the place."""
        inside = jnp.ones(like.shape, bool)
        for number, axis in enumerate(self.axes):
            here = jax.lax.broadcasted_iota(jnp.int32, like.shape, axis) == place[number]
            inside = inside & here
        return inside

    def total(self, values: Array) -> Array:
        """Sum over everything but examples and places: (batch, ...) to (*sizes, batch)."""
        kept = (*self.axes, 0)
        summed = values.sum(axis=tuple(a for a in range(values.ndim) if a not in kept))
        place_of = {axis: i for i, axis in enumerate(sorted(kept))}
        return jnp.transpose(summed, [place_of[axis] for axis in kept])


def places(
    site: str, shape: Sequence[int], by: Sequence[int | str], axes: Mapping[str, Sequence[str]]
) -> Places:
    """The places of a site with values of this shape.

    Raises:
        ValueError: an axis is unknown, out of range, named twice or the examples': all problems.
    """
    names = axes.get(site.rpartition(".")[2], ())
    names = names if len(names) == len(shape) else ()
    numbers: list[int] = []
    problems = []
    for axis in by:
        if isinstance(axis, str) and axis not in names:
            known = f"its axes are {', '.join(names)}" if names else "its axes have no names"
            problems.append(
                f"site {site!r} of shape {tuple(shape)} has no axis {axis!r}: {known}; pass a "
                "number, or names with axes="
            )
            continue
        number = names.index(axis) if isinstance(axis, str) else axis
        if not -len(shape) <= number < len(shape):
            problems.append(
                f"site {site!r} of shape {tuple(shape)} has no axis {number}: by names axes 1 to "
                f"{len(shape) - 1}"
            )
        elif number % len(shape) == 0:
            problems.append(f"axis {axis!r} of site {site!r} is the examples', never a place")
        elif number % len(shape) in numbers:
            problems.append(f"axis {axis!r} of site {site!r} is named twice")
        else:
            numbers.append(number % len(shape))
    if problems:
        raise ValueError("\n".join(problems))
    return Places(tuple(numbers), tuple(shape[n] for n in numbers))
