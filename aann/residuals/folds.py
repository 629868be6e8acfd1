"""Parts of the design examples, each predicted by what was fitted on the others."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from aann.data.examples import Design
from aann.evaluation.donors import donor_order
from aann.shown.brief import word
from aann.statistics.indices import is_count

MOST = 20


def folds(design: Design, count: int, seed: int) -> Int[np.ndarray, " n"]:
    """The part of each example: groups are not divided, names and a seed decide.

    Args:
        design: the examples.
        count: of parts.
        seed: of the order.

    Raises:
        ValueError: fewer than three parts, or more than groups.
    """
    belongs: Sequence[Any] = design.groups or design.names
    labels = list(dict.fromkeys(belongs))
    most = min(MOST, len(labels))
    if not is_count(count) or not 3 <= count <= most:
        raise ValueError(
            f"folds is a whole number from 3 (one is predicted, one chooses the penalty, one is "
            f"fitted to) to {most}, got {word(count)}"
        )
    order = donor_order([str(label) for label in labels], seed)
    part = {labels[k]: i % count for i, k in enumerate(order)}
    return np.asarray([part[label] for label in belongs])
