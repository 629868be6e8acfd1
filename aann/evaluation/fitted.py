"""What a pass over the design examples leaves behind: all that the ladder is fitted to."""

import dataclasses

from jaxtyping import Array, Float

from aann.bench import linear
from aann.shown.brief import brief


@dataclasses.dataclass(frozen=True, eq=False)
class Fitted:
    """What the ladder knows of the design examples, for one replacement.

    Attributes:
        mean: of each unit, and each of its coordinates, over all examples and positions;
            (*positions, units), the same at every position.
        position_mean: of each unit at each position.
        donors: natural values of some design examples, in an order set by the seed.
        donor_outputs: what the program says for them.
        slope: of the affine recalibration of the program, (units,).
        offset: likewise.
        linear: the linear prediction, or None.
        best: the constant of least loss, see ``best_constant``; shaped as ``mean``; or None.
        places: how many positions a unit's values have.
        remarks: what a report should say of the fits.
    """

    mean: Float[Array, "*positions units"]
    position_mean: Float[Array, "*positions units"]
    donors: Float[Array, "donors *positions units"]
    donor_outputs: Float[Array, "donors *positions units"]
    slope: Float[Array, " units"]
    offset: Float[Array, " units"]
    linear: linear.Linear | None
    best: Float[Array, "*positions units"] | None = None
    places: int = 1
    remarks: tuple[str, ...] = ()

    __repr__ = brief

    @property
    def mean_size(self) -> int:
        """How many numbers a constant is: one a unit, or one for each of its coordinates."""
        return self.mean.size // self.places
