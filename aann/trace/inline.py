"""Bringing marks to the top level of a traced program.

Calls that hold a mark (``jit``, ``remat``, custom derivatives) are replaced by their bodies. Of a
``scan`` only the steps that are asked for are written out: ``layer[3]`` is the mark ``layer`` in
the fourth step, and the steps before and after it stay loops. A mark under ``vmap`` is a site whose
mapped axes come first, and ``head[2]`` is lane 2 of it. Bodies are evaluated under a second trace,
so that no variable is ever renamed by hand.
"""

import functools
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.core
import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Var

from aann.trace.loops import (
    MARKS,
    base,
    bodies,
    indices,
    marks_inside,
    order,
    step_name,
    unrolled,
    wanted_steps,
)  # fmt: skip
from aann.trace.part import body_of, evaluate_part, inputs_of, part, value_of
from aann.trace.site import site_p

CALLS = ("jit", "pjit", "closed_call", "core_call", "checkpoint", "remat", "remat2")
CUSTOM_RULES = ("custom_jvp_call", "custom_vjp_call")

_NUMBER = re.compile(r"#\d+$")


def inline(closed: ClosedJaxpr, calls: Collection[str], wanted: Collection[str]) -> ClosedJaxpr:
    """The program with the marks inside ``calls``, and ``wanted`` steps of loops, at the top.

    Args:
        closed: any program.
        calls: names of the primitives to step into.
        wanted: names of sites; of loops and mapped marks, those with an index are written out.
    """
    present = {_NUMBER.sub("", name) for name in marks_inside(closed.jaxpr)}
    names = {_NUMBER.sub("", name) for name in wanted} - present
    if not any(_expandable(eqn, calls, names) for eqn in closed.jaxpr.eqns):
        return closed
    avals = inputs_of(closed.jaxpr)
    return jax.make_jaxpr(lambda *args: _run(closed, args, calls, names))(*avals)


def listed(
    jaxpr: Jaxpr, calls: Collection[str], rename: Callable[[str], str] = str
) -> Iterator[tuple[str, jax.ShapeDtypeStruct]]:
    """Names of all sites with their shapes and dtypes, in the order of execution."""
    for eqn in jaxpr.eqns:
        if eqn.primitive.name in MARKS:
            yield rename(eqn.params["name"]), _canonical_shape(eqn)
        elif eqn.primitive.name in calls:
            for body in bodies(eqn):
                yield from listed(body, calls, rename)
        elif eqn.primitive.name == "scan" and marks_inside(body := bodies(eqn)[0]):
            for i in order(eqn):
                yield from listed(body, calls, lambda name, i=i: step_name(rename(name), i))  # type: ignore[misc]


def loops(jaxpr: Jaxpr) -> Mapping[str, range]:
    """Name of a mark inside a loop, or under ``vmap`` -> its steps, or lanes."""
    found: dict[str, range] = {}
    for eqn in jaxpr.eqns:
        if eqn.primitive.name in MARKS and (lanes := _lanes(eqn)):
            found[eqn.params["name"]] = range(lanes)
        for body in bodies(eqn):
            found |= loops(body)
            if eqn.primitive.name == "scan":
                for name in marks_inside(body):
                    root, offset = base(name)
                    found[root] = range(offset, offset + eqn.params["length"])
    return found


def _run(
    closed: ClosedJaxpr, args: Sequence[Any], calls: Collection[str], wanted: Collection[str]
) -> list[Any]:
    """Evaluate a program, stepping into what holds marks."""
    run = functools.partial(_run, calls=calls, wanted=wanted)
    jaxpr = closed.jaxpr
    env: dict[Var, Any] = dict(zip(jaxpr.constvars, closed.consts, strict=True))
    env.update(zip(jaxpr.invars, args, strict=True))
    for eqn in jaxpr.eqns:
        if not _expandable(eqn, calls, wanted):
            evaluate_part(part(jaxpr, [eqn], lambda v: True), env)
            continue
        values = [value_of(v, env) for v in eqn.invars]
        if eqn.primitive.name in MARKS:
            results = [_mapped(eqn, values[0], wanted)]
        elif eqn.primitive.name == "scan":
            results = unrolled(eqn, values, wanted, run)
        else:
            results = run(body_of(eqn), values)
        env.update(zip(eqn.outvars, results, strict=True))
    return [value_of(v, env) for v in jaxpr.outvars]


def _expandable(eqn: JaxprEqn, calls: Collection[str], wanted: Collection[str]) -> bool:
    kind = eqn.primitive.name
    if kind in MARKS:
        mapped = _axes(eqn)
        return mapped != tuple(range(len(mapped))) or bool(_wanted_lanes(eqn, wanted))
    if kind == "scan":
        return bool(wanted_steps(eqn, wanted))
    return kind in calls and any(marks_inside(j) for j in bodies(eqn))


def _axes(eqn: JaxprEqn) -> tuple[int, ...]:
    """The axes that ``vmap`` gave to a marked value, the outermost first."""
    axes: tuple[int, ...] = eqn.params.get("mapped", ())
    return axes


def _lanes(eqn: JaxprEqn) -> int:
    return _canonical_shape(eqn).shape[0] if _axes(eqn) else 0


def _canonical_shape(eqn: JaxprEqn) -> jax.ShapeDtypeStruct:
    """Shape and dtype of a marked value, mapped axes first."""
    aval: Any = eqn.invars[0].aval
    axes = _axes(eqn)
    rest = [n for i, n in enumerate(aval.shape) if i not in axes]
    return jax.ShapeDtypeStruct((*(aval.shape[a] for a in axes), *rest), aval.dtype)


def _wanted_lanes(eqn: JaxprEqn, wanted: Collection[str]) -> bool:
    lanes = _lanes(eqn)
    return bool(lanes) and any(i < lanes for i in indices(eqn.params["name"], wanted))


def _mapped(eqn: JaxprEqn, value: Any, wanted: Collection[str]) -> Any:
    """A mark whose mapped axes come first, and marks of the wanted lanes."""
    axes = _axes(eqn)
    front = tuple(range(len(axes)))
    marked = _mark(jnp.moveaxis(value, axes, front), eqn.params["name"], len(axes), wanted)
    return jnp.moveaxis(marked, front, axes)


def _mark(value: Any, name: str, axes: int, wanted: Collection[str]) -> Any:
    value = site_p.bind(value, name=name, mapped=tuple(range(axes)))
    for i in sorted(indices(name, wanted)) if axes else ():
        if i < len(value):
            lane = jax.lax.index_in_dim(value, i, keepdims=False)
            lane = _mark(lane, f"{name}[{i}]", axes - 1, wanted)
            value = jax.lax.dynamic_update_index_in_dim(value, lane, i, 0)
    return value
