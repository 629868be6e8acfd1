"""A design half drawn anew from itself, as the bootstrap does: examples with replacement.

What is fitted on it sees about 63% of the examples, some of them several times. Groups are drawn
whole.

Sharp edge: a fit that holds out some of its design examples by itself may find copies on both
sides.
"""

import collections
import dataclasses
from collections.abc import Hashable

import numpy as np

from aann.data.examples import Design


def again(design: Design, rng: np.random.Generator) -> Design:
    """As many examples, or groups of them, drawn with replacement.

    Copies have names of their own; groups say what they are copies of, so that nothing takes them
    for examples that stand in the set twice by mistake.
    """
    belongs = design.clusters
    members: dict[Hashable, list[int]] = {}
    for i, group in enumerate(belongs):
        members.setdefault(group, []).append(i)
    groups = list(members)
    drawn = rng.integers(len(groups), size=len(groups))
    chosen = [i for g in drawn.tolist() for i in members[groups[g]]]
    met: collections.Counter[int] = collections.Counter()
    names = []
    for i in chosen:
        met[i] += 1
        copy = f" (copy {met[i]})" if met[i] > 1 else ""
        names.append(f"{design.names[i]}{copy}")
    return dataclasses.replace(
        design,
        names=tuple(names),
        digests=tuple(design.digests[i] for i in chosen),
        load=lambda wanted: design.load([chosen[i] for i in wanted]),
        labels=None if design.labels is None else design.labels[chosen],
        mask=None if design.mask is None else design.mask[chosen],
        groups=tuple(belongs[i] for i in chosen),
    )
