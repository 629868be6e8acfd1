"""How much units are tuned to one parameter of stimuli: scores, preferred values, agreement.

Stimuli come in kinds, all of which a tuned unit answers to, and in variants of each, of which the
best counts. A unit's score is the selectivity of its tuning curve (mean over kinds, each at its
best variant) times its best response to the kind that it likes least.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from aann.shown.brief import brief
from aann.vis.tuning.circular import angle_between, mean_vector


@dataclasses.dataclass(frozen=True, eq=False)
class Ranked:
    """Of all units, in their order.

    Attributes:
        tuning: mean over the kinds, each at its best variant.
        scores: see above; 0 for who answers to a kind nowhere.
        preferred: value of the parameter.
        selectivity: of the kind for which it is lowest, from 0 to 1.
        apart: the most by which the preferred value of a kind differs from ``preferred``.
    """

    tuning: Float[np.ndarray, "unit value"]
    scores: Float[np.ndarray, " unit"]
    preferred: Float[np.ndarray, " unit"]
    selectivity: Float[np.ndarray, " unit"]
    apart: Float[np.ndarray, " unit"]

    __repr__ = brief


def rank(
    kinds: Float[np.ndarray, "kind unit value"],
    values: Sequence[float],
    circular: float | None = 360.0,
) -> Ranked:
    """How tuned units are.

    Args:
        kinds: responses to each kind, at its best variant.
        values: of the parameter; evenly spread over the circle, where it is circular.
        circular: after which values repeat; None where they lie on a line.

    Raises:
        ValueError: the numbers of values differ.
    """
    curve: np.ndarray = kinds.mean(0)
    measured = _on_a_line if circular is None else _on_a_circle
    selectivity, preferred = measured(curve, values, circular)
    each, facing = measured(kinds, values, circular)
    if circular is None:
        apart = np.abs(facing - preferred[None])
    else:
        turn = 360.0 / circular
        apart = angle_between(turn * facing, turn * preferred[None]) / turn
    return Ranked(
        tuning=curve,
        scores=np.maximum(selectivity * kinds.max(-1).min(0), 0.0),
        preferred=preferred,
        selectivity=each.min(0),
        apart=apart.max(0),
    )


def _on_a_circle(
    curves: np.ndarray, values: Sequence[float], circular: float | None
) -> tuple[np.ndarray, np.ndarray]:
    turn = 360.0 / (circular or 360.0)
    selectivity, angle = mean_vector(curves, tuple(turn * v for v in values))
    return selectivity, angle / turn


def _on_a_line(
    curves: np.ndarray, values: Sequence[float], _: float | None
) -> tuple[np.ndarray, np.ndarray]:
    """Sparseness of responses, 0 where all are alike and 1 where one value has all of them, and
    the mean of the values, weighted by what responses exceed half of the best by.
    """
    positive = np.maximum(curves, 0).astype(np.float64)
    best = positive.max(-1, keepdims=True)
    share = np.divide(positive, best, out=np.zeros_like(positive), where=best > 0)
    n = len(values)
    selectivity = np.where(best[..., 0] > 0, (1 - share.mean(-1)) * n / (n - 1), 0.0)
    weights = np.maximum(share - 0.5, 0)
    total = weights.sum(-1)
    middle = weights @ np.asarray(values, np.float64)
    preferred = np.divide(middle, total, out=np.full_like(total, np.mean(values)), where=total > 0)
    return selectivity, preferred
