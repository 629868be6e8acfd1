"""Pieces of a traced program: consecutive equations, the body of a call, values and inputs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.core
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var


def variables(eqn: JaxprEqn) -> list[Var]:
    """The variables that an equation reads (literals left out)."""
    return [v for v in eqn.invars if not isinstance(v, Literal)]


def part(jaxpr: Jaxpr, eqns: Sequence[JaxprEqn], wanted: Callable[[Var], bool]) -> Jaxpr:
    """The sub-program of some consecutive equations: what they read, and the ``wanted`` results."""
    made: dict[Var, None] = {}
    read: dict[Var, None] = {}
    for eqn in eqns:
        read.update((v, None) for v in variables(eqn) if v not in made)
        made.update((v, None) for v in eqn.outvars)
    program: Jaxpr = jaxpr.replace(
        constvars=[], invars=list(read), outvars=[v for v in made if wanted(v)], eqns=list(eqns)
    )
    return program


def evaluate_part(program: Jaxpr, env: dict[Var, Any]) -> None:
    """Run a sub-program on the values in ``env`` and put its results there."""
    values = jax.core.eval_jaxpr(program, (), *[env[v] for v in program.invars])
    results: Sequence[Any] = program.outvars
    env.update(zip(results, values, strict=True))


def body_of(eqn: JaxprEqn) -> ClosedJaxpr:
    """The only jaxpr among the parameters of a call, closed."""
    (body,) = [v for v in eqn.params.values() if isinstance(v, Jaxpr | ClosedJaxpr)]
    return body if isinstance(body, ClosedJaxpr) else ClosedJaxpr(body, ())


def value_of(atom: Any, env: Mapping[Var, Any]) -> Any:
    """The value of a variable, or a literal."""
    return atom.val if isinstance(atom, Literal) else env[atom]


def inputs_of(jaxpr: Jaxpr) -> list[jax.ShapeDtypeStruct]:
    """Shapes and dtypes of a program's inputs, to trace it again."""
    avals: list[Any] = [v.aval for v in jaxpr.invars]
    return [jax.ShapeDtypeStruct(a.shape, a.dtype, weak_type=a.weak_type) for a in avals]
