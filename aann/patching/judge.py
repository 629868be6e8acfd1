"""A metric made ready for compiled pieces that are kept: what it computes, and on which arrays.

A user's function is traced at every call, a fraction of a millisecond, and what it closes over
becomes an argument. Functions that compute the same share a compiled piece, however often they are
written anew, and one whose answers have changed never meets what was compiled for others.
"""

import dataclasses
import functools
from collections.abc import Callable, Hashable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

from aann.evaluation import answer
from aann.evaluation.answer import Metric, check_metric
from aann.shown.brief import brief
from aann.trace.reuse import settings

Arrays = tuple[tuple[Any, ...], tuple[Any, ...]]
"""Arrays of the examples, and what a function closes over."""


@dataclasses.dataclass(frozen=True, eq=False)
class Judge:
    """A metric of outputs of known shapes.

    Attributes:
        key: two metrics of one key compute the same from the same arrays.
        function: ``(outputs, arrays) -> (batch,) float``; holds none of the user's objects.
        data: arrays whose first axis is the examples.
        closed: arrays of all batches.
    """

    key: Hashable
    function: Callable[[Any, Arrays], Any]
    data: tuple[Any, ...]
    closed: tuple[Any, ...]

    __repr__ = brief

    def take(self, rows: np.ndarray, n: int) -> Arrays:
        """The arrays of some of ``n`` examples."""
        everything = len(rows) == n
        data = self.data if everything else jax.tree.map(lambda x: x[rows], self.data)
        return data, self.closed


def judge_of(metric: Metric, outputs: Any, examples: int, batch: int) -> Judge | list[str]:
    """The metric of a batch of outputs (shapes suffice), or what is wrong with it."""
    sizes = [np.shape(x)[:1] for x in jax.tree.leaves(metric.data)]
    if any(size != (examples,) for size in sizes):
        return check_metric(metric, outputs, examples, batch)
    given = jax.tree.map(jnp.asarray, metric.data)
    data = jax.tree.map(lambda x: jax.ShapeDtypeStruct((batch, *x.shape[1:]), x.dtype), given)
    try:
        program, consts, shape, key = _trace(metric.function, outputs, data)
    except Exception as error:  # the user's own code: told as it always is
        return check_metric(metric, outputs, examples, batch) or [str(error)]
    dtype = getattr(shape, "dtype", np.dtype(object))
    if getattr(shape, "shape", None) != (batch,) or not jnp.issubdtype(dtype, jnp.floating):
        return check_metric(metric, outputs, examples, batch)

    def function(outputs: Any, arrays: Arrays) -> Any:
        data, closed = arrays
        (value,) = jax.core.eval_jaxpr(program, closed, *jax.tree.leaves((outputs, data)))
        return value.astype(jnp.float32)

    return Judge(key, function, given, consts)


Traced = tuple[Jaxpr, tuple[Any, ...], Any, Hashable]
"""A program, what it closes over, the shape and dtype of its result, and its key."""


def _trace(function: Callable[..., Any], outputs: Any, data: Any) -> Traced:
    """A metric's function traced anew, unless it is one of aann's own, which read nothing else."""
    if getattr(function, "__module__", "") == answer.__name__:
        leaves, structure = jax.tree.flatten((outputs, data))
        avals = tuple((x.shape, x.dtype) for x in leaves)
        return _own(function, structure, avals, settings())
    return _anew(function, outputs, data)


@functools.lru_cache(maxsize=64)
def _own(function: Callable[..., Any], structure: Any, avals: Any, _: Hashable) -> Traced:
    shapes = [jax.ShapeDtypeStruct(*aval) for aval in avals]
    return _anew(function, *jax.tree.unflatten(structure, shapes))


def _anew(function: Callable[..., Any], outputs: Any, data: Any) -> Traced:
    # A function of its own: JAX would remember what the user's one did at an earlier call.
    traced, shape = jax.make_jaxpr(
        lambda outputs, data: function(outputs, *data), return_shape=True
    )(outputs, data)
    return traced.jaxpr, tuple(traced.consts), shape, _program(traced.jaxpr)


def _program(jaxpr: Jaxpr) -> Hashable:
    """What a program computes: equal for two that compute the same in the same way."""
    number: dict[Any, int] = {}

    def atom(v: Any) -> Hashable:
        if isinstance(v, Literal):
            return _setting(v.val), str(v.aval)
        return number.setdefault(v, len(number)), (v.aval.shape, v.aval.dtype)

    ends = tuple(map(atom, (*jaxpr.constvars, *jaxpr.invars)))
    eqns = tuple(
        (eqn.primitive, tuple(map(atom, eqn.invars)), _setting(eqn.params),
         tuple(map(atom, eqn.outvars)))
        for eqn in jaxpr.eqns
    )  # fmt: skip
    return ends, eqns, tuple(map(atom, jaxpr.outvars))


def _setting(value: Any) -> Hashable:
    """A parameter of an equation, as something that can be compared."""
    if isinstance(value, ClosedJaxpr):
        return _program(value.jaxpr), tuple(map(_setting, value.consts))
    if isinstance(value, Jaxpr):
        return _program(value)
    if isinstance(value, dict):
        return tuple((k, _setting(v)) for k, v in sorted(value.items()))
    if isinstance(value, tuple | list):
        return type(value), tuple(map(_setting, value))
    if hasattr(value, "__array__"):
        array = np.asarray(value)
        return str(array.dtype), array.shape, array.tobytes()
    return type(value), value if _hashes(value) else _Same(value)


def _hashes(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


class _Same:
    """Equal to itself alone."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value
