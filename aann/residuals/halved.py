"""Values of which some are fitted on, in halves that check each other; and maps moved by cells."""

import dataclasses
import itertools
from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float64, Int

from aann.shown.brief import brief

Grid = Float64[np.ndarray, "n places columns"]


@dataclasses.dataclass(frozen=True, eq=False)
class Halved:
    """Values to fit on and to correct.

    Attributes:
        natural: (n, places, columns).
        artificial: likewise.
        here: (n, places), where they count.
        places: shape of the positions.
        half: (n,), -1 for examples that nothing is fitted on, and for others 0 or 1: what is fitted
            on one of them is checked on the other.
    """

    natural: Grid
    artificial: Grid
    here: Bool[np.ndarray, "n places"]
    places: tuple[int, ...]
    half: Int[np.ndarray, " n"]

    __repr__ = brief

    def fitted_on(self, half: int | None = None) -> Bool[np.ndarray, "n places"]:
        """Which values belong to what is fitted on, or to one half of it."""
        chosen = self.half >= 0 if half is None else self.half == half
        return self.here & chosen[:, None]

    def filled(self, values: Grid) -> Grid:
        """Values with their mean where an example has nothing, for neighbours to look at."""
        if self.here.all():
            return values
        known = values[self.here]
        mean = known.mean(axis=0) if len(known) else np.zeros(values.shape[-1])
        return np.where(self.here[..., None], values, mean[None, None])


def moves(places: tuple[int, ...], reach: int) -> Iterator[tuple[int, ...]]:
    """All moves by up to ``reach`` cells along each axis, none first, then the shortest."""
    reaches = [range(-min(reach, size - 1), min(reach, size - 1) + 1) for size in places]
    yield from sorted(itertools.product(*reaches), key=lambda move: sum(x * x for x in move))


def shifted(values: Grid, places: tuple[int, ...], move: tuple[int, ...]) -> Grid:
    """Maps moved by ``move`` cells; what comes in repeats the margin."""
    if not any(move):
        return values
    at = np.meshgrid(
        *(
            np.clip(np.arange(size) - by, 0, size - 1)
            for size, by in zip(places, move, strict=True)
        ),
        indexing="ij",
    )
    return values[:, np.ravel_multi_index(tuple(at), places).ravel()]
