"""Gradients that get through a ReLU that is dead for a whole picture.

A unit that is 0 at the start has no gradient, and an optimiser never finds what it is for. Where
no gradient at all gets through a ReLU for a picture, what would push its inputs up is let through
instead, as in Lucid's ``redirected_relu_grad`` (there in the first 16 steps, here whenever it is
so). Values stay as they are, bit for bit.

A ReLU is found in the traced program: ``jax.nn.relu``, or the larger of a value and the number 0.
Sharp edge: one written in another way, such as ``jnp.where(x > 0, x, 0)``, ``jnp.clip(x, 0)`` or
the larger of a value and an array of zeros, is left alone, and so is one with a derivative rule of
the user's own.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.core
import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal
from jaxtyping import Array

from aann.trace.inline import CUSTOM_RULES
from aann.trace.loops import bodies

RELUS = ("relu", "relu6")
"""Functions of ``jax.nn`` that have a derivative rule of their own."""


def revived(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function with such gradients: to be minimised along the gradient of a loss.

    Args:
        function: takes pytrees of arrays whose ReLUs have the pictures as their first axis.
    """

    def run(*args: Any) -> Any:
        closed, shapes = jax.make_jaxpr(function, return_shape=True)(*args)
        changed = _changed(closed.jaxpr)
        outputs = jax.core.eval_jaxpr(changed, closed.consts, *jax.tree.leaves(args))
        return jax.tree.unflatten(jax.tree.structure(shapes), outputs)

    return run


@jax.custom_vjp
def _relu(x: Array) -> Array:
    return jnp.maximum(x, jnp.zeros((), x.dtype))


def _forward(x: Array) -> tuple[Array, Array]:
    return _relu(x), x > 0


def _backward(alive: Array, gradient: Array) -> tuple[Array]:
    """``gradient`` is of a loss, so that what is negative pushes up."""
    none = jnp.zeros((), gradient.dtype)
    through = jnp.where(alive, gradient, none)
    upwards = jnp.where(alive | (gradient < 0), gradient, none)
    others = tuple(range(1, gradient.ndim))
    dead = ~jnp.any(through != 0, axis=others, keepdims=True)
    return (jnp.where(dead, upwards, through),)


_relu.defvjp(_forward, _backward)


def _changed(jaxpr: Jaxpr) -> Jaxpr:
    """The program with every ReLU exchanged, inside of calls and loops, too."""
    changed: Jaxpr = jaxpr.replace(eqns=[_exchanged(eqn) for eqn in jaxpr.eqns])
    return changed


def _exchanged(eqn: JaxprEqn) -> JaxprEqn:
    if (x := _argument(eqn)) is not None:
        (made,) = jax.make_jaxpr(_relu)(jax.ShapeDtypeStruct(x.aval.shape, x.aval.dtype)).eqns
        return _between(made, [x], eqn.outvars)
    if eqn.primitive.name in CUSTOM_RULES:
        body = _only_call(eqn)
        known = body is not None and body.params.get("name") in RELUS
        return _exchanged(body) if body and known else eqn  # others have a rule that has to stay
    changed: JaxprEqn = eqn.replace(params={k: _inside(value) for k, value in eqn.params.items()})
    return changed


def _between(eqn: JaxprEqn, invars: Any, outvars: Any) -> JaxprEqn:
    moved: JaxprEqn = eqn.replace(invars=invars, outvars=outvars)
    return moved


def _only_call(eqn: JaxprEqn) -> JaxprEqn | None:
    """The only equation inside of one, between its own variables."""
    body = next(iter(bodies(eqn)), None)
    if body is None or len(body.eqns) != 1 or body.outvars != body.eqns[0].outvars:
        return None
    (inner,) = body.eqns
    if inner.invars != body.invars:
        return None
    return _between(inner, eqn.invars, eqn.outvars)


def _inside(param: Any) -> Any:
    if isinstance(param, ClosedJaxpr):
        return param.replace(jaxpr=_changed(param.jaxpr))
    if isinstance(param, Jaxpr):
        return _changed(param)
    if isinstance(param, tuple) and param and all(isinstance(p, ClosedJaxpr) for p in param):
        return tuple(_inside(p) for p in param)
    return param


def _argument(eqn: JaxprEqn) -> Any | None:
    """What an equation is the ReLU of, if it is one."""
    if eqn.primitive.name != "max":
        return None
    zeros = [isinstance(v, Literal) and jnp.ndim(v.val) == 0 and v.val == 0 for v in eqn.invars]
    if sum(zeros) != 1:
        return None
    x: Any = eqn.invars[zeros.index(False)]
    result: Any = eqn.outvars[0].aval
    floating = jnp.issubdtype(x.aval.dtype, jnp.floating)
    return x if floating and x.aval.shape == result.shape and x.aval.ndim else None
