"""How fine the misses are: power of residual, natural and artificial values by spatial frequency.

A residual at low frequencies is a level or a gain that is wrong over wide regions; one at high
frequencies is detail that the program lacks, or makes up.

Power is the square of the orthonormal Fourier transform over all axes of positions. Bands are rings
of the radius of frequency, one wavelength over the longest axis wide, the first one the constant
alone; their powers sum to the mean square (Parseval). Padding counts as 0, before the transform.

Sharp edge: the transform takes a map for periodic, so that unequal opposite margins leak a little
power into all frequencies of their axis.
"""

import dataclasses

import numpy as np
from jaxtyping import Float64, Int

from aann.residuals.about import About, about, folded, ratio, shown
from aann.residuals.observed import Observed
from aann.shown.screen import Shown, Tabular

_ROOM = 2**24  # complex numbers at a time


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Spectrum(Tabular):
    """What ``spectrum`` found.

    Attributes:
        about: which values.
        frequency: (bands,), the middle of each ring, in cycles a position.
        modes: (bands,), how many frequencies it has.
        residual: (units, bands), power in it; over bands they sum to the mean squared residual.
        natural: likewise, of the natural values.
        artificial: likewise.
    """

    about: About
    frequency: Float64[np.ndarray, " bands"]
    modes: Int[np.ndarray, " bands"]
    residual: Float64[np.ndarray, "units bands"]
    natural: Float64[np.ndarray, "units bands"]
    artificial: Float64[np.ndarray, "units bands"]

    @property
    def left(self) -> Float64[np.ndarray, "units bands"]:
        """Power of the residual over that of the natural values, NaN where they have none.

        At 1 and above the program knows nothing of what the unit does at this scale.
        """
        return ratio(self.residual, self.natural)

    def _shown(self) -> Shown:
        residual, natural, artificial = (
            x.mean(axis=0) for x in (self.residual, self.natural, self.artificial)
        )
        left, shares = ratio(residual, natural), ratio(residual, residual.sum())
        rows = [
            [
                shown(f, ".3f"), shown(1 / f, ".1f") if f > 0 else "constant",
                shown(natural[k]), shown(artificial[k]), shown(residual[k]),
                shown(left[k], ".2f"),
                shown(shares[k], ".1%"),
            ]
            for k, f in enumerate(self.frequency.tolist())
        ]  # fmt: skip
        return Shown(
            self.about.lines("power by spatial frequency, mean over units"),
            [
                ["frequency", "wavelength", "natural", "artificial", "residual", "left", "share"],
                *rows,
            ],
            ["frequency: cycles a position; left: residual over natural; share: of the residual"],
            left=0,
        )


def spectrum(part: Observed) -> Spectrum | None:
    """Power by frequency, or None where an example has one value a unit."""
    if not part.places or max(part.places) < 2:
        return None
    values = folded(part)
    radius = _radius(part.places)
    modes = np.bincount(radius.ravel())
    total = values.here.sum() * values.natural.shape[2]
    powers = [
        ratio(_power(x, part.places, radius), np.asarray(float(total)))
        for x in (values.residual, values.natural, values.artificial)
    ]
    frequency = np.arange(len(modes)) / max(part.places)
    return Spectrum(about(part), frequency, modes, *powers)


def _radius(places: tuple[int, ...]) -> Int[np.ndarray, "*places"]:
    """The ring of each frequency; only the constant is in ring 0."""
    axes = np.meshgrid(*(np.fft.fftfreq(size) for size in places), indexing="ij")
    radius = np.rint(np.sqrt(np.sum(np.square(axes), axis=0)) * max(places)).astype(np.int64)
    return np.asarray(np.maximum(radius, (np.sum(np.square(axes), axis=0) > 0).astype(np.int64)))


def _power(
    values: np.ndarray, places: tuple[int, ...], radius: np.ndarray
) -> Float64[np.ndarray, "units bands"]:
    """Summed over examples and coordinates."""
    n, flat, coordinates, width = values.shape
    summed = np.zeros((flat, width))
    at_once = max(1, _ROOM // max(flat * coordinates * width, 1))
    axes = tuple(range(1, 1 + len(places)))
    for start in range(0, n, at_once):
        some = values[start : start + at_once].reshape(-1, *places, coordinates * width)
        found = np.fft.fftn(some, axes=axes, norm="ortho")
        squares = (found.real**2 + found.imag**2).sum(axis=0)
        summed += squares.reshape(flat, coordinates, width).sum(axis=1)
    bands = int(radius.max()) + 1
    return np.stack([np.bincount(radius.ravel(), column, minlength=bands) for column in summed.T])
