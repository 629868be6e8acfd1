"""How program and units agree, with intervals over examples.

Three measures, each of every unit and as the mean over units:

- correlation: Pearson's over all examples and positions together. It weighs an example by how much
  it varies: one that varies a hundred times as much as the others decides alone.
- r2: 1 - sum (y - p)^2 / sum (y - mean y)^2 over the same values.
- robust correlation: no example counts more than another. Where examples have several positions,
  the correlation over positions within each example, averaged over those in which y varies (0 where
  p does not); where they have one value each, Spearman's rank correlation over examples.

And of all units together:

- residual bits: what it costs to state, for one example, how the units differ from the program, so
  that y is known up to a mean squared error D of ``DISTORTION`` times its variance (over the same
  examples). A Gaussian of mean squared error m takes max(0, log2(m / D) / 2) bits a value; no other
  source of that m takes more, so that this is an upper bound of what an ideal code needs. Units
  that do not vary have nothing to state.

Intervals are those of the jackknife, which leaves out each example (or group): its standard error
times Student's t, for correlations on Fisher's scale, artanh r. Those of
the robust correlation cover what they say, those of pooled numbers some percent less where examples
differ much in loudness (``docs/agreement.md`` has what was measured). An interval needs ``MINIMUM``
examples (or groups) that vary.

Sources: Efron, "The jackknife, the bootstrap and other resampling plans" (1982); Fisher, "On the
probable error of a coefficient of correlation" (1921); Cover and Thomas, "Elements of information
theory" (2006), section 10.3.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Float, Float64

from aann.shown.brief import brief
from aann.statistics.bootstrap import MINIMUM, NEGLIGIBLE
from aann.statistics.each import Kept
from aann.statistics.moments import Moments, varying
from aann.statistics.ranks import rank_correlation
from aann.statistics.resample import group_sums
from aann.statistics.studentised import student

DISTORTION: Final = 0.01
"""Of a unit's variance: the mean squared error that two-part codes leave."""

MEASURES: Final = ("correlation", "r2", "robust")

Ends = Float[np.ndarray, "*shape 3"]
"""Estimate and the ends of its interval; all NaN where they are not known."""


class Agreement(NamedTuple):
    """Of one row. Each entry is (..., 3): estimate, low, high.

    Attributes:
        units: (measures, units, 3).
        means: (measures, 3), over units; NaN where that of any unit is.
        residual: (3,), bits an example.
    """

    units: Ends
    means: Ends
    residual: Ends

    def __repr__(self) -> str:
        return brief(self)


class Part(NamedTuple):
    """The units of one replacement in one row.

    Attributes:
        kept: (n, width), see ``aann.statistics.each``.
        sums: (11, columns) of all examples, which tell the columns that vary.
        units: how many.
    """

    kept: Kept
    sums: Moments
    units: int

    def __repr__(self) -> str:
        return brief(self)


class _Left(NamedTuple):
    """A statistic of each unit, and its deviations: their squares sum to its variance."""

    estimate: Float[np.ndarray, " units"]
    deviations: Float[np.ndarray, "groups units"]

    def __repr__(self) -> str:
        return brief(self)


@np.errstate(over="ignore", invalid="ignore")  # sums that are infinite are not known
def agreement(parts: Sequence[Part], groups: Sequence[Any] | None, confidence: float) -> Agreement:
    """The agreement of a row with the units of all its replacements, in order.

    Args:
        parts: one a replacement.
        groups: labels of examples that belong together, or None.
        confidence: of the intervals.
    """
    found = [_part(part, groups) for part in parts]
    joined = {
        name: _Left(
            np.concatenate([x[name].estimate for x, _ in found]),
            np.concatenate([x[name].deviations for x, _ in found], axis=1),
        )
        for name in (*MEASURES, "residual")
    }
    known: np.ndarray = np.concatenate([x for _, x in found])
    units = len(known)
    critical = student(joined["r2"].deviations.shape[0], confidence)
    each = [_ends(joined[m], known, critical, fisher=m != "r2") for m in MEASURES]
    every = np.atleast_1d(known.all())
    means = [
        _ends(_summed(joined[m], 1 / units), every, critical, fisher=m != "r2") for m in MEASURES
    ]
    stated = known | np.isnan(joined["r2"].estimate)  # what does not vary has no residual
    residual = _ends(
        _summed(joined["residual"], 1.0), np.atleast_1d(stated.all()), critical, fisher=False
    )
    for of_r2 in (each[1], means[1]):
        np.minimum(of_r2, 1.0, out=of_r2)
    return Agreement(np.stack(each), np.concatenate(means), np.clip(residual[0], 0.0, None))


