"""Is a program at least as good as the original, and as good? Tests of paired differences.

The gap of an example is the loss with the program less that of the intact model. A margin says how
large a mean gap does not matter. Per example, with d the gap and m the margin:

- non-inferior: the upper bound of the mean of d - m lies below 0;
- equivalent: it does, and the lower bound of the mean of d + m lies above 0 (two one-sided tests);
- worse: the lower bound of the mean of d - m lies above 0, and so does that of d.

Bounds are one-sided at the confidence, the ends of a two-sided interval of 2 * confidence - 1.
Where the margin is a share of the damage, m is that share of each example's damage: the margin is
then not known exactly, and its uncertainty counts. Nothing else is a verdict: that a difference was
not found says nothing where n is small, so that ``undecided`` comes with the n that would decide.

Error rates are bounded by 1 an example, and mostly do not change at all: where fewer than ten
examples (or groups) change, resampling does not know how many more there might be. The bounds of
the gap are then those of Clopper and Pearson for the share of examples that get worse, or better:
of 40 examples without any change they lie at 7%. By a loss that is no rate, gaps that are 0 in all
examples are equivalent at any margin: no other program leaves such a loss as it is.

Sources: Schuirmann, "A comparison of the two one-sided tests procedure and the power approach for
assessing the equivalence of average bioavailability" (1987); Piaggio et al., "Reporting of
noninferiority and equivalence randomized trials" (JAMA, 2012); Clopper and
Pearson, "The use of confidence or fiducial limits" (1934).
"""

import dataclasses
import math
from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from aann.shown.brief import brief
from aann.statistics.bootstrap import MINIMUM, mean_interval
from aann.statistics.interval import Setting
from aann.statistics.resample import group_sums

LARGEST = 5_000
"""Most examples of a simulated experiment."""

MOST = 10**9
"""More examples than these are no answer."""

_NORMAL = NormalDist()
_EXPERIMENTS = 300
_RESAMPLES = 300
_NUMBERS = 2**22
_AROUND = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8)  # times the formula's n


class Tests(NamedTuple):
    """Of several losses, each (losses,).

    Attributes:
        gap: mean gaps.
        low: lower ends of the two-sided intervals behind the tests.
        high: upper ends.
        non_inferior: verdicts, see above.
        equivalent: likewise.
        worse: likewise.
    """

    gap: np.ndarray
    low: np.ndarray
    high: np.ndarray
    non_inferior: np.ndarray
    equivalent: np.ndarray
    worse: np.ndarray

    def __repr__(self) -> str:
        return brief(self)


def equivalence(
    gap: Float[np.ndarray, "losses n"],
    margin: Float[np.ndarray, "losses n"],
    setting: Setting,
    rates: Bool[np.ndarray, " losses"] | bool = False,
) -> Tests:
    """Test mean gaps against margins.

    Args:
        gap: of every example, for each loss.
        margin: of every example; the same for all, or a share of its damage.
        setting: ``confidence`` is that of each one-sided bound, between 0.5 and 1.
        rates: which losses lie between 0 and 1.

    Raises:
        ValueError: as ``mean_interval``; a confidence of 0.5 or less.
    """
    found = mean_interval(np.stack([gap, gap - margin, gap + margin, margin]), _two_sided(setting))
    above, below = found[1].high, found[2].low
    low, high = found[0].low, found[0].high
    few, least, most = _changes(gap, setting)
    few &= np.asarray(rates)
    low, high = (
        np.where(few, np.minimum(low, least), low),
        np.where(few, np.maximum(high, most), high),
    )
    above = np.where(few, np.maximum(above, most - found[3].low), above)
    below = np.where(few, np.minimum(below, least + found[3].low), below)
    same = (gap == 0).all(axis=-1) & ~np.asarray(rates)  # also at margins that are not known well
    return Tests(
        gap=found[0].estimate,
        low=low,
        high=high,
        non_inferior=(above < 0) | same,
        equivalent=((above < 0) & (below > 0)) | same,
        worse=(found[1].low > 0) & (low > 0) & ~few,  # a share of no damage lies below 0
    )


