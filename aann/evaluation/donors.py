"""Which examples stand in for which: set by names and a seed alone, not by batches or processes."""

import hashlib
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from aann.data.examples import Examples


def donor_order(names: Sequence[str], seed: int) -> list[int]:
    """Positions of examples in an order that depends on their names and the seed alone."""
    return sorted(range(len(names)), key=lambda i: name_hash(names[i], seed))


def cluster_ranks(examples: Examples, seed: int) -> Int[np.ndarray, " n"]:
    """Of each example its cluster's place in an order that depends on their names and the seed."""
    labels = list(dict.fromkeys(examples.clusters))
    order = donor_order([str(label) for label in labels], seed)
    rank = {labels[k]: i for i, k in enumerate(order)}
    return np.asarray([rank[label] for label in examples.clusters])


def donor_of(names: Sequence[str], seed: int) -> Int[np.ndarray, " names"]:
    """Which donor each example gets (modulo the number of donors): set by its name alone."""
    return np.asarray([name_hash(n, seed) % 2**31 for n in names], dtype=np.int32)


def name_hash(name: str, seed: int) -> int:
    """A number set by a name and a seed."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8])
