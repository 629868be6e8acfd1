"""A warning where the intact model does no better than chance on the labels.

Labels may be in range and yet of another order than the model's output units.
"""

import math
import warnings

import numpy as np
import scipy.stats

from aann.bench.workbench import Workbench
from aann.data.check import UNSCORED
from aann.data.examples import HeldOut
from aann.evaluation.measure import Measured

LEVEL = 0.01
"""Guesses do as well as this in so many of all data sets."""


def no_better_than_chance(bench: Workbench, measured: Measured, heldout: HeldOut) -> list[str]:
    """Warn, and return a line for the report, where labels look like those of another model.

    That is where both hold for the intact model: guesses would be right as often in more than
    ``LEVEL`` of data sets, and its cross-entropy is no less than that of equal probabilities.

    Args:
        bench: with the model.
        measured: its losses, the last run.
        heldout: with the labels.
    """
    labels = heldout.labels
    if labels is None:
        return []
    classes = int(bench.outputs.shape[-1])
    scored = (labels != UNSCORED).reshape(len(labels), -1).sum(axis=1)
    wrong = measured.losses["top1"][-1].astype(np.float64)
    total = int(scored.sum())
    hits = round(float(((1.0 - wrong) * scored).sum()))
    as_often = float(scipy.stats.binom.sf(hits - 1, total, 1.0 / classes))
    nll = float((measured.losses["nll"][-1] * scored).sum() / total)
    if as_often <= LEVEL or nll < math.log(classes):
        return []
    line = (
        f"the intact model does no better than chance on the labels: {hits:,} of {total:,} right "
        f"(chance is 1 in {classes:,}), cross-entropy {nll:.3g} nats (chance is "
        f"{math.log(classes):.3g}). Are they in the order of its output units? nll, top1 and top5 "
        "mean little here"
    )
    warnings.warn(line, stacklevel=4)
    return [line]
