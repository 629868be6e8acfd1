"""Pushing what lies on the residual stream through what follows it, by its derivative."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Var

from aann.program.axes import Places
from aann.trace.graph import Graph
from aann.trace.segment import segment

Push = Callable[[jax.Array], jax.Array]


def derivative(after: Push, stream: jax.Array, judge: Any) -> tuple[jax.Array, Push, Any]:
    """The value at the stream, its derivative along anything, and its gradient.

    A metric has one number an example: one gradient serves all components. Of all logits there is
    none (None), and the derivative is worked out for each component.
    """
    if judge is None:
        total, push = jax.linearize(after, stream)
        return total, push, None
    total, pull = jax.vjp(after, stream)
    (gradient,) = pull(jnp.ones_like(total))
    return total, lambda x: _along(gradient, x).sum(axis=tuple(range(1, x.ndim))), gradient


def _along(gradient: jax.Array, value: jax.Array) -> jax.Array:
    """Their product; 0 where nothing is read, whatever is there (NaN at padding)."""
    found = jnp.where(gradient == 0, jnp.zeros_like(value), gradient * value)
    return found.astype(jnp.float32)


def split(
    graph: Graph,
    start: Mapping[Var, Any],
    pair: tuple[Var, Var],
    value: jax.Array,
    where: Places,
    push: Push,
    gradient: jax.Array | None,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """What each place of a value adds, what none accounts for, and how far from affine it is."""
    part, component = pair

    def writes(value: jax.Array) -> Any:
        return segment(graph, start, {part: value}, [component])[component]

    _, write = jax.linearize(writes, value)
    rest = writes(jnp.zeros_like(value))

    def one(place: jax.Array) -> jax.Array:
        return push(write(jnp.where(where.mask(value, place), value, jnp.zeros_like(value))))

    if gradient is None:
        flat = jax.lax.map(one, jnp.asarray(where.all()))
        parts = flat.reshape(*where.sizes, *flat.shape[1:])
    else:
        (of_part,) = jax.linear_transpose(write, value)(gradient)
        parts = where.total(_along(of_part, value))
    return parts, push(rest), bend(writes, write, rest, value)


def bend(
    function: Callable[[jax.Array], jax.Array],
    derivative: Callable[[jax.Array], jax.Array],
    at_zero: jax.Array,
    value: jax.Array,
) -> jax.Array:
    """How far a function is from ``at_zero`` plus a derivative, here and elsewhere.

    Elsewhere is the value with its sign and the order of its units turned: a ReLU is affine along
    the line from zero to the value, and not there.
    """
    points = (value, -jnp.flip(value, axis=-1))
    gaps = [jnp.abs(at_zero + derivative(x) - function(x)).max() for x in points]
    return jnp.maximum(*gaps)
