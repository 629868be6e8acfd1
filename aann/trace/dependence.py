"""Which part of the input each element of a result can depend on, read off the traced program.

One walk through the equations carries, for every element of every value, the smallest box of the
input that holds all that the element depends on: its first and its last index along each axis that
is asked about. No activation is computed, so that a ReLU which happens to be off hides nothing.

Sharp edges: what a box leaves out has no influence; not everything in it need have some. Factors
that are known to be exactly zero count, and masks that are known; other cancellation does not. What
has no rule in ``aann.trace.dependence_rules`` (a ``while`` loop, a Fourier transform, a program on
the host) is taken to depend on all that goes in.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.core
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var
from jaxtyping import Int

from aann.trace.dependence_rules import RULES
from aann.trace.extent import Extent, Known, Value, count, everything, nothing, size, union
from aann.trace.inline import CALLS, CUSTOM_RULES
from aann.trace.part import body_of, variables

LONGEST = 256
"""Steps of a loop that are followed one by one; a longer loop depends on all that goes in."""


def boxes(
    function: Callable[[Any, Any], Any],
    params: Any,
    inputs: jax.ShapeDtypeStruct,
    axes: Sequence[int],
) -> Int[np.ndarray, "axis end *shape"]:
    """The box of the input that each element of ``function(params, inputs)`` depends on.

    Args:
        function: returns one array.
        params: its parameters.
        inputs: shape and dtype of its input, one array.
        axes: of the input.

    Returns:
        (axes, 2, *shape of the result): for each axis the box's first index and the one after its
        last; 0 and 0 where there is no dependence.
    """
    closed = jax.make_jaxpr(function)(params, inputs)
    leaves = [_known(leaf) for leaf in jax.tree.leaves(params)]
    (found,) = _walk(closed, [*leaves, _pixels(inputs.shape, axes)])
    shape = tuple(closed.out_avals[0].shape)
    reach = found if isinstance(found, Extent) else nothing(2 * len(axes), shape)
    ends = np.array(reach.planes).reshape(len(axes), 2, *shape)
    ends[:, 1] = 1 - ends[:, 1]
    return np.where(ends[:, :1] >= ends[:, 1:], 0, ends)


def _pixels(shape: tuple[int, ...], axes: Sequence[int]) -> Extent:
    """Each element of the input depends on itself."""
    planes = []
    for axis in axes:
        sizes = [-1 if i == axis % len(shape) else 1 for i in range(len(shape))]
        along = np.arange(shape[axis], dtype=np.int32).reshape(sizes)
        planes += [np.broadcast_to(along, shape), np.broadcast_to(-along, shape)]
    return Extent(np.stack(planes))


def _known(value: Any) -> Known:
    return Known(lambda: value)


def _walk(closed: ClosedJaxpr, args: Sequence[Value]) -> list[Value]:
    """The results of a program."""
    jaxpr = closed.jaxpr
    env: dict[Var, Value] = dict(zip(jaxpr.invars, args, strict=True))
    env.update(zip(jaxpr.constvars, map(_known, closed.consts), strict=True))

    def read(atom: Any) -> Value:
        return _known(atom.val) if isinstance(atom, Literal) else env[atom]

    for eqn in _needed(jaxpr):
        env.update(zip(eqn.outvars, _step(jaxpr, eqn, list(map(read, eqn.invars))), strict=True))
    return [read(atom) for atom in jaxpr.outvars]


def _needed(jaxpr: Jaxpr) -> list[JaxprEqn]:
    """The equations that the results need, in order."""
    wanted = {v for v in jaxpr.outvars if not isinstance(v, Literal)}
    kept = []
    for eqn in reversed(jaxpr.eqns):
        if not wanted.isdisjoint(eqn.outvars):
            wanted.update(variables(eqn))
            kept.append(eqn)
    return kept[::-1]


def _step(jaxpr: Jaxpr, eqn: JaxprEqn, args: list[Value]) -> list[Value]:
    """The results of an equation."""
    kind = eqn.primitive.name
    if not any(isinstance(a, Extent) for a in args):
        return _computed(jaxpr, eqn, args)
    if kind in (*CALLS, *CUSTOM_RULES):
        return _walk(body_of(eqn), args)
    if kind == "scan" and eqn.params["length"] <= LONGEST:
        return _scan(eqn, args)
    if kind == "cond":
        return _cond(eqn, args)
    rule = RULES.get(kind)
    found = rule(eqn, args) if rule else None
    return everything(eqn, args) if found is None else found


def _computed(jaxpr: Jaxpr, eqn: JaxprEqn, args: list[Value]) -> list[Value]:
    """Results that no input goes into: computed together, when one is asked for."""
    known = {v: a for v, a in zip(eqn.invars, args, strict=True) if not isinstance(v, Literal)}

    @functools.cache
    def values() -> list[Any]:
        alone = jaxpr.replace(
            constvars=[], invars=list(known), outvars=list(eqn.outvars), eqns=[eqn]
        )
        given = [jax.numpy.asarray(a.value) for a in known.values() if isinstance(a, Known)]
        return list(jax.core.eval_jaxpr(alone, (), *given))

    return [Known(lambda i=i: values()[i]) for i in range(len(eqn.outvars))]  # type: ignore[misc]


def _scan(eqn: JaxprEqn, args: list[Value]) -> list[Value]:
    """A loop, step by step."""
    p = eqn.params
    fixed, length = p["num_consts"], p["length"]
    consts, carry, rows = (
        args[:fixed],
        args[fixed:][: p["num_carry"]],
        args[fixed:][p["num_carry"] :],
    )
    steps: list[list[Value]] = [[] for _ in range(length)]
    for i in reversed(range(length)) if p["reverse"] else range(length):
        results = _walk(p["jaxpr"], [*consts, *carry, *(_row(x, i) for x in rows)])
        carry, steps[i] = results[: len(carry)], results[len(carry) :]
    return [*carry, *(_stacked(column, count(args)) for column in zip(*steps, strict=True))]


def _row(value: Value, i: int) -> Value:
    if isinstance(value, Extent):
        return Extent(value.planes[:, i])
    return Known(lambda: value.value[i])


def _stacked(column: Sequence[Value], planes: int) -> Value:
    shapes = [x.shape for x in column if isinstance(x, Extent)]
    if not shapes:
        return Known(lambda: np.stack([x.value for x in column if isinstance(x, Known)]))
    rows = [x if isinstance(x, Extent) else nothing(planes, shapes[0]) for x in column]
    return Extent(np.stack([row.planes for row in rows], axis=1))


def _cond(eqn: JaxprEqn, args: list[Value]) -> list[Value]:
    """A choice: the branch that is known to be taken, or any of them."""
    index, rest = args[0], args[1:]
    branches = eqn.params["branches"]
    if isinstance(index, Known):
        return _walk(branches[int(np.clip(index.value, 0, len(branches) - 1))], rest)
    ways = [_walk(branch, rest) for branch in branches]
    return [union(size(v), [index, *(way[i] for way in ways)]) for i, v in enumerate(eqn.outvars)]
