"""How many bits of a unit are known from a prediction of it.

A unit's value is stated up to steps of width s: rounded to them, its mean squared error is about
s^2 / 12, which is the ``DISTORTION`` of two-part codes (1% of its variance; ``aann.statistics.
agreement``). Stating it takes H bits, the entropy of its distribution over steps. Who knows a
prediction states it by the best of some codes (``aann.residuals.codes``): distributions that values
had where predictions were alike, or one about the prediction. They pay C >= H(value | prediction)
bits, the cross-entropy. H - C bits are known; below 0 nothing is.

It is a bound from below, on average over draws of the examples: H is that of the very values (which
is too small), C is measured on folds whose codes come from the other folds (which is too large, by
a bit where there are few values), and a prediction knows no more than the reads it was made of.
What a cleverer function of the reads would know is not bounded from above.

The Gaussian measure beside it is what the prediction saves in a two-part code, log2(1 / (1 - R2)) /
2 bits, at most log2(1 / DISTORTION) / 2. It is a bound only if the unit is Gaussian: of a unit that
is mostly 0 it may be above its whole entropy.

Sources: Cover and Thomas, "Elements of information theory" (2006), sections 2.8 and 8.3; Paninski,
"Estimation of entropy and mutual information" (Neural Computation, 2003), on the sign of the bias.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from aann.residuals.codes import CODES, Code, Stated
from aann.shown.brief import brief
from aann.statistics.agreement import DISTORTION, residual_bits
from aann.statistics.resample import group_sums
from aann.statistics.studentised import student

FEWEST = 10
"""Examples or groups that an interval needs."""


class Known(NamedTuple):
    """What is known of some units.

    Attributes:
        bits: (units, 3) a value: estimate and the ends of its interval over examples.
        mean: (3,) over units.
        entropy: (units,) bits that a value has at this precision.
    """

    bits: Float[np.ndarray, "units 3"]
    mean: Float[np.ndarray, " 3"]
    entropy: Float[np.ndarray, " units"]

    def __repr__(self) -> str:
        return brief(self)


def known_bits(
    natural: Float[np.ndarray, "n places columns"],
    predicted: Float[np.ndarray, "n places columns"],
    here: Bool[np.ndarray, "n places"],
    fold: Int[np.ndarray, " n"],
    units: int,
    groups: Sequence[Any] | None,
    confidence: float,
) -> Known:
    """Bits of each unit that a prediction knows, per value.

    Args:
        natural: the units' values; columns are coordinates times units.
        predicted: of each example by what was fitted on other folds.
        here: where values count.
        fold: of each example.
        units: how many.
        groups: of examples, or None.
        confidence: of the intervals.
    """
    columns = natural.shape[-1]
    saved = np.zeros((columns, len(natural)))
    entropy = np.zeros(columns)
    for c in range(columns):
        saved[c], entropy[c] = _column(natural[..., c], predicted[..., c], here, fold)
    saved = saved.reshape(-1, units, len(natural)).mean(0)
    count = here.sum(1).astype(np.float64)
    bits = np.stack([_ends(x, count, groups, confidence) for x in saved])
    mean = _ends(saved.mean(0), count, groups, confidence)
    return Known(bits, mean, entropy.reshape(-1, units).mean(0))


def gaussian_bits(r2: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """What a prediction of this R2 saves in a two-part code, bits a value; below 0 it costs."""
    most = residual_bits(1.0, 1.0)
    return np.asarray(most - residual_bits(1.0 - np.asarray(r2), np.ones_like(r2)))


def _column(
    y: np.ndarray, p: np.ndarray, here: np.ndarray, fold: np.ndarray
) -> tuple[np.ndarray, float]:
    """Bits saved at all places of each example, and the entropy of a value."""
    values, guesses = y[here].astype(np.float64), p[here].astype(np.float64)
    spread = values.std() if len(values) else 0.0
    if not spread > 0:
        return np.zeros(len(y)), 0.0
    step = np.sqrt(12 * DISTORTION) * spread
    steps, stated = np.unique(np.round(values / step), return_inverse=True)
    share = np.bincount(stated) / len(stated)
    part = np.broadcast_to(fold[:, None], here.shape)[here]
    parts = np.unique(part)
    gain = np.zeros(len(values))
    for k, f in enumerate(parts):
        judge = part == parts[(k + 1) % len(parts)]
        on, off = part == f, part != f
        inner = off & ~judge
        if not inner.any():
            continue

        def likely(code: Code, fit: np.ndarray, asked: np.ndarray) -> Float[np.ndarray, " asked"]:
            return code(Stated(steps, stated[fit], guesses[fit] / step),
                        stated[asked], guesses[asked] / step)  # fmt: skip

        code = max(CODES, key=lambda c: np.log2(likely(c, inner, judge)).sum())
        gain[on] = np.log2(likely(code, off, on)) - np.log2(share[stated[on]])
    saved = np.zeros(here.shape)
    saved[here] = gain
    return saved.sum(1), float(-(share * np.log2(share)).sum())


def _ends(
    saved: np.ndarray, count: np.ndarray, groups: Sequence[Any] | None, confidence: float
) -> np.ndarray:
    """A ratio of sums with the jackknife's interval over groups."""
    sums, _ = group_sums(np.stack([saved, count], axis=1), groups)
    total = sums.sum(0)
    middle = total[0] / max(total[1], 1.0)
    n = len(sums)
    if n < FEWEST:
        return np.asarray([middle, np.nan, np.nan])
    left = total[None] - sums
    each = left[:, 0] / np.maximum(left[:, 1], 1.0)
    error = np.sqrt((n - 1) / n * np.square(each - each.mean()).sum()) * student(n, confidence)
    return np.asarray([middle, middle - error, middle + error])
