"""Random permutations, several at once: all of them where they are few, else different ones."""

import itertools
import math
from collections.abc import Callable, Hashable, Sequence

import numpy as np

Order = tuple[int, ...]
Orders = tuple[Order, ...]
"""One permutation for each of several things that are shuffled together."""

FEW = 20_000
"""So many combinations are listed, to know which of them are alike."""

TRIES = 100
"""Times the wanted number of draws, after which what was found is all that is had."""


def orders(
    lengths: Sequence[int],
    n: int,
    rng: np.random.Generator,
    key: Callable[[Orders], Hashable] = lambda found: found,
) -> tuple[list[Orders], bool]:
    """Different combinations of permutations, without the one that changes nothing.

    They are drawn without replacement, so that a combination that was picked at random ranks
    uniformly among them.

    Args:
        lengths: of what is permuted.
        n: how many combinations to have at most.
        rng: draws them.
        key: two combinations of one key are one.

    Returns:
        The combinations, and whether they are all there are.
    """
    same = tuple(tuple(range(k)) for k in lengths)
    known: dict[Hashable, Orders] = {key(same): same}
    if math.prod(math.factorial(k) for k in lengths) <= FEW:
        for combination in itertools.product(*(itertools.permutations(range(k)) for k in lengths)):
            known.setdefault(key(combination), combination)
        others = list(known.values())[1:]
        if len(others) <= n:
            return others, True
        chosen = rng.choice(len(others), n, replace=False)
        return [others[i] for i in chosen], False
    for _ in range(TRIES * n):
        if len(known) > n:
            break
        found = tuple(tuple(rng.permutation(k).tolist()) for k in lengths)
        known.setdefault(key(found), found)
    return list(known.values())[1:], False
