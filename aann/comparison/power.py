"""The power of a comparison of two programs that are not written yet, from a pilot's losses.

Programs A and B are to recover ``first`` and ``second`` of the damage. What is left by them,
example by example, is taken from two rows of a pilot: each row's gap (its loss less the intact
model's) is multiplied by one number, so that the row recovers exactly its target on the pilot.
Examples, damage, the skewed spread of gaps and how much the two gaps lie on the same examples are
thus the pilot's. A new experiment of n examples draws n from the pilot with replacement. The
difference is found where its interval lies on the right side of 0.

The formula is the delta method: recovered is a ratio of means, its error the mean of one influence
an example, and normal. ``power_by_simulation`` draws experiments and gives each the interval that
``aann.compare`` gives: slower, and right where losses are so skewed that nothing is normal (for
500 images and the curve detectors of InceptionV1 the formula asks for twice as many examples, or
with the targets swapped for a third too few).

Sharp edges: a pilot of few examples knows its own spread badly, and n with it. Gaps that shrink by
one factor everywhere are a model, not a fact. Where gaps are skewed it matters which row gets which
target: swap them and take the larger n.
"""

import dataclasses
import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from jaxtyping import Float

from aann.shown.brief import brief
from aann.statistics.bootstrap import difference, recovered
from aann.statistics.interval import Interval, Setting, interval
from aann.statistics.parts import unpaired

LARGEST = 5_000
"""Most examples of a simulated experiment; beyond, the delta method is all that is needed."""

_NORMAL = NormalDist()
_EXPERIMENTS = 500
_RESAMPLES = 400
_NUMBERS = 2**22  # losses drawn at a time: 32 MB
_AROUND = (0.55, 0.7, 0.85, 1.0, 1.2, 1.5, 1.9)  # times the first guess of n


@dataclasses.dataclass(frozen=True)
class Plan:
    """Two hypothetical programs on the pilot's examples.

    Attributes:
        damage: (n,), zero-ablation's loss less the intact model's.
        left: (2, n), what is left of it with each program.
        targets: what they recover.
    """

    damage: Float[np.ndarray, " n"]
    left: Float[np.ndarray, "2 n"]
    targets: tuple[float, float]

    __repr__ = brief

    @property
    def influence(self) -> Float[np.ndarray, "2 n"]:
        """How much each example moves each program's recovered, times n."""
        share = 1.0 - np.asarray(self.targets)[:, None]
        moved: np.ndarray = (share * self.damage[None] - self.left) / self.damage.mean()
        return moved

    @property
    def correlation(self) -> float:
        """Between the influences: 1 where the same examples help and hurt both."""
        return float(np.corrcoef(self.influence)[0, 1])

    def spread(self, *, paired: bool) -> float:
        """Standard deviation of the difference of recovered, times the root of n."""
        a, b = self.influence
        variance = (b - a).var() if paired else a.var() + b.var()
        return math.sqrt(float(variance))


def plan(
    damage: Float[np.ndarray, " n"], gaps: Float[np.ndarray, "2 n"], targets: tuple[float, float]
) -> Plan:
    """The programs that recover ``targets``, from a pilot's rows.

    Args:
        damage: of the pilot's examples.
        gaps: of one row for each program; their means are above zero.
        targets: below 1.
    """
    wanted = (1.0 - np.asarray(targets)) * damage.mean()
    left: np.ndarray = gaps * (wanted / gaps.mean(axis=1))[:, None]
    return Plan(damage, left, targets)


def size_by_formula(found: Plan, power: float, level: float, *, paired: bool) -> float:
    """Examples that are needed, by the delta method; not a whole number.

    Args:
        found: the programs.
        power: chance that the difference is found.
        level: of the two-sided interval: 0.05 for one of 95%.
        paired: both programs on the same examples, rather than each on its own n.
    """
    reach = _NORMAL.inv_cdf(1 - level / 2) + _NORMAL.inv_cdf(power)
    gap = abs(found.targets[1] - found.targets[0])
    return float((reach * found.spread(paired=paired) / gap) ** 2)


def power_by_formula(found: Plan, n: int | float, level: float, *, paired: bool) -> float:
    """The chance that the difference is found with ``n`` examples, by the delta method."""
    error = found.spread(paired=paired) / math.sqrt(n)
    if error == 0:
        return 1.0
    reach = abs(found.targets[1] - found.targets[0]) / error
    return _NORMAL.cdf(reach - _NORMAL.inv_cdf(1 - level / 2))


