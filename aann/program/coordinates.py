"""Which axes of a site's value are coordinates of one unit, and which are positions.

A head's value is a vector: its mean is a number for each coordinate. A channel's value is a number
at every position: its mean is one number. Shapes alone do not tell, so there is one rule, here.
"""

from typing import Any

import jax
import jax.numpy as jnp


def coordinates(shape: tuple[int, ...], axis: int, inputs: Any) -> tuple[int, ...]:
    """Axes that hold coordinates of one unit; over all others, positions, a mean is taken.

    Units along the last axis have none. Neither have units directly after the batch axis that two
    or more axes follow, in a model of floating inputs: pictures with their channels first. Of all
    others, heads as a rule, the last axis holds the coordinates.

    Args:
        shape: of the site's value, with the batch axis (batch, ...).
        axis: the axis of units, counted from either end.
        inputs: of the model: arrays or ``jax.ShapeDtypeStruct``, in any tree.

    Returns:
        Axes of the value with its units moved last, counted from the front: none or one. For heads
        (batch, position, head, unit) with ``axis=2`` that is (2,) of (batch, position, unit, head).
    """
    rank = len(shape)
    units = axis % rank
    if units == rank - 1:
        return ()
    leaves = jax.tree.leaves(inputs)
    floating = bool(leaves) and all(jnp.issubdtype(x.dtype, jnp.floating) for x in leaves)
    if units == 1 and rank - units > 2 and floating:
        return ()
    return (rank - 2,)
