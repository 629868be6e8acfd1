"""Recovered losses and their intervals: a paired bootstrap over examples.

``recovered`` is a ratio of two means over the same examples. Each draw resamples the examples
once, for numerator and denominator and for all rows and metrics alike, and recomputes the ratio;
so rows can be compared draw by draw (``difference``). Nothing is clipped: a program may recover
more than 1 or less than 0.

A ratio over a damage that may as well be zero means nothing. It is *identified* where

1. the damage's own interval, at the chosen confidence and by the chosen method, lies above zero;
2. at least ``MINIMUM`` examples (or groups) are damaged: the denominator rests on those alone.

Elsewhere estimate and bounds are NaN, while the means behind them are kept. Both are properties of
the data and of the confidence, not of how many resamples were drawn. A resample without any damage
(with ``MINIMUM`` damaged examples one in 20,000, with more fewer) has no ratio: its draw is NaN and
is left out where draws are ranked.

Sharp edge: intervals say how the result would vary over other examples of the same kind, nothing
about other data.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from aann.shown.brief import brief
from aann.statistics.interval import Interval, Setting, interval
from aann.statistics.resample import draw_means, group_sums

MINIMUM = 10
"""Fewest examples (or groups) for an interval; below, the draws take too few values to rank."""

NEGLIGIBLE = 1e-6
"""Relative to the mean damage: an example damaged by less is not damaged, up to rounding."""


class Recovered(NamedTuple):
    """What ``recovered`` found.

    Attributes:
        ratio: (...), the loss recovered.
        damage: (...), mean of zero - intact, one a metric (rows share it).
        gap: (...), mean of spliced - intact.
    """

    ratio: Interval
    damage: Interval
    gap: Interval

    def __repr__(self) -> str:
        return brief(self)


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
    damage, gap = _means((harm, losses["spliced"] - losses["intact"]), setting)
    shape = np.broadcast_shapes(damage.estimate.shape, gap.estimate.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate, draws, jackknife = (
            1.0 - getattr(gap, name) / getattr(damage, name)
            for name in ("estimate", "draws", "jackknife")
        )
    floor = NEGLIGIBLE * np.abs(damage.estimate[..., None])
    draws = np.where(np.abs(damage.draws) > floor, draws, np.nan)
    known = (damage.low > 0) & (_damaged(harm, floor, setting) >= MINIMUM)
    ratio = interval(estimate, draws, jackknife, np.broadcast_to(known, shape), setting)
    return Recovered(ratio, damage, gap)


def _damaged(harm: np.ndarray, floor: np.ndarray, setting: Setting) -> np.ndarray:
    """(...), how many examples, or groups, of (..., n) lose more than ``floor`` or gain as much."""
    touched = (np.abs(harm) > floor).astype(np.float64)
    sums, _ = group_sums(touched.reshape(-1, touched.shape[-1]).T, setting.groups)
    count: np.ndarray = (sums > 0).sum(axis=0).reshape(touched.shape[:-1])
    return count


def mean_interval(values: ArrayLike, setting: Setting | None = None) -> Interval:
    """Means over the last axis of (..., n) values, with their intervals.

    Raises:
        ValueError: as ``recovered``.
    """
    setting = setting or Setting()
    (result,) = _means((_checked({"values": values}, setting)["values"],), setting)
    return result


def difference(first: Interval, second: Interval) -> Interval:
    """The paired difference first - second with its interval.

    Not identified where either is not.

    Raises:
        ValueError: the two do not share their resamples.
    """
    if first.setting != second.setting or first.jackknife.shape[-1] != second.jackknife.shape[-1]:
        raise ValueError(
            "a paired difference needs the same resamples of the same examples: got "
            f"{first.setting} over {first.jackknife.shape[-1]} and {second.setting} over "
            f"{second.jackknife.shape[-1]} examples or groups"
        )
    with np.errstate(invalid="ignore"):  # infinite draws of what is not identified
        estimate, draws, jackknife = (
            getattr(first, name) - getattr(second, name)
            for name in ("estimate", "draws", "jackknife")
        )
    return interval(estimate, draws, jackknife, first.identified & second.identified, first.setting)


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


def _means(arrays: Sequence[np.ndarray], setting: Setting) -> list[Interval]:
    """Intervals of the means of several (..., n) arrays, under the same resamples."""
    columns = [array.reshape(-1, array.shape[-1]) for array in arrays]
    values = np.ascontiguousarray(np.concatenate(columns).T)
    drawn = np.ascontiguousarray(
        draw_means(values, draws=setting.draws, seed=setting.seed, groups=setting.groups).T
    )
    sums, sizes = group_sums(values, setting.groups)
    left_out = (sums.sum(axis=0)[:, None] - sums.T) / (len(values) - sizes)[None, :]
    results, start = [], 0
    for array in arrays:
        shape = array.shape[:-1]
        part = slice(start, start := start + int(np.prod(shape, dtype=int)))
        estimate = np.array([column.mean() for column in array.reshape(-1, array.shape[-1])])
        results.append(
            interval(
                estimate.reshape(shape),
                drawn[part].reshape(*shape, -1),
                left_out[part].reshape(*shape, -1),
                np.ones(shape, dtype=bool),
                setting,
            )
        )
    return results
