"""A ``scan`` with some of its steps written out.

In what is left of the loop the marks are renamed to ``layer[+4]``: its first step is step 4 of the
whole, so that a part of a program, traced again, keeps the numbers.
"""

import functools
import itertools
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

import jax
import jax.core
import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, jaxprs_in_params

MARKS = ("aann_site", "name")

_OFFSET = re.compile(r"\[\+(\d+)\]$")


def bodies(eqn: JaxprEqn) -> list[Jaxpr]:
    """The programs among the parameters of an equation."""
    return [getattr(j, "jaxpr", j) for j in jaxprs_in_params(eqn.params)]


def marks_inside(jaxpr: Jaxpr) -> list[str]:
    """The names of all marks in a program and in what it calls."""
    names = []
    for eqn in jaxpr.eqns:
        if eqn.primitive.name in MARKS:
            names.append(eqn.params["name"])
        for body in bodies(eqn):
            names.extend(marks_inside(body))
    return names


def base(name: str) -> tuple[str, int]:
    """The name of a mark in a loop, and which step the loop begins with."""
    offset = _OFFSET.search(name)
    return (name[: offset.start()], int(offset[1])) if offset else (name, 0)


def step_name(name: str, i: int) -> str:
    """What a mark of a loop is called in step ``i`` of that loop."""
    root, offset = base(name)
    return f"{root}[{offset + i}]"


def _later(name: str, start: int) -> str:
    root, offset = base(name)
    return f"{root}[+{offset + start}]" if offset + start else root


def order(eqn: JaxprEqn) -> range:
    """The steps of a scan in the order of execution."""
    steps = range(eqn.params["length"])
    return steps[::-1] if eqn.params["reverse"] else steps


def indices(name: str, wanted: Collection[str]) -> set[int]:
    """The indices that follow ``name`` in the wanted names."""
    pattern = re.compile(re.escape(name) + r"\[(\d+)\]")
    return {int(found[1]) for w in wanted if (found := pattern.match(w))}


def wanted_steps(eqn: JaxprEqn, wanted: Collection[str]) -> list[int]:
    """The steps of a scan that hold wanted sites, in the order of execution."""
    (body,) = bodies(eqn)
    steps: set[int] = set()
    for name in marks_inside(body) if wanted else ():
        root, offset = base(name)
        steps |= {i - offset for i in indices(root, wanted)}
    return [i for i in order(eqn) if i in steps]


def _renamed(closed: ClosedJaxpr, rename: Callable[[str], str]) -> ClosedJaxpr:
    """The program with other names in its marks, also in what it calls."""

    def change(value: Any) -> Any:
        if isinstance(value, ClosedJaxpr):
            return _renamed(value, rename)
        if isinstance(value, Jaxpr):
            return _renamed(ClosedJaxpr(value, ()), rename).jaxpr
        return tuple(map(change, value)) if isinstance(value, tuple) else value

    eqns = []
    for eqn in closed.jaxpr.eqns:
        if eqn.primitive.name in MARKS:
            eqns.append(eqn.replace(params={**eqn.params, "name": rename(eqn.params["name"])}))
        elif any(marks_inside(body) for body in bodies(eqn)):
            eqns.append(eqn.replace(params={k: change(v) for k, v in eqn.params.items()}))
        else:
            eqns.append(eqn)
    return ClosedJaxpr(closed.jaxpr.replace(eqns=eqns), closed.consts)


def unrolled(
    eqn: JaxprEqn,
    args: Sequence[Any],
    wanted: Collection[str],
    run: Callable[[ClosedJaxpr, Sequence[Any]], list[Any]],
) -> list[Any]:
    """A scan with the wanted steps written out, and loops for the steps between them.

    Args:
        eqn: the scan.
        args: values of its inputs.
        wanted: names of sites; those with an index into this loop are written out.
        run: evaluates a step that is written out.
    """
    n_consts, n_carry = eqn.params["num_consts"], eqn.params["num_carry"]
    consts, carry = list(args[:n_consts]), list(args[n_consts : n_consts + n_carry])
    stacked = args[n_consts + n_carry :]
    body, made = eqn.params["jaxpr"], {}
    for steps in _pieces(eqn, wanted):
        start = steps.start
        if len(steps) == 1 and start in wanted_steps(eqn, wanted):
            named = _renamed(body, functools.partial(step_name, i=start))
            values = run(named, [*consts, *carry, *(x[start] for x in stacked)])
            carry = values[:n_carry]  # what a step returns may be a literal, which has no axes
            made[start] = [jnp.expand_dims(y, 0) for y in values[n_carry:]]
        else:
            named = _renamed(body, functools.partial(_later, start=start))
            slices = [x[start : steps.stop] for x in stacked]
            carry, made[start] = _loop(eqn, named, consts, carry, slices, len(steps))
    columns = zip(*(made[start] for start in sorted(made)), strict=True)
    return [*carry, *(jnp.concatenate(column) for column in columns)]


def _pieces(eqn: JaxprEqn, wanted: Collection[str]) -> list[range]:
    """The steps in execution order: the wanted ones alone, the others in stretches."""
    cuts = [0, eqn.params["length"]]
    for i in wanted_steps(eqn, wanted):
        cuts += [i, i + 1]
    cuts = sorted(set(cuts))
    pieces = [range(a, b) for a, b in itertools.pairwise(cuts)]
    return pieces[::-1] if eqn.params["reverse"] else pieces


def _loop(
    eqn: JaxprEqn, body: ClosedJaxpr, consts: Sequence[Any], carry: Sequence[Any],
    stacked: Sequence[Any], length: int,
) -> tuple[list[Any], list[Any]]:  # fmt: skip
    """Some steps of a scan, as a scan."""

    def step(carry: Sequence[Any], values: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        results = jax.core.eval_jaxpr(body.jaxpr, body.consts, *consts, *carry, *values)
        return results[: len(carry)], results[len(carry) :]

    return jax.lax.scan(
        step, list(carry), list(stacked), length=length,
        reverse=eqn.params["reverse"], unroll=eqn.params["unroll"],
    )  # fmt: skip
