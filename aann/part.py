"""Consecutive equations of a traced program, as a program of their own."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.core
from jax.extend.core import Jaxpr, JaxprEqn, Literal, Var


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