def power_by_simulation(
    found: Plan, n: int, level: float, *, paired: bool, experiments: int = _EXPERIMENTS,
    seed: int = 0,
) -> float:  # fmt: skip
    """The same, by drawing experiments from the pilot and comparing as ``aann.compare`` does.

    Args:
        found: the programs.
        n: examples of an experiment (of each program, where they are not paired).
        level: of the two-sided interval.
        paired: both programs on the same examples.
        experiments: how many.
        seed: of the experiments.
    """
    rng = np.random.default_rng(seed)
    at_once = max(1, _NUMBERS // (4 * n))
    sign = np.sign(found.targets[1] - found.targets[0])
    hits = 0
    for start in range(0, experiments, at_once):
        rows = min(at_once, experiments - start)
        gap = _experiments(found, rng, rows, n, level, paired=paired)
        hits += int(((gap.low > 0) if sign > 0 else (gap.high < 0)).sum())  # NaN is neither
    return hits / experiments


def size_by_simulation(
    found: Plan, power: float, level: float, *, paired: bool, seed: int = 0, least: int
) -> float | None:
    """Examples that are needed, by simulation; not a whole number.

    Power is simulated around a first guess, and the normal quantile of power, which is nearly a
    line in the root of n, is fitted through the points: all simulations speak for the answer.

    Args:
        found: the programs.
        power: chance that the difference is found.
        level: of the two-sided interval.
        paired: both programs on the same examples.
        seed: of the experiments.
        least: the fewest examples that are tried.

    Returns:
        None where that takes experiments of more than ``LARGEST`` examples.
    """
    guess = max(size_by_formula(found, power, level, paired=paired), float(least))
    for _ in range(6):
        if guess * _AROUND[-1] > LARGEST:
            return None
        sizes = sorted({max(least, round(guess * factor)) for factor in _AROUND})
        shares = [
            power_by_simulation(found, n, level, paired=paired, seed=seed + i)
            for i, n in enumerate(sizes)
        ]
        if shares[0] >= power and sizes[0] == least:
            return float(least)
        guess, last = max(_crossing(sizes, shares, power), float(least)), guess
        if last / 1.5 <= guess <= last * 1.5:
            break
    return guess


def _crossing(sizes: Sequence[int], shares: Sequence[float], power: float) -> float:
    """Where the power curve through some points reaches ``power``."""
    edge = 0.5 / _EXPERIMENTS
    kept = [min(max(share, edge), 1 - edge) for share in shares]
    heights = [_NORMAL.inv_cdf(share) for share in kept]
    weights = [
        _NORMAL.pdf(z) / math.sqrt(q * (1 - q)) for z, q in zip(heights, kept, strict=True)
    ]  # of a normal quantile of a share
    slope, start = np.polyfit(np.sqrt(sizes), heights, 1, w=weights).tolist()
    if slope <= 0:  # all points are at 0 or at 1
        return float(sizes[-1] if max(shares) < power else sizes[0])
    root = (_NORMAL.inv_cdf(power) - start) / slope
    # A line leads a little beyond what was simulated, not further.
    return float(min(max(max(root, 0.0) ** 2, sizes[0] / 2), sizes[-1] * 2.0))


def _experiments(
    found: Plan, rng: np.random.Generator, rows: int, n: int, level: float, *, paired: bool
) -> Interval:
    """The differences of recovered that some experiments find, (rows,)."""
    seeds = rng.integers(0, 2**31, 2)
    settings = [Setting(_RESAMPLES, int(seed), confidence=1 - level) for seed in seeds]
    at = rng.integers(0, len(found.damage), (1 if paired else 2, rows, n))
    damage = found.damage[at]
    if paired:
        left = found.left[:, at[0]]
        ratio = recovered(np.zeros(n), left, damage, settings[0]).ratio
        return difference(ratio[1], ratio[0])
    first, second = (
        recovered(np.zeros(n), found.left[i][at[i]], damage[i], settings[i]).ratio for i in (0, 1)
    )
    errors = np.hypot(first.errors, second.errors)
    return interval(
        second.estimate - first.estimate, second.draws - first.draws, errors,
        unpaired(second.parts, first.parts), first.identified & second.identified, settings[0],
    )  # fmt: skip
