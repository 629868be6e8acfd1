"""An estimate with the draws behind it and the interval that they give.

Percentile intervals read quantiles off the draws. BCa intervals move those quantiles for bias (how
many draws lie below the estimate) and for skewness (from leaving each example out), which makes
their coverage second-order accurate.

Sharp edge: intervals of statistics that do not vary at all have width zero.
"""

import dataclasses
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Float64
from numpy.typing import ArrayLike

from aann.shown.brief import brief, word

Method = Literal["bca", "percentile"]

LEAST_DRAWS = 100
"""Fewer resamples give no interval."""

_normal = np.vectorize(NormalDist().cdf, otypes=[float])  # of few numbers: two an interval
_quantile = np.vectorize(NormalDist().inv_cdf, otypes=[float])


@dataclasses.dataclass(frozen=True)
class Setting:
    """How to draw and to rank.

    Attributes:
        draws: number of resamples.
        seed: of the resamples; equal seeds and numbers of examples give equal resamples.
        confidence: coverage of an interval, two-sided.
        method: ``"bca"`` (bias-corrected and accelerated; Efron, "Better bootstrap confidence
            intervals", 1987) or ``"percentile"``.
        groups: labels of examples that belong together and are resampled together, or None.
    """

    draws: int = 10_000
    seed: int = 0
    confidence: float = 0.95
    method: Method = "bca"
    groups: Sequence[Any] | None = None

    def __repr__(self) -> str:  # with its defaults, which messages compare
        parts = [f"{f.name}={word(getattr(self, f.name))}" for f in dataclasses.fields(self)]
        return f"Setting({', '.join(parts)})"

    def __post_init__(self) -> None:
        if self.groups is not None:
            object.__setattr__(self, "groups", tuple(self.groups))  # comparable
        problems = []
        if self.draws < LEAST_DRAWS:
            problems.append(f"draws is {self.draws}: an interval needs at least {LEAST_DRAWS}")
        if not 0 < self.confidence < 1:
            problems.append(f"confidence lies between 0 and 1, got {self.confidence}")
        if self.method not in ("bca", "percentile"):
            problems.append(f"method is 'bca' or 'percentile', got {self.method!r}")
        if problems:
            raise ValueError("; ".join(problems))


@dataclasses.dataclass(frozen=True, eq=False)
class Interval:
    """Estimates with their bootstrap intervals; indexing selects among them (``interval[row]``).

    Attributes:
        estimate: (...), the statistic of the data; NaN where not identified.
        low: (...), the lower end.
        high: (...), the upper end.
        identified: (...), whether the statistic means anything.
        draws: (..., draws), the statistic of every resample, kept where not identified too.
        jackknife: (..., units), the statistic without each example (or group).
        setting: what the resamples and ends depend on, besides the data.
    """

    estimate: Float64[np.ndarray, "*shape"]
    low: Float64[np.ndarray, "*shape"]
    high: Float64[np.ndarray, "*shape"]
    identified: Bool[np.ndarray, "*shape"]
    draws: Float64[np.ndarray, "*shape draws"]
    jackknife: Float64[np.ndarray, "*shape units"]
    setting: Setting

    __repr__ = brief

    def __getitem__(self, index: Any) -> "Interval":
        """Some of the estimates, by NumPy's indexing of their leading axes."""
        return Interval(
            estimate=np.asarray(self.estimate[index]),
            low=np.asarray(self.low[index]),
            high=np.asarray(self.high[index]),
            identified=np.asarray(self.identified[index]),
            draws=np.asarray(self.draws[index]),
            jackknife=np.asarray(self.jackknife[index]),
            setting=self.setting,
        )

    def __str__(self) -> str:
        if self.estimate.ndim:
            return "\n".join(str(self[i]) for i in range(len(self.estimate)))
        if not self.identified:
            return "not identified"
        return f"{self.estimate:.3f} [{self.low:.3f}, {self.high:.3f}]"


def interval(
    estimate: ArrayLike,
    draws: np.ndarray,
    jackknife: np.ndarray,
    identified: ArrayLike,
    setting: Setting,
) -> Interval:
    """The interval of each estimate (...) from its draws (..., draws).

    Args:
        estimate: (...), the statistic of the data.
        draws: (..., draws), of the resamples; NaN for those without a value, which are left out.
        jackknife: (..., units), without each unit of resampling.
        identified: (...), where False the estimate and its ends become NaN.
        setting: confidence and method.
    """
    known = np.asarray(identified)
    estimates = np.where(known, estimate, np.nan)
    ends = np.full((*known.shape, 2), np.nan)
    if known.any():
        ordered = np.sort(draws[known], axis=-1)  # NaN comes last
        count = np.sum(~np.isnan(ordered), axis=-1)
        levels = _levels(estimates[known], ordered, count, jackknife[known], setting)
        ends[known] = _quantiles(ordered, count, levels)
    return Interval(estimates, ends[..., 0], ends[..., 1], known, draws, jackknife, setting)


def rerank(found: Interval, method: Method) -> Interval:
    """The same estimates and draws with the interval of another method."""
    setting = dataclasses.replace(found.setting, method=method)
    return interval(found.estimate, found.draws, found.jackknife, found.identified, setting)


def _levels(
    estimates: np.ndarray, ordered: np.ndarray, count: np.ndarray, jackknife: np.ndarray,
    setting: Setting,
) -> np.ndarray:  # fmt: skip
    """Which quantiles of each estimate's ``count`` draws are its interval's ends, (rows, 2)."""
    tail = (1.0 - setting.confidence) / 2.0
    plain = np.broadcast_to(np.asarray([tail, 1.0 - tail]), (len(estimates), 2))
    if setting.method == "percentile":
        return plain
    at = estimates[:, None]
    below = (np.sum(ordered < at, axis=-1) + np.sum(ordered <= at, axis=-1)) / (2.0 * count)
    half = 0.5 / count  # as near to 0 or 1 as so many draws can tell
    bias = _quantile(np.clip(below, half, 1.0 - half))[:, None]
    influence = jackknife.mean(axis=-1, keepdims=True) - jackknife
    spread = (influence**2).sum(axis=-1)
    # Below this the influences are rounding: the statistic is the same whichever example is out.
    negligible = influence.shape[-1] * (1e-14 * np.abs(jackknife).max(axis=-1)) ** 2
    varied = spread > negligible
    skew = (influence**3).sum(axis=-1) / (6.0 * np.where(varied, spread, 1.0) ** 1.5)
    shifted = bias + _quantile(plain)
    moved: np.ndarray = _normal(
        bias + shifted / (1.0 - np.where(varied, skew, 0.0)[:, None] * shifted)
    )
    last = np.take_along_axis(ordered, count[:, None] - 1, axis=-1)
    return np.where(last == ordered[:, :1], plain, moved)


def _quantiles(ordered: np.ndarray, count: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Quantiles of the first ``count`` of each row's draws, interpolated linearly as by NumPy."""
    place = levels * (count - 1)[:, None]
    left = np.clip(np.floor(place).astype(np.int64), 0, count[:, None] - 1)
    right = np.minimum(left + 1, count[:, None] - 1)
    low, high = (np.take_along_axis(ordered, i, axis=-1) for i in (left, right))
    part = place - left
    # Both forms are exact at their own end, so that equal draws have that very quantile.
    mixed: np.ndarray = np.where(
        part < 0.5, low + (high - low) * part, high - (high - low) * (1 - part)
    )
    return mixed