def _changes(gap: np.ndarray, setting: Setting) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each loss: whether few examples (or groups) change, and bounds of the mean gap then."""
    from scipy.special import betaincinv  # noqa: PLC0415 - when it is needed

    worse, better = (
        group_sums((x > 0).T.astype(np.float64), setting.groups)[0] > 0 for x in (gap, -gap)
    )
    n = len(worse)
    least, most = (
        betaincinv(k + 1.0, np.maximum(n - k, 1e-9), setting.confidence)
        for k in (better.sum(axis=0), worse.sum(axis=0))
    )
    few: np.ndarray = (worse | better).sum(axis=0) < MINIMUM
    return few, -least, most


def size_by_formula(
    gap: Float[np.ndarray, " n"], margin: Float[np.ndarray, " n"], power: float, confidence: float,
    *, both: bool, rate: bool = False,
) -> float | None:  # fmt: skip
    """Examples for non-inferiority, or equivalence, by the delta method, if gaps are as seen.

    Args:
        gap: of every example.
        margin: of every example.
        power: chance of the verdict.
        confidence: of each one-sided bound.
        both: for equivalence rather than for non-inferiority.
        rate: whether the loss lies between 0 and 1.

    Returns:
        None where the mean gap is not within the margin: then no n would do.
    """
    sides = [margin - gap, margin + gap][: 1 + both]
    if any(side.mean() <= 0 for side in sides):
        return None
    reach = [_reach(side) for side in sides]
    critical = _NORMAL.inv_cdf(confidence)

    def chance(n: float) -> float:
        return 1.0 - sum(1.0 - _NORMAL.cdf(r * math.sqrt(n) - critical) for r in reach)

    found = _least(chance, power)
    changed = np.count_nonzero(gap)
    if rate and found is not None and changed < MINIMUM:  # so many, if none of them changes
        if margin.mean() <= 0:
            return None
        found = max(found, math.log(1.0 - confidence) / math.log1p(-min(margin.mean(), 0.999)))
    return found


def size_by_simulation(
    gap: Float[np.ndarray, " n"], margin: Float[np.ndarray, " n"], power: float, setting: Setting,
    *, both: bool, rate: bool = False,
) -> float | None:  # fmt: skip
    """The same by drawing experiments from the examples and testing each as ``equivalence`` does.

    Returns:
        None where the mean gap is not within the margin, or experiments would need more than
        ``LARGEST`` examples.
    """
    guess = size_by_formula(gap, margin, power, setting.confidence, both=both, rate=rate)
    if guess is None:
        return None
    known: dict[int, float] = {}
    place, end = _AROUND.index(1.0), len(_AROUND)
    sizes = [max(MINIMUM, math.ceil(guess * factor)) for factor in _AROUND]
    while 0 <= place < end and sizes[place] not in known:  # up, or down, until the power crosses
        n = sizes[place]
        if n > LARGEST:
            return None
        known[n] = power_by_simulation(gap, margin, n, setting, both=both, rate=rate)
        place += 1 if known[n] < power else -1
    enough = [n for n, found in known.items() if found >= power]
    fewer = [n for n, found in known.items() if found < power and (not enough or n < min(enough))]
    if not enough or not fewer:
        return float(min(enough)) if enough else None
    n, less = min(enough), max(fewer)
    part = (power - known[less]) / (known[n] - known[less])
    return less * math.exp(part * math.log(n / less))


def power_by_simulation(
    gap: Float[np.ndarray, " n"], margin: Float[np.ndarray, " n"], n: int, setting: Setting,
    *, both: bool, rate: bool = False, experiments: int = _EXPERIMENTS,
) -> float:  # fmt: skip
    """The share of experiments of ``n`` examples, drawn from those given, with the verdict."""
    rng = np.random.default_rng([setting.seed, n])
    quick = dataclasses.replace(setting, draws=_RESAMPLES, groups=None)
    at_once = max(1, _NUMBERS // n)
    verdicts = 0
    for start in range(0, experiments, at_once):
        drawn = rng.integers(0, len(gap), (min(at_once, experiments - start), n))
        found = equivalence(gap[drawn], margin[drawn], quick, rate)
        verdicts += int((found.equivalent if both else found.non_inferior).sum())
    return verdicts / experiments


def _two_sided(setting: Setting) -> Setting:
    if not 0.5 < setting.confidence < 1:
        raise ValueError(
            f"a one-sided bound has a confidence between 0.5 and 1, got {setting.confidence:g}"
        )
    return dataclasses.replace(setting, confidence=2.0 * setting.confidence - 1.0)


def _reach(side: np.ndarray) -> float:
    """How many standard deviations the mean lies above 0."""
    spread = float(side.std(ddof=1))
    return float(side.mean()) / spread if spread > 0 else math.inf


def _least(chance: Callable[[float], float], power: float) -> float | None:
    """The smallest n with that chance."""
    low, high = 1.0, 2.0
    while chance(high) < power:
        low, high = high, 2.0 * high
        if high > MOST:
            return None
    while high - low > 0.5:
        middle = (low + high) / 2.0
        low, high = (low, middle) if chance(middle) >= power else (middle, high)
    return high
