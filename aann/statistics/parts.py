"""What an estimate is made of: a ratio of two sums over what is resampled.

A mean is a ratio whose denominators are the sizes of the groups (1 without groups), what is
recovered one whose denominators are the damages, and the difference of two of these one again.
Methods that need more than draws (leaving units out, standard errors, Fieller's equation) take it
from here.
"""

import dataclasses
from typing import Any

import numpy as np
from jaxtyping import Float64

from aann.shown.brief import brief


@dataclasses.dataclass(frozen=True, eq=False)
class Parts:
    """Of estimates (...): sums over each unit of resampling, an example or a group.

    Attributes:
        residual: (..., units), numerator less estimate times denominator; sums to 0.
        bottom: (..., units), denominators.
    """

    residual: Float64[np.ndarray, "*shape units"]
    bottom: Float64[np.ndarray, "*shape units"]

    __repr__ = brief

    def __getitem__(self, index: Any) -> "Parts":
        """Those of some of the estimates, by NumPy's indexing of their leading axes."""
        return Parts(np.asarray(self.residual[index]), np.asarray(self.bottom[index]))

    def same(self, other: "Parts") -> bool:
        """Whether all denominators are equal."""
        return self.bottom is other.bottom or np.array_equal(self.bottom, other.bottom)

    @property
    def units(self) -> int:
        """How many are resampled."""
        return int(self.residual.shape[-1])

    def without(self) -> Float64[np.ndarray, "*shape units"]:
        """How much the estimate moves when each unit is left out."""
        with np.errstate(divide="ignore", invalid="ignore"):
            left = self.bottom.sum(axis=-1, keepdims=True) - self.bottom
            return np.asarray(-self.residual / left)

    def error(self) -> Float64[np.ndarray, "*shape"]:
        """The standard error by the delta method, as a resample computes its own."""
        with np.errstate(divide="ignore", invalid="ignore"):
            size = np.sqrt(np.mean(self.residual**2, axis=-1) / self.units)
            return np.asarray(size / np.abs(self.bottom.mean(axis=-1)))

    def spreads(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Mean denominator, and the variances of the mean residual, of both, of the denominator."""
        mean = self.bottom.mean(axis=-1)
        about = self.bottom - mean[..., None]
        scale = self.units * (self.units - 1.0)
        pairs = ((self.residual, self.residual), (self.residual, about), (about, about))
        first, both, second = (np.einsum("...i,...i->...", a, b) / scale for a, b in pairs)
        return np.asarray(mean), np.asarray(first), np.asarray(both), np.asarray(second)


def paired(first: Parts, second: Parts) -> Parts:
    """Of the difference of two estimates over the same units.

    Denominators that are equal stay, so that the difference is a ratio over them. Others enter by
    their mean, each in units of its own: right to first order.
    """
    if first.same(second):
        return Parts(first.residual - second.residual, first.bottom)
    (a, d), (b, e) = _scaled(first), _scaled(second)
    residual = a - b
    return Parts(residual, np.broadcast_to((d + e) / 2.0, residual.shape))


def unpaired(first: Parts, second: Parts) -> Parts:
    """Of the difference of two estimates over units of their own, which are put in line."""
    units = first.units + second.units
    (a, d), (b, e) = _scaled(first), _scaled(second)
    # Scaled, so that variances of means over all units are sums of those of either's own.
    ours, theirs = units / first.units, units / second.units
    residual = np.concatenate([ours * a, -theirs * b], axis=-1)
    bottom = np.concatenate([ours * (d - 1.0), theirs * (e - 1.0)], axis=-1) / 2.0 + 1.0
    return Parts(residual, bottom)


def _scaled(parts: Parts) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = parts.bottom.mean(axis=-1, keepdims=True)
        found = parts.residual / mean, parts.bottom / mean
    usable = np.isfinite(found[0]) & np.isfinite(found[1])  # else a damage of 0: not identified
    return np.where(usable, found[0], 0.0), np.where(usable, found[1], 1.0)
