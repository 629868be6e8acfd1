"""Which of a replacement's values count: those at positions where there is something.

What a network does at padding is arbitrary, so that it belongs neither to a mean nor to a fit.
"""

import numpy as np
from jaxtyping import Bool, Float

from aann.bench.workbench import Workbench


def present_at(
    bench: Workbench, i: int, present: Bool[np.ndarray, "n positions"] | None
) -> Bool[np.ndarray, "n *places"] | None:
    """Where a replacement's values count, or None: everywhere.

    Positions lie along the position axis of a replacement that names some, else along the first
    axis with as many places as examples have positions; where there is none, all values count.

    Args:
        bench: with the replacement.
        i: which of them.
        present: where there is something in each example, or None.
    """
    if present is None:
        return None
    r, site = bench.replacements[i], bench.sites[i].shape
    axes = bench.naturals[i].shape[1 : -1 - bench.coordinates(i)]
    if r.positions is not None:
        at = r.position_axis % len(site)
        if site[at] != present.shape[1]:
            return None
        present = present[:, list(r.positions)]
        at -= 1 + (r.axis % len(site) < at)
    else:
        at = axes.index(present.shape[1]) if present.shape[1] in axes else len(axes)
    if at >= len(axes):
        return None
    shape = [len(present), *[1] * len(axes)]
    shape[1 + at] = axes[at]
    return np.broadcast_to(present.reshape(shape), (len(present), *axes))


def columns(
    values: Float[np.ndarray, "n *places units"],
    present: Bool[np.ndarray, "n *positions"] | None,
    coordinates: int,
) -> Float[np.ndarray, "values columns"]:
    """The values that count, a row a position: one column a unit, or a unit's coordinate."""
    places = values.ndim - 1 - coordinates
    width = int(np.prod(values.shape[places:]))
    known: np.ndarray = values if present is None else values[present]
    return known.reshape(-1, width)


class AtUnits:
    """Values at a replacement's units: where positions, coordinates and units lie among their axes.

    Attributes:
        natural: (n, *places, *coordinates, units).
        present: (n, *places), where values count, or None: everywhere.
        coordinates: how many axes before the last are coordinates of a unit, see
            ``aann.program.coordinates``.
    """

    natural: Float[np.ndarray, "n *axes"]
    present: Bool[np.ndarray, "n *places"] | None
    coordinates: int

    @property
    def places(self) -> tuple[int, ...]:
        """Shape of the positions: () where an example has one value a unit."""
        return self.natural.shape[1 : self.natural.ndim - 1 - self.coordinates]

    @property
    def here(self) -> Bool[np.ndarray, "n places"]:
        """Where values count, positions in one axis."""
        n, places = len(self.natural), int(np.prod(self.places))
        if self.present is None:
            return np.ones((n, places), bool)
        return self.present.reshape(n, places)
