"""Computing no more positions than are looked at.

A metric of the logits at one position leaves the unembedding of all others, and most of the last
layer, to be computed for nothing: XLA does not move a choice of rows in front of what makes them.
``focused`` does. It runs a function on its traced program, and where one index along an axis is
taken from a value (``logits[:, -1]``, or another position of each example), it works out that index
alone, from the same index of what the value is made of, as far up as operations treat the axis
index by index: elementwise ones, products, sums over other axes, changes of shape.

Sharp edges: results differ by rounding from those of the function as it is. Functions with a
derivative rule of their own are not stepped into.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Jaxpr, JaxprEqn, Literal, Var

from aann.shown.brief import brief
from aann.trace.by_index import rule
from aann.trace.inline import CALLS
from aann.trace.part import body_of, evaluate_part, part

_CALLS = frozenset(CALLS) - {"checkpoint", "remat", "remat2"}


class Choice(NamedTuple):
    """One index along an axis: of each example along ``batch``, or the same for all.

    Attributes:
        axis: of the value.
        batch: axis of the examples, or None.
        index: (batch,) integers in range, or one number.
    """

    axis: int
    batch: int | None
    index: Any

    def __repr__(self) -> str:
        return brief(self)


@dataclasses.dataclass(eq=False)
class _Value:
    """A value, and what made it."""

    value: Any
    eqn: JaxprEqn | None = None
    operands: tuple["_Value", ...] = ()
    chosen: dict[Any, Any] = dataclasses.field(default_factory=dict)

    __repr__ = brief


def focused(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, computing only the positions that are looked at; for use under ``jax.jit``."""

    def run(*args: Any) -> Any:
        traced, shape = jax.make_jaxpr(function, return_shape=True)(*args)
        given = [_Value(x) for x in jax.tree.leaves(args)]
        results = _run(traced.jaxpr, [_Value(c) for c in traced.consts], given)
        return jax.tree.unflatten(jax.tree.structure(shape), [r.value for r in results])

    return run


def _run(jaxpr: Jaxpr, consts: list[_Value], args: list[_Value]) -> list[_Value]:
    env: dict[Var, _Value] = dict(zip(jaxpr.constvars, consts, strict=True))
    env.update(zip(jaxpr.invars, args, strict=True))
    for eqn in jaxpr.eqns:
        operands = [_read(v, env) for v in eqn.invars]
        if eqn.primitive.name in _CALLS:
            body = body_of(eqn)
            made = _run(body.jaxpr, [_Value(c) for c in body.consts], operands)
        elif (value := _looked_at(eqn, operands)) is not None:
            made = [_Value(value)]
        else:
            known: dict[Any, Any] = {
                v: x.value for v, x in zip(eqn.invars, operands, strict=True)
                if not isinstance(v, Literal)
            }  # fmt: skip
            evaluate_part(part(jaxpr, [eqn], lambda v: True), known)
            made = [_Value(known[v], eqn, tuple(operands)) for v in eqn.outvars]
        env.update(zip(eqn.outvars, made, strict=True))
    return [_read(v, env) for v in jaxpr.outvars]


def _read(atom: Any, env: Mapping[Var, _Value]) -> _Value:
    if isinstance(atom, Literal):
        aval: Any = atom.aval
        return _Value(jnp.asarray(atom.val, aval.dtype))
    return env[atom]


def _looked_at(eqn: JaxprEqn, operands: list[_Value]) -> Any:
    """What a slice or gather of one index gives, if it is one and there is anything to save."""
    source = operands[0] if operands else None
    if source is None or source.eqn is None:
        return None
    if eqn.primitive.name == "slice":
        return _slice(eqn, source)
    if eqn.primitive.name == "gather":
        return _gather(eqn, source, operands[1].value)
    return None


def _slice(eqn: JaxprEqn, source: _Value) -> Any:
    starts, limits = (list(eqn.params[f"{end}_indices"]) for end in ("start", "limit"))
    strides = eqn.params["strides"] or [1] * len(starts)
    shape = source.value.shape
    single = [i for i, n in enumerate(shape) if n > 1 and limits[i] - starts[i] == 1]
    if not single:
        return None
    axis = single[0]
    one = _choose(source, Choice(axis, None, starts[axis]))
    starts[axis], limits[axis] = 0, 1
    return jax.lax.slice(one, starts, limits, strides)


def _gather(eqn: JaxprEqn, source: _Value, indices: Any) -> Any:
    """A ``take_along_axis`` of one index for each example."""
    numbers, mode = eqn.params["dimension_numbers"], eqn.params["mode"]
    filled = mode == jax.lax.GatherScatterMode.FILL_OR_DROP
    fitting = (
        len(numbers.start_index_map) == 1
        and len(numbers.operand_batching_dims) == 1
        and numbers.start_indices_batching_dims == (0,)
        and (filled or mode == jax.lax.GatherScatterMode.CLIP)
        and indices.size == indices.shape[0]
    )
    if not fitting:
        return None
    (axis,), (batch,) = numbers.start_index_map, numbers.operand_batching_dims
    size = source.value.shape[axis]
    if size < 2 or not jnp.issubdtype(source.value.dtype, jnp.floating):
        return None
    within = (indices >= 0) & (indices < size)
    index = jnp.clip(indices, 0, size - 1).reshape(-1)
    one = _choose(source, Choice(axis, batch, index))
    # Of the one index that is left: it is there, or out of range as it was.
    return eqn.primitive.bind(one, jnp.where(within, 0, 1).astype(indices.dtype), **eqn.params)


def _choose(source: _Value, choice: Choice) -> Any:
    """The value at one index along an axis, which stays with size 1."""
    key = choice.axis, choice.batch, _identity(choice.index)
    if key not in source.chosen:
        found = _above(source, choice) if source.eqn is not None else None
        source.chosen[key] = (_take(source.value, choice) if found is None else found), choice
    return source.chosen[key][0]


def _identity(index: Any) -> Any:
    return index if isinstance(index, int) else id(index)  # kept alive by what it is a key of


def _take(value: Any, choice: Choice) -> Any:
    if choice.batch is None:
        return jax.lax.slice_in_dim(value, choice.index, choice.index + 1, axis=choice.axis)
    others = [i for i in range(value.ndim) if i != choice.batch]
    index = jnp.expand_dims(choice.index, others)
    return jnp.take_along_axis(value, index, axis=choice.axis, mode="clip")


def _above(source: _Value, choice: Choice) -> Any:
    """The same from what the value was made of; None where the axis is not treated by index."""
    assert source.eqn is not None  # whoever asks has looked
    eqn, operands = source.eqn, source.operands
    shapes = [np.shape(x.value) for x in operands]
    found = rule(eqn, shapes, source.value.shape, choice.axis)
    if found is None:
        return None
    axes, params = found
    batches: list[int | None] = [None] * len(operands)
    if choice.batch is not None:
        of_batch = rule(eqn, shapes, source.value.shape, choice.batch)
        if of_batch is None:
            return None
        batches = of_batch[0]
    values = []
    for operand, axis, batch in zip(operands, axes, batches, strict=True):
        if axis is None:
            values.append(operand.value)
        elif choice.batch is not None and batch is None:
            return None
        else:
            values.append(_choose(operand, Choice(axis, batch, choice.index)))
    return eqn.primitive.bind(*values, **params)
