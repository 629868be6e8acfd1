"""What a step of training a small network looks at: some examples, all of one number."""

import math
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Int

from aann.evaluation.seen import Seen

ROWS = 4096
"""Places that a step of training looks at, about."""

FEWEST, MOST = 4, 256
"""Examples of a step."""


def step_size(seen: Seen, n: int) -> int:
    """Examples of a step, of ``n`` that there are."""
    inputs = max(math.prod(x.shape[1:3]) if x.ndim == 4 else 1 for x in seen.reads)
    places = max(seen.table.shape[1], inputs // 16)
    most = 2 ** (n.bit_length() - 1)  # folds that differ by an example compile once
    size: int = min(max(ROWS // places, FEWEST), MOST, most)
    return size


def drawn(seen: Seen, rows: np.ndarray, size: int, seed: int) -> Iterator[Any]:
    """Batches of examples in a new order each time that all are through, for ever."""
    rng = np.random.default_rng([seed, 1])
    while True:
        order = rng.permutation(rows)
        for k in range(0, len(order) - size + 1, size):
            at = np.sort(order[k : k + size])
            yield _batch(seen, at, np.ones(size, bool))


def in_order(seen: Seen, rows: np.ndarray, size: int) -> Iterator[Any]:
    """Batches of all examples, once."""
    for k, at in zip(range(0, len(rows), size), padded(rows, size), strict=True):
        yield _batch(seen, at, np.arange(size) < len(rows) - k)


def padded(rows: np.ndarray, size: int) -> Iterator[Int[np.ndarray, " size"]]:
    """Rows in parts of one size, the last filled up with its first."""
    for k in range(0, len(rows), size):
        part = rows[k : k + size]
        yield np.concatenate([part, np.repeat(part[:1], size - len(part))])


def _batch(seen: Seen, at: np.ndarray, real: np.ndarray) -> tuple[Any, jax.Array, jax.Array]:
    here = (seen.here[at] & real[:, None]).astype(np.float32)
    target = np.where(here[..., None] > 0, seen.table[at], np.float32(0))
    return [jnp.asarray(x[at]) for x in seen.reads], jnp.asarray(target), jnp.asarray(here)
