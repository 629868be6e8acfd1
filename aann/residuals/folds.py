"""Parts of examples that are fitted on and judged on in turn, groups kept whole."""

import numpy as np
from jaxtyping import Int

from aann.data.examples import Examples
from aann.evaluation.donors import cluster_ranks
from aann.shown.brief import word
from aann.statistics.indices import is_count, is_seed


def folds(
    examples: Examples, count: int, seed: int = 0, *, fewest: int = 2
) -> Int[np.ndarray, " n"]:
    """The part of each example: names and a seed decide, whatever the order.

    Args:
        examples: to divide.
        count: of parts; they have equally many examples, or groups, up to one.
        seed: of the division.
        fewest: parts that make sense.

    Raises:
        ValueError: numbers out of range, or fewer examples (or groups) than parts.
    """
    problems = []
    if not is_seed(seed):
        problems.append(f"seed is a whole number, 0 or more, got {word(seed)}")
    if not is_count(count) or count < fewest:
        problems.append(f"folds is how many parts there are, at least {fewest}, got {word(count)}")
    clusters = len(set(examples.clusters))
    if not problems and clusters < count:
        what = "examples" if examples.groups is None else "groups"
        problems.append(f"{count} folds need at least {count} {what}, got {clusters}")
    if problems:
        raise ValueError("; ".join(problems))
    return np.asarray(cluster_ranks(examples, seed) % count)


def rows_of(part: Int[np.ndarray, " n"]) -> list[Int[np.ndarray, " _"]]:
    """Indices of the examples of each part, in order."""
    return [np.flatnonzero(part == k) for k in range(int(part.max()) + 1)]
