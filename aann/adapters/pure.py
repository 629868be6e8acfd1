"""A flax.nnx module that updates its statistics or draws random numbers is no model.

The adapter runs a copy, so outputs would be a function of parameters and inputs all the same; but
one that mixes the examples of a batch, or that holds one draw of dropout for ever.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.interpreters import partial_eval

Called = Callable[[Any, Any, Mapping[str, Any]], tuple[Any, nnx.Module]]
"""``(params, inputs, counts) -> (outputs, the module after the run)``."""


def check_pure(module: nnx.Module, called: Called, params: Any, one: Any) -> None:
    """Refuse a module in training mode.

    Args:
        module: the module.
        called: runs a copy of it, with these counts of random numbers drawn.
        params: its parameters.
        one: what one example looks like.

    Raises:
        ValueError: variables have other values after a run; outputs depend on random numbers.
    """
    # nnx's transformations write all variables anew: only their values say whether they change.
    # No more is compiled than what these depend on.
    ones = jax.tree.map(lambda s: jnp.ones((1, *s.shape), s.dtype), one)
    before, counts = values(module), rng_counts(module)
    after = jax.jit(lambda p, x: values(called(p, x, counts)[1]))(params, ones)
    changed = [path for path, x in before.items() if not np.array_equal(x, after[path])]
    traced = jax.make_jaxpr(lambda c, p, x: called(p, x, c)[0])(counts, params, ones)
    _, used = partial_eval.dce_jaxpr(traced.jaxpr, [True] * len(traced.jaxpr.outvars))
    problems = []
    if changed:
        more = ", ..." if len(changed) > 5 else ""
        problems.append(f"changes its own variables ({', '.join(changed[:5])}{more})")
    if any(used[: len(counts)]):
        problems.append("draws random numbers, as dropout does,")
    if problems:
        raise ValueError(
            f"{type(module).__name__} {' and '.join(problems)} when it runs, so it is no pure "
            "function: put it into evaluation mode with module.eval(), or pass "
            "nnx.view(module, deterministic=True, use_running_average=True)"
        )


def values(module: nnx.Module) -> dict[str, jax.Array]:
    """Path -> value of each variable that is an array, those of random numbers left out."""
    return {
        path: jnp.asarray(node.get_value())
        for path, node in _variables(module)
        if not isinstance(node, nnx.RngState) and len(jax.tree.leaves(node.get_value())) == 1
    }


def rng_counts(module: nnx.Module) -> dict[str, jax.Array]:
    """Path -> how many random numbers a stream has given."""
    return {p: node.get_value() for p, node in _variables(module) if isinstance(node, nnx.RngCount)}


def set_counts(module: nnx.Module, counts: Mapping[str, Any]) -> None:
    """Set them, in place."""
    for path, node in _variables(module):
        if path in counts:
            node.set_value(counts[path])


def _variables(module: nnx.Module) -> list[tuple[str, nnx.Variable[Any]]]:
    return [
        ("/".join(map(str, path)), node)
        for path, node in nnx.iter_graph(module)
        if isinstance(node, nnx.Variable)
    ]
