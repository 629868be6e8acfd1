"""Recovered losses and their intervals: a paired bootstrap over examples.

``recovered`` is a ratio of two means over the same examples. Each draw resamples the examples
once, for numerator and denominator and for all rows and metrics alike, and recomputes the ratio;
so rows can be compared draw by draw (``difference``). Nothing is clipped: a program may recover
more than 1 or less than 0.

A ratio over a damage that may as well be zero means nothing. It is *identified* where

1. the damage's own interval, at the chosen confidence and by the chosen method, lies above zero;
2. so does a lower end that takes skewness ``CAUTION`` times: of few skewed losses the rare ones
   that help are easily missed, and a sample shows but a part of its own skewness (how often that
   takes a damage of exactly zero for one is in ``docs/statistics.md``);
3. at least ``MINIMUM`` examples (or groups) are damaged: the denominator rests on those alone.

Elsewhere estimate and bounds are NaN, while the means behind them are kept. A resample without any
damage (with ``MINIMUM`` damaged examples one in 20,000, with more fewer) has no ratio: its draw is
NaN and is left out where draws are ranked.

Sharp edge: intervals say how the result would vary over other examples of the same kind, nothing
about other data.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from aann.shown.brief import brief
from aann.statistics import studentised
from aann.statistics.drawn import draw_ratios
from aann.statistics.interval import Interval, Setting, interval
from aann.statistics.parts import Parts, paired
from aann.statistics.quantiles import quantiles
from aann.statistics.resample import group_sums

MINIMUM = 10
"""Fewest examples (or groups) for an interval; below, the draws take too few values to rank."""

NEGLIGIBLE = 1e-6
"""Relative to the mean damage: an example damaged by less is not damaged, up to rounding."""

CAUTION = 3.0
"""How often the bootstrap-t's excess over Student's quantile is taken before a damage is one."""


class Recovered(NamedTuple):
    """What ``recovered`` found.

    Attributes:
        ratio: (...), the loss recovered.
        damage: (...), mean of zero - intact, one a metric (rows share it).
        left: (..., units), sums of spliced - intact over what is resampled, examples or groups.
    """

    ratio: Interval
    damage: Interval
    left: np.ndarray

    def __repr__(self) -> str:
        return brief(self)

    @property
    def gap(self) -> Interval:
        """(...), mean of spliced - intact; drawn when it is asked for."""
        setting = self.damage.setting
        sizes = np.broadcast_to(self.damage.parts.bottom, self.left.shape)
        mean = np.asarray(self.left.sum(axis=-1) / sizes.sum(axis=-1))
        parts = Parts(self.left - mean[..., None] * sizes, sizes)
        return _of(mean, parts, np.ones(mean.shape, dtype=bool), setting)


def recovered(
    intact: ArrayLike, spliced: ArrayLike, zero: ArrayLike, setting: Setting | None = None
) -> Recovered:
    """The loss recovered, 1 - mean(spliced - intact) / mean(zero - intact), with its interval.

    Exactly 1 where ``spliced`` equals ``intact`` and exactly 0 where it equals ``zero``. See above
    for where it is identified.

    Args:
        intact: (..., n) losses of the intact model, one an example; lower is better.
        spliced: (..., n) losses with a replacement, for example (rows, metrics, n). Leading axes
            broadcast, examples are the last axis.
        zero: (..., n) losses with the units set to zero.
        setting: draws, seed, confidence, method and groups.

    Raises:
        ValueError: shapes do not match, a loss is NaN or infinite, or there are fewer than
            ``MINIMUM`` examples (or groups).
    """
    setting = setting or Setting()
    losses = _checked({"intact": intact, "spliced": spliced, "zero": zero}, setting)
    harm = losses["zero"] - losses["intact"]
    gaps = losses["spliced"] - losses["intact"]
    damage = _mean(harm, setting)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        estimate = 1.0 - _column_means(gaps) / damage.estimate
    around = np.where(np.isfinite(estimate), estimate, 0.0)[..., None]
    residual = _sums((harm - gaps) - around * harm, setting)
    parts = Parts(residual, np.broadcast_to(_sums(harm, setting), residual.shape))
    known = np.broadcast_to(_identified(damage, harm, setting), around.shape[:-1])
    return Recovered(_of(around[..., 0], parts, known, setting), damage, _sums(gaps, setting))


def _identified(damage: Interval, harm: np.ndarray, setting: Setting) -> np.ndarray:
    """(...), where a ratio over the damage, the mean of harm (..., n), means anything."""
    tail = (1.0 - setting.confidence) / 2.0
    off = studentised.pivots(damage.estimate, damage.draws, damage.errors)
    level = np.full((off[..., 0].size, 1), 1.0 - tail)
    reach = quantiles(off.reshape(-1, off.shape[-1]), level).reshape(off.shape[:-1])
    plain = studentised.student(damage.parts.units, setting.confidence)
    careful = plain + CAUTION * np.maximum(0.0, reach - plain)
    floor = NEGLIGIBLE * np.abs(damage.estimate[..., None])
    touched = _sums((np.abs(harm) > floor).astype(np.float64), setting) > 0
    clear = studentised.bounded(
        Parts(damage.parts.residual, _sums(harm, setting)), setting.confidence
    )
    clear &= (damage.low > 0) & (damage.estimate > careful * damage.parts.error())
    return np.asarray(clear & (touched.sum(axis=-1) >= MINIMUM))


def mean_interval(values: ArrayLike, setting: Setting | None = None) -> Interval:
    """Means over the last axis of (..., n) values, with their intervals.

    Raises:
        ValueError: as ``recovered``.
    """
    setting = setting or Setting()
    return _mean(_checked({"values": values}, setting)["values"], setting)


def difference(first: Interval, second: Interval) -> Interval:
    """The paired difference first - second with its interval.

    Not identified where either is not, or where denominators that differ are together too
    uncertain.

    Raises:
        ValueError: the two do not share their resamples.
    """
    if first.setting != second.setting or first.parts.units != second.parts.units:
        raise ValueError(
            "a paired difference needs the same resamples of the same examples: got "
            f"{first.setting} over {first.parts.units} and {second.setting} over "
            f"{second.parts.units} examples or groups"
        )
    setting = first.setting
    parts = paired(first.parts, second.parts)
    gap = first.estimate - second.estimate
    known = first.identified & second.identified & studentised.bounded(parts, setting.confidence)
    drawn = draw_ratios(parts, setting.draws, setting.seed)
    with np.errstate(invalid="ignore"):  # infinite draws of what is not identified
        draws = first.draws - second.draws
    if first.parts.same(second.parts):  # digits that a difference of draws would lose
        draws = np.where(known[..., None], gap[..., None] + drawn.shift, draws)
    return interval(gap, draws, drawn.errors, parts, known, setting)


def _checked(losses: dict[str, ArrayLike], setting: Setting) -> dict[str, np.ndarray]:
    """The arrays in float64, or one error with everything that is wrong with them."""
    arrays = {name: np.atleast_1d(np.asarray(x, dtype=np.float64)) for name, x in losses.items()}
    shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
    lengths = {array.shape[-1] for array in arrays.values()}
    if len(lengths) > 1:
        raise ValueError(f"losses have one entry an example on their last axis, got {shapes}")
    try:
        np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        raise ValueError(f"leading axes of losses must broadcast, got {shapes}") from None
    (n,) = lengths
    units = n if setting.groups is None else len(set(setting.groups))
    problems = []
    if units < MINIMUM:
        what = "examples" if setting.groups is None else "groups"
        problems.append(f"an interval needs at least {MINIMUM} {what}, got {units}: add {what}")
    for name, array in arrays.items():
        bad = np.unique(np.nonzero(~np.isfinite(array))[-1])
        if len(bad):
            shown = ", ".join(map(str, bad[:10])) + (", ..." if len(bad) > 10 else "")
            problems.append(
                f"{name} is NaN or infinite for {len(bad)} of {n} examples: {shown} (positions "
                "along the last axis); find out why before averaging"
            )
    if problems:
        raise ValueError("\n".join(problems))
    return arrays


def _mean(values: np.ndarray, setting: Setting) -> Interval:
    """Of the last axis of (..., n) values."""
    mean = _column_means(values)
    residual = _sums(values - mean[..., None], setting)
    sizes = _sums(np.ones((1, values.shape[-1])), setting)[0]
    parts = Parts(residual, np.broadcast_to(sizes, residual.shape))
    return _of(mean, parts, np.ones(mean.shape, dtype=bool), setting)


def _of(estimate: np.ndarray, parts: Parts, known: np.ndarray, setting: Setting) -> Interval:
    """The interval of ratios, from resamples of their parts."""
    drawn = draw_ratios(parts, setting.draws, setting.seed)
    floor = NEGLIGIBLE * np.abs(parts.bottom.mean(axis=-1))[..., None]
    with np.errstate(invalid="ignore"):
        draws = np.where(np.abs(drawn.bottom) > floor, estimate[..., None] + drawn.shift, np.nan)
    return interval(estimate, draws, drawn.errors, parts, known, setting)


def _column_means(values: np.ndarray) -> np.ndarray:
    """(...), of (..., n), each as if it were alone: what rows share does not depend on the rest."""
    columns = values.reshape(-1, values.shape[-1])
    return np.array([column.mean() for column in columns]).reshape(values.shape[:-1])


def _sums(values: np.ndarray, setting: Setting) -> np.ndarray:
    """(..., units), of (..., n): over the examples of each group."""
    if setting.groups is None:
        return values
    sums, _ = group_sums(values.reshape(-1, values.shape[-1]).T, setting.groups)
    return np.ascontiguousarray(sums.T).reshape(*values.shape[:-1], -1)
