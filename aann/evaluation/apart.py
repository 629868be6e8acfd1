"""A program computes each example from that example alone.

Losses are resampled by example, so a program that looks across the batch (a batch mean, a rank
among the others) would get a number that depends on how the data was batched.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.bench.workbench import Workbench
from aann.program.replacement import Replacement

TOLERANCE = 1e-3
"""Relative to the largest value: rounding moves with the order of examples, looks do not hide."""


def check_apart(bench: Workbench, program: Replacement, reads: Sequence[Any]) -> None:
    """Run a program on a batch in another order, with one example in place of another.

    Args:
        bench: where its compiled form is kept.
        program: the program.
        reads: a batch of the values that it reads.

    Raises:
        ValueError: what it says of an example depends on the others in the batch, or on chance.
    """
    leaves = jax.tree.leaves(list(reads))
    n = len(leaves[0])
    if n < 2:
        return
    order = jnp.arange(n).at[-1].set(0)[::-1]
    straight = np.asarray(bench.run(program, reads))
    turned = np.asarray(bench.run(program, jax.tree.map(lambda x: x[order], list(reads))))
    if not (np.isfinite(straight).all() and np.isfinite(turned).all()):
        return  # which is refused where the values are used
    apart = np.abs(turned - straight[np.asarray(order)])
    if not apart.max(initial=0.0) <= TOLERANCE * np.abs(straight).max(initial=0.0):
        if program.host and not np.array_equal(straight, np.asarray(bench.run(program, reads))):
            raise ValueError(
                f"program {program.name!r} gives other values when it runs again on the same "
                "batch: it must be a function of what it reads, without randomness or memory"
            )
        raise ValueError(
            f"program {program.name!r} mixes examples: in a batch with another order, and without "
            f"its last example, its values differ by up to {apart.max():.3g}. Compute each example "
            "(the first axis) from its own values alone"
        )
