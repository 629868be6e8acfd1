"""Design examples in parts that are fitted on and judged on in turn, groups kept whole."""

from collections.abc import Hashable, Sequence

import numpy as np
from jaxtyping import Int

from aann.data.examples import Design, Examples
from aann.statistics.indices import is_count, is_seed


def check_design(examples: Examples, what: str) -> None:
    """Refuse to fit on anything but design examples.

    Raises:
        TypeError: they are others.
    """
    if not isinstance(examples, Design):
        raise TypeError(
            f"{what} fits on what the lab observed, so that it needs design examples, got the "
            f"{examples.split!r} part of {examples.name!r}: open the lab on aann.split(examples)[0]"
        )


def folds_of(examples: Examples, folds: int, seed: int) -> list[Int[np.ndarray, " _"]]:
    """Indices of the examples of each fold, in order.

    Args:
        examples: of the lab.
        folds: how many, 2 or more.
        seed: of the draw.

    Raises:
        ValueError: numbers out of range, or fewer examples (or groups) than folds.
    """
    if not is_count(folds) or folds < 2:
        raise ValueError(f"folds is how many parts there are, at least 2, got {folds!r}")
    if not is_seed(seed):
        raise ValueError(f"seed is a whole number, 0 or more, got {seed!r}")
    belongs: Sequence[Hashable] = examples.groups or range(len(examples))
    groups = list(dict.fromkeys(belongs))
    if len(groups) < folds:
        what = "examples" if examples.groups is None else "groups"
        raise ValueError(f"{folds} folds need at least {folds} {what}, got {len(groups)}")
    order = np.random.default_rng(seed).permutation(len(groups))
    part = {groups[g]: k % folds for k, g in enumerate(order.tolist())}
    of_each = np.array([part[group] for group in belongs])
    return [np.flatnonzero(of_each == k) for k in range(folds)]
