"""Random halves of the units, each with its complement."""

import itertools
import math

import numpy as np

from aann.evaluation.donors import name_hash

FEW = 1_000
"""So few splits are listed and drawn from; of more, splits are drawn until enough differ."""

Half = tuple[int, ...]


def halves(units: int, pairs: int, seed: int) -> list[tuple[Half, Half]]:
    """Different splits of the units into two halves, drawn by the seed.

    Args:
        units: how many there are; of an odd number the first half has one less.
        pairs: how many splits to draw; where there are not so many, all of them.
        seed: of the draws.

    Returns:
        For each split the places of the units of either half, in order; none for one unit.
    """
    size = units // 2
    if not size:
        return []
    rng = np.random.default_rng(name_hash("halves", seed))
    every = math.comb(units, size) // (2 if units == 2 * size else 1)
    found: dict[Half, None] = {}
    if every <= FEW:
        listed = itertools.islice(itertools.combinations(range(units), size), every)
        every_half = list(listed)
        for i in rng.permutation(every)[:pairs]:
            found[every_half[int(i)]] = None
    while len(found) < min(pairs, every):
        half = tuple(sorted(rng.permutation(units)[:size].tolist()))
        if units == 2 * size and 0 not in half:
            half = _others(half, units)
        found[half] = None
    return [(half, _others(half, units)) for half in found]


def _others(half: Half, units: int) -> Half:
    return tuple(i for i in range(units) if i not in set(half))
