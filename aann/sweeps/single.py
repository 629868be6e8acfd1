"""The units of a site, one at a time: their values, and writing one that is chosen at run time.

``Place`` writes fixed units; a sweep maps one compiled program over them, so that the unit is an
array here.
"""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from aann.program.coordinates import coordinates
from aann.program.place import Place
from aann.shown.brief import brief


@dataclasses.dataclass(frozen=True, eq=False)
class Singles:
    """Where single units lie in a site's value.

    Attributes:
        shape: of the site's value for one example, without the batch axis.
        axis: of the units, counted without the batch axis.
        units: indices along it.
        inside: (rest) boolean, over the other axes of one example: where units are written.
        coordinates: which of those axes hold coordinates of a unit, see
            ``aann.program.coordinates``; the others are positions.
    """

    shape: tuple[int, ...]
    axis: int
    units: np.ndarray
    inside: np.ndarray
    coordinates: tuple[int, ...] = ()

    __repr__ = brief

    def values(self, value: Array) -> Array:
        """(batch, *shape) to (units, batch, *rest)."""
        return jnp.moveaxis(value, self.axis + 1, 0)[jnp.asarray(self.units)]

    @property
    def positions(self) -> tuple[int, ...]:
        """The other axes of one example that are no coordinates."""
        return tuple(i for i in range(self.inside.ndim) if i not in self.coordinates)

    def present_axis(self, shape: tuple[int, ...]) -> int | None:
        """Which of the other axes is that of positions, in a mask of shape (batch, positions)."""
        fitting = [i for i in self.positions if shape[1:] == (self.inside.shape[i],)]
        return fitting[0] if fitting else None

    def mask(self, unit: Array) -> Array:
        """(*shape) boolean: where one unit is written."""
        along = jnp.arange(self.shape[self.axis], dtype=jnp.int32) == unit
        others = [i for i in range(len(self.shape)) if i != self.axis]
        return jnp.expand_dims(along, others) & jnp.expand_dims(self.inside, self.axis)

    def write(self, value: Array, unit: Array, new: Array) -> Array:
        """(batch, *shape) with one unit's values (rest), the same for all examples, put in."""
        wide = jnp.broadcast_to(jnp.expand_dims(new, (0, self.axis + 1)), value.shape)
        return jnp.where(self.mask(unit)[None], wide, value)


def singles(site: jax.ShapeDtypeStruct, place: Place, what: str, inputs: Any = None) -> Singles:
    """Check a place against a batch of a site's values.

    Args:
        site: shape (batch, ...) and dtype.
        place: units and positions; no basis.
        what: the site's name, for messages.
        inputs: shapes and dtypes of the model's.

    Raises:
        ValueError: units, axis or positions do not fit the site, or its values are not floats.
    """
    shape = tuple(site.shape)
    problems = place.problems()
    if not jnp.issubdtype(site.dtype, jnp.floating):
        problems.append(f"units to replace are floats, got {site.dtype}")
    if place.axis in (0, -len(shape)):
        problems.append(f"axis {place.axis} is the batch: units lie along another axis")
    if problems:
        raise ValueError(f"site {what!r} of shape {shape}: " + "; ".join(problems))
    place.check(shape, f"site {what!r}")
    axis = place.axis % len(shape) - 1
    inside = np.ones(shape[1:], bool)
    if place.positions is not None:
        inside[:] = False
        rows: list[slice | list[int]] = [slice(None)] * inside.ndim
        rows[place.position_axis % len(shape) - 1] = list(place.positions)
        inside[tuple(rows)] = True
    one = np.asarray(inside.take(0, axis=axis))
    own = tuple(i - 1 for i in coordinates(shape, place.axis, inputs))
    return Singles(shape[1:], axis, np.asarray(place.units, np.int32), one, own)
