"""Two labellings of the same examples: counts of pairs, and agreement beyond what is trivial.

Cohen, "A coefficient of agreement for nominal scales" (1960). Balanced accuracy is the mean over
the classes of the second labelling of the share that the first one finds: always the same class has
1 / classes.
"""

import numpy as np
from jaxtyping import Int


def pair_counts(
    first: Int[np.ndarray, " n"], second: Int[np.ndarray, " n"], classes: int
) -> Int[np.ndarray, "classes classes"]:
    """How many examples have each pair of labels: rows are the first labelling's."""
    pairs = first.astype(np.int64) * classes + second
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def kappa(counts: Int[np.ndarray, "classes classes"]) -> float | None:
    """Cohen's kappa, (share - chance) / (1 - chance), chance being that of the two balances.

    None where both labellings have one and the same class alone.
    """
    shares = counts / counts.sum()
    chance = float((shares.sum(axis=0) * shares.sum(axis=1)).sum())
    if np.count_nonzero(counts.sum(axis=0) + counts.sum(axis=1)) == 1:
        return None
    return (float(np.trace(shares)) - chance) / (1.0 - chance)


def balanced(counts: Int[np.ndarray, "classes classes"]) -> float:
    """Balanced accuracy of the rows' labelling, over the classes that the columns' one has."""
    of_class = counts.sum(axis=0)
    there = of_class > 0
    return float((np.diagonal(counts)[there] / of_class[there]).mean())
