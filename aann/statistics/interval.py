"""An estimate with the draws behind it and the interval that they give.

Methods, most trustworthy first (``docs/statistics.md`` has what each covers and how wide it is):

- ``"studentised"``: Fieller's interval and the bootstrap-t joined, see ``studentised``. On skewed
  losses it covers what it says to within some percent, where the others fall short;
- ``"fieller"`` and ``"bootstrap-t"``: either alone;
- ``"percentile"``: quantiles of the draws, too short where losses are skewed;
- ``"bca"``: quantiles moved for bias and skewness. Second-order accurate in theory, and on skewed
  losses the shortest and worst of all: the skewness itself is known too badly.

Sharp edge: intervals of statistics that do not vary at all have width zero.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Bool, Float32, Float64
from numpy.typing import ArrayLike

from aann.shown.brief import brief, word
from aann.shown.digits import bracketed
from aann.statistics import quantiles, studentised
from aann.statistics.indices import is_count, is_seed
from aann.statistics.parts import Parts

Method = Literal["studentised", "fieller", "bootstrap-t", "percentile", "bca"]

LEAST_DRAWS = 100
"""Fewer resamples give no interval."""


@dataclasses.dataclass(frozen=True)
class Setting:
    """How to draw and to rank.

    Attributes:
        draws: number of resamples.
        seed: of the resamples; equal seeds and numbers of examples give equal resamples.
        confidence: coverage of an interval, two-sided.
        method: see above.
        groups: labels of examples that belong together and are resampled together, or None.
    """

    draws: int = 10_000
    seed: int = 0
    confidence: float = 0.95
    method: Method = "studentised"
    groups: Sequence[Any] | None = None

    def __repr__(self) -> str:  # with its defaults, which messages compare
        parts = [f"{f.name}={word(getattr(self, f.name))}" for f in dataclasses.fields(self)]
        return f"Setting({', '.join(parts)})"

    def __post_init__(self) -> None:
        if self.groups is not None:
            object.__setattr__(self, "groups", tuple(self.groups))  # comparable
        problems = []
        confidence: Any = self.confidence
        if not is_count(self.draws):
            problems.append(f"draws is a whole number of resamples, got {self.draws!r}")
        elif self.draws < LEAST_DRAWS:
            problems.append(f"draws is {self.draws}: an interval needs at least {LEAST_DRAWS}")
        if not is_seed(self.seed):
            problems.append(f"seed is a whole number, 0 or more, got {self.seed!r}")
        if not isinstance(confidence, float | int | np.floating) or not 0 < confidence < 1:
            problems.append(f"confidence lies between 0 and 1, got {confidence!r}")
        if self.method not in get_args(Method):
            known = ", ".join(map(repr, get_args(Method)))
            problems.append(f"method is one of {known}, got {self.method!r}")
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
        errors: (..., draws), the standard error of every resample.
        parts: (..., units), numerators and denominators.
        setting: what the resamples and ends depend on, besides the data.
    """

    estimate: Float64[np.ndarray, "*shape"]
    low: Float64[np.ndarray, "*shape"]
    high: Float64[np.ndarray, "*shape"]
    identified: Bool[np.ndarray, "*shape"]
    draws: Float64[np.ndarray, "*shape draws"]
    errors: Float32[np.ndarray, "*shape draws"]
    parts: Parts
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
            errors=np.asarray(self.errors[index]),
            parts=self.parts[index],
            setting=self.setting,
        )

    def __str__(self) -> str:
        if self.estimate.ndim:
            return "\n".join(str(self[i]) for i in range(len(self.estimate)))
        if not self.identified:
            return "not identified"
        return bracketed(float(self.estimate), float(self.low), float(self.high), 3)


def interval(
    estimate: ArrayLike,
    draws: np.ndarray,
    errors: np.ndarray,
    parts: Parts,
    identified: ArrayLike,
    setting: Setting,
) -> Interval:
    """The interval of each estimate (...) from its draws (..., draws).

    Args:
        estimate: (...), the statistic of the data.
        draws: (..., draws), of the resamples; NaN for those without a value, which are left out.
        errors: (..., draws), standard errors of the resamples.
        parts: (..., units), what the estimates are made of.
        identified: (...), where False the estimate and its ends become NaN.
        setting: confidence and method.
    """
    known = np.asarray(identified)
    estimates = np.where(known, estimate, np.nan)
    ends = np.full((*known.shape, 2), np.nan)
    if known.any():
        ends[known] = _ends(estimates[known], draws[known], errors[known], parts[known], setting)
    return Interval(estimates, ends[..., 0], ends[..., 1], known, draws, errors, parts, setting)


def rerank(found: Interval, method: Method) -> Interval:
    """The same estimates and draws with the interval of another method."""
    setting = dataclasses.replace(found.setting, method=method)
    return interval(
        found.estimate, found.draws, found.errors, found.parts, found.identified, setting
    )


def _ends(
    estimates: np.ndarray, draws: np.ndarray, errors: np.ndarray, parts: Parts, setting: Setting
) -> np.ndarray:
    """(rows, 2), by the setting's method."""
    level = setting.confidence
    if setting.method == "percentile":
        return quantiles.percentile(draws, level)
    if setting.method == "bca":
        return quantiles.bca(estimates, draws, parts.without(), level)
    if setting.method == "fieller":
        return studentised.fieller(estimates, parts, studentised.student(parts.units, level))
    if setting.method == "bootstrap-t":
        return studentised.bootstrap_t(estimates, draws, errors, parts, level)
    return studentised.joined(estimates, draws, errors, parts, level)
