"""A model whose matrix products and convolutions take bfloat16 numbers.

Accelerators multiply bfloat16 numbers several times faster than float32 ones. Operands are rounded
to 8 significant bits, products are added up in float32, and the result has the dtype that it had:
sites, and the programs that read and write them, stay as they are.

Sharp edges: made for evaluation; convolutions of such a model cannot be differentiated. What runs
inside ``shard_map`` or a kernel of its own keeps its precision. On a CPU nothing gets faster.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Var

from aann.model import Model
from aann.trace.graph import shape_of
from aann.trace.inline import CALLS, CUSTOM_RULES
from aann.trace.part import evaluate_part, inputs_of, part, value_of

_PRODUCTS = ("dot_general", "conv_general_dilated")
_BODIES = (*CALLS, *CUSTOM_RULES, "scan", "while", "cond")


def in_bfloat16(model: Model) -> Model:
    """The model with the operands of matrix products and convolutions rounded to bfloat16.

    Args:
        model: its sites, parameters and dtypes stay.
    """

    def apply(params: Any, inputs: Any) -> Any:
        closed, shape = jax.make_jaxpr(model.apply, return_shape=True)(params, inputs)
        outputs = _evaluate(closed, jax.tree.leaves((params, inputs)))
        return jax.tree.unflatten(jax.tree.structure(shape), outputs)

    return dataclasses.replace(model, apply=apply)


def _evaluate(closed: ClosedJaxpr, args: Sequence[Any]) -> list[Any]:
    jaxpr = closed.jaxpr
    env: dict[Var, Any] = dict(zip(jaxpr.constvars, closed.consts, strict=True))
    env.update(zip(jaxpr.invars, args, strict=True))
    for eqn in jaxpr.eqns:
        name = eqn.primitive.name
        if name in _PRODUCTS:
            env[eqn.outvars[0]] = _product(eqn, [value_of(v, env) for v in eqn.invars])
            continue
        changed = eqn.replace(params=_params(eqn)) if name in _BODIES else eqn
        evaluate_part(part(jaxpr, [changed], lambda v: True), env)
    return [value_of(v, env) for v in jaxpr.outvars]


def _product(eqn: JaxprEqn, operands: Sequence[Any]) -> Any:
    dtype = shape_of(eqn.outvars[0]).dtype
    if dtype != jnp.float32 or any(x.dtype != jnp.float32 for x in operands):
        return eqn.primitive.bind(*operands, **eqn.params)
    # A precision asks for more passes over float32 numbers, which these no longer are.
    params = {**eqn.params, "precision": None, "preferred_element_type": dtype}
    # XLA drops a cast to bfloat16 and back, which is what a CPU makes of it; not this rounding.
    rounded = [jax.lax.reduce_precision(x, exponent_bits=8, mantissa_bits=7) for x in operands]
    return eqn.primitive.bind(*(x.astype(jnp.bfloat16) for x in rounded), **params)


def _params(eqn: JaxprEqn) -> dict[str, Any]:
    """The parameters of an equation, with its bodies changed."""
    return {
        name: tuple(map(_body, value)) if isinstance(value, tuple) else _body(value)
        for name, value in eqn.params.items()
    }


def _body(value: Any) -> Any:
    if not isinstance(value, Jaxpr | ClosedJaxpr):
        return value
    closed = value if isinstance(value, ClosedJaxpr) else ClosedJaxpr(value, ())
    changed = jax.make_jaxpr(lambda *args: _evaluate(closed, args))(*inputs_of(closed.jaxpr))
    return changed if isinstance(value, ClosedJaxpr) else changed.jaxpr
