"""How wide a small network is that knows about so many numbers."""

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.bench import network
from aann.bench.workbench import Workbench
from aann.evaluation.network_settings import Networks
from aann.evaluation.seen import Seen

SPARE = 1.5
"""So many times the weights that were asked for may the smallest network have."""


def shapes(bench: Workbench, i: int, seen: Seen, settings: Networks) -> list[Any]:
    """The layers of a network for each size, from the smallest.

    Raises:
        ValueError: the smallest network has more weights than were asked for.
    """
    known = tokens(seen)
    make = functools.partial(
        network.shape_of, bench, i, [len(t) for t in known], depth=settings.depth,
        mixing=settings.mixing,
    )  # fmt: skip
    if settings.widths:
        return [make(width=width) for width in settings.sizes]
    counts = np.asarray([_count(make(width=w), seen) for w in (1, 2, 3)], np.float64)
    a = (counts[2] - 2 * counts[1] + counts[0]) / 2  # weights are a quadratic of the width
    b = counts[1] - counts[0] - 3 * a
    widths, small = [], []
    for asked in settings.sizes:
        if counts[0] > SPARE * asked:
            small.append(asked)
            continue
        c = counts[0] - a - b - asked
        root = (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a) if a > 0 else -c / b
        widths.append(max(round(root), 1))
    if small:
        raise ValueError(
            f"small networks of {', '.join(f'{x:,}' for x in small)} weights: from these reads to "
            f"{len(bench.replacements[i].units)} units of {bench.replacements[i].site!r} one of "
            f"depth {settings.depth} has {counts[0]:,.0f} or more; ask for more weights, a smaller "
            "depth, or fewer units"
        )
    return [make(width=width) for width in widths]


def tokens(seen: Seen) -> tuple[jax.Array, ...]:
    """The values that each read of integers takes."""
    whole = [x for x in seen.reads if np.issubdtype(x.dtype, np.integer)]
    return tuple(jnp.asarray(np.unique(x), jnp.int32) for x in whole)


def _count(shape: Any, seen: Seen) -> int:
    """Numbers that a network of this shape knows."""
    params = jax.eval_shape(lambda: network.initial(shape, seen.reads, 0))
    numbers: int = sum(math.prod(x.shape) for x in jax.tree.leaves(params)) + 2 * shape.columns
    for x, read in zip(seen.reads, shape.reads, strict=True):
        if not read.tokens:
            seen_as = network.with_channels(x[:1], read.kind, shape.places)
            numbers += 2 * (1 if read.kind == "flat" else seen_as.shape[-1])
    return numbers
