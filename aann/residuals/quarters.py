"""Four fixed parts of some examples, groups kept whole.

For what is fitted on some of them and measured on others.
"""

import hashlib
from collections.abc import Hashable, Sequence
from typing import Final

import numpy as np
from jaxtyping import Int

from aann.data.examples import Examples

QUARTERS: Final = 4


def quarters(examples: Examples) -> Int[np.ndarray, " n"] | None:
    """The part of each example, from 0 to 3; None for fewer than four examples, or groups.

    By the hashes of their names: neither order nor batches matter. Parts have equally many
    examples, or groups, up to one.
    """
    belongs: Sequence[Hashable] = examples.groups or examples.names
    distinct = list(dict.fromkeys(belongs))
    if len(distinct) < QUARTERS:
        return None
    order = sorted(distinct, key=lambda name: hashlib.sha256(f"part {name}".encode()).digest())
    part = {name: i % QUARTERS for i, name in enumerate(order)}
    return np.asarray([part[name] for name in belongs])
