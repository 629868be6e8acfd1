"""How single units of a site move the outputs, as one table, where that is linear.

``low_rank`` pushes every unit at every place of one example through the linear part of the suffix.
Places that reach no output, such as all positions but the last one, drop out of the table; what is
left of a neuron is often a single row: a rank-one update of the logits of all examples.
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from aann.shown.brief import brief
from aann.sweeps.linearity import Linearity
from aann.sweeps.single import Singles

_AT_ONCE = 256
# XLA fuses a few multiplications with the loss; it would write the result of a matrix product.
_UNROLLED = 8


Push = Callable[[Any, Array, Array], Array]


@dataclasses.dataclass(frozen=True, eq=False)
class LowRank:
    """The linear map from changes of single units to changes of the outputs.

    Attributes:
        rows: places of a unit that reach an output, as flat indices of a unit's values.
        table: (units, rows, *outputs), what a change of 1 adds to the outputs of an example.
    """

    rows: Int[np.ndarray, " rows"]
    table: Float[Array, "units rows *outputs"]

    __repr__ = brief


def table_bytes(found: Linearity, single: Singles) -> int:
    """How large the table may be; ``found`` is of a batch of one example."""
    outputs = found.outputs
    rows = len(single.units) * int(single.inside.sum())
    return int(rows * outputs.size * outputs.dtype.itemsize)


def low_rank(
    found: Linearity, params: Any, single: Singles, dtype: Any, push: Push | None = None
) -> LowRank:
    """Work out the table.

    Args:
        found: of a batch of one example; the linear part is shared, the outputs are one array.
        params: of the model.
        single: the units.
        dtype: of the site.
        push: compiled before, by ``pusher``.
    """
    places = np.flatnonzero(single.inside).astype(np.int32)
    pairs = np.meshgrid(single.units, places, indexing="ij")
    push = push or pusher(found, single, dtype)
    pushed = push(params, *(jnp.asarray(x.ravel()) for x in pairs))
    table = pushed.reshape(len(single.units), len(places), *pushed.shape[1:])
    # Zeros are exact: what does not reach an output is multiplied by zeros alone.
    reaches = np.asarray((table != 0).any(axis=(0, *range(2, table.ndim))))
    return LowRank(places[reaches], table[:, reaches])


def pusher(found: Linearity, single: Singles, dtype: Any) -> Push:
    """Compiled: ``(params, units, places) -> (..., *outputs)``, what a change of 1 there adds."""
    crossing = tuple((c.shape, c.dtype) for c in found.pieces.crossing)

    def push_all(params: Any, units: Array, places: Array) -> Array:
        prepared = found.pieces.prepare(params)
        others = tuple(jnp.zeros(*c) for c in crossing)

        def push(where: tuple[Array, Array]) -> Array:
            unit, place = where
            here = jnp.arange(single.inside.size, dtype=jnp.int32) == place
            new = here.reshape(1, *single.inside.shape).astype(dtype)[0]
            one = single.write(jnp.zeros((1, *single.shape), dtype), unit, new)
            moved: Array = found.linear(prepared, one, others)[0]
            return moved

        moves: Array = jax.lax.map(push, (units, places), batch_size=_AT_ONCE)
        return moves

    return jax.jit(push_all)


def moved(change: Array, table: Array) -> Array:
    """What a unit's change (batch, rows) adds to the outputs, from its (rows, *outputs) table."""
    rows, *outputs = table.shape
    flat = table.reshape(rows, math.prod(outputs))
    if rows <= _UNROLLED:
        terms = (change[:, r, None] * flat[r][None] for r in range(rows))
        added = sum(terms, start=jnp.zeros((len(change), flat.shape[1]), flat.dtype))
    else:
        added = jnp.matmul(change, flat, precision=jax.lax.Precision.HIGHEST)
    return added.reshape(len(change), *outputs)