def residual_bits(squares: Any, spread: Any) -> Float64[np.ndarray, "*shape"]:
    """Bits a value: of a residual of sum of squares ``squares`` where y has ``spread``."""
    squares, spread = np.asarray(squares), np.asarray(spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.where(spread > 0, squares / (DISTORTION * spread), 1.0)
    bits: np.ndarray = np.asarray(0.5 * np.log2(np.maximum(excess, 1.0)))
    return bits


def _part(part: Part, groups: Sequence[Any] | None) -> tuple[dict[str, _Left], np.ndarray]:
    """The statistics of a replacement's units, and which have enough examples that vary."""
    kept = part.kept.astype(np.float64)
    count, columns = kept[:, 0], part.sums.shape[-1]
    places = np.cumsum([1, *[part.units] * 4, columns])
    _, *spreads, y, p = np.split(kept, places, axis=1)
    y, p = (x.reshape(len(kept), -1, part.units) for x in (y, p))
    vary_y, vary_p = (varying(part.sums, low).reshape(-1, part.units) for low in (7, 9))
    middles = (np.einsum("n,ncu->cu", count, x) / max(count.sum(), 1.0) for x in (y, p))
    dy, dp = (x - middle[None] for x, middle in zip((y, p), middles, strict=True))
    about = [
        np.einsum("n,ncu,ncu,cu->nu", count, a, b, where)
        for a, b, where in ((dy, dy, vary_y), (dp, dp, vary_p), (dy, dp, vary_y & vary_p))
    ]
    yy, pp, yp = (x + between for x, between in zip(spreads[:3], about, strict=True))
    size = np.repeat(count[:, None] * y.shape[1], part.units, axis=1)
    summed = np.stack([yy, pp, yp, spreads[3], size, np.ones_like(size)])
    found = _jackknife(summed, _pooled, groups)
    within = bool((count > 1).any())
    robust = _within(spreads, groups) if within else _ranked(y, p, count, groups)
    known = _many(yy, groups) & (~within | _many(spreads[0], groups))
    return {**found, "robust": robust}, known


def _pooled(sums: Float[np.ndarray, "6 *groups units"]) -> dict[str, np.ndarray]:
    """Statistics of sums of yy, pp, yp, (y - p)^2, of values and of examples."""
    yy, pp, yp, squares, values, examples = sums
    return {
        "correlation": np.clip(_ratio(yp, np.sqrt(yy) * np.sqrt(pp)), -1.0, 1.0),
        "r2": 1.0 - _ratio(squares, yy),
        "residual": values / np.maximum(examples, 1.0) * residual_bits(squares, yy),
    }


def _within(spreads: Sequence[np.ndarray], groups: Sequence[Any] | None) -> _Left:
    """The mean over examples of the correlation over positions, 0 where p does not vary."""
    yy, pp, yp, _ = spreads
    each = np.clip(np.nan_to_num(_ratio(yp, np.sqrt(yy) * np.sqrt(pp))), -1.0, 1.0)
    varied = (yy > 0).astype(np.float64)
    moving = ((yy > 0) & (pp > 0)).astype(np.float64)
    sums = np.stack([each * varied, varied, moving])
    return _jackknife(sums, lambda x: {"": np.where(x[2] > 0, _ratio(x[0], x[1]), np.nan)}, groups)[
        ""
    ]


def _ranked(y: np.ndarray, p: np.ndarray, count: np.ndarray, groups: Sequence[Any] | None) -> _Left:
    """Spearman's correlation over the examples that have a value."""
    here = count > 0
    estimate, influence = rank_correlation(y[here], p[here])
    moved = np.zeros((len(y), y.shape[-1]))
    moved[here] = influence / max(here.sum(), 1)
    grouped, _ = group_sums(moved, groups)
    return _Left(estimate, grouped * np.sqrt(len(grouped) / (len(grouped) - 1)))


def _jackknife(
    sums: Float[np.ndarray, "sums n units"],
    statistics: Callable[[np.ndarray], dict[str, np.ndarray]],
    groups: Sequence[Any] | None,
) -> dict[str, _Left]:
    """Statistics of the totals of ``sums``, and what leaving out each group does to them."""
    grouped = np.stack([group_sums(x, groups)[0] for x in sums])
    total = grouped.sum(axis=1, keepdims=True)
    n = grouped.shape[1]
    left_out = statistics(total - grouped)
    found = {}
    for name, estimate in statistics(total).items():
        moved = left_out[name] - left_out[name].mean(axis=0, keepdims=True)
        found[name] = _Left(estimate[0], moved * np.sqrt((n - 1) / n))
    return found


def _many(spread: Float[np.ndarray, "n units"], groups: Sequence[Any] | None) -> np.ndarray:
    """(units,), whether enough examples (or groups) vary by more than rounding."""
    grouped, _ = group_sums(spread, groups)
    enough: np.ndarray = (grouped > NEGLIGIBLE * grouped.mean(axis=0)[None]).sum(0) >= MINIMUM
    return enough


def _summed(left: _Left, share: float) -> _Left:
    """The sum over units, times ``share``, as if of one unit."""
    return _Left(*(share * x.sum(axis=-1, keepdims=True) for x in left))


def _ends(left: _Left, known: np.ndarray, critical: float, *, fisher: bool) -> Ends:
    """Estimates with intervals, (units, 3)."""
    error = critical * np.sqrt((left.deviations**2).sum(axis=0))
    middle = left.estimate
    with np.errstate(divide="ignore", invalid="ignore"):
        if fisher:
            reach = error / (1.0 - middle**2)
            ends = [np.tanh(np.arctanh(middle) + sign * reach) for sign in (-1.0, 1.0)]
        else:
            ends = [middle - error, middle + error]
    exact = error <= 1e-12 * np.abs(middle)  # rounding: nothing varies, perhaps at 1 or -1
    low, high = (np.where(exact, middle, end) for end in ends)
    found = np.stack([middle, low, high], axis=-1)
    return np.where((known & np.isfinite(found).all(axis=-1))[:, None], found, np.nan)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.divide(above, below, out=np.full_like(below, np.nan), where=below > 0)
    return found
