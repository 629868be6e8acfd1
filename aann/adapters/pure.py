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

DECODES = (
    "pass nnx.view(module, decode=False, raise_if_not_found=False), which takes a whole sequence "
    "at once"
)


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
    changed = [path for path, x in before.items() if not _equal(x, after.get(path, []))]
    traced = jax.make_jaxpr(lambda c, p, x: called(p, x, c)[0])(counts, params, ones)
    _, used = partial_eval.dce_jaxpr(traced.jaxpr, [True] * len(traced.jaxpr.outvars))
    problems = []
    if changed:
        more = ", ..." if len(changed) > 5 else ""
        problems.append(f"changes its own variables ({', '.join(changed[:5])}{more})")
    if any(used[: len(counts)]):
        problems.append("draws random numbers, as dropout does,")
    if problems:
        kinds = {type(node) for path, node in _variables(module) if path in changed}
        kinds |= {nnx.RngCount} if any(used[: len(counts)]) else set()
        raise ValueError(
            f"{type(module).__name__} {' and '.join(problems)} when it runs, so it is no pure "
            f"function: {_advice(kinds)}"
        )


def _advice(kinds: set[type]) -> str:
    """How what changes variables of these kinds is switched off."""
    caches = {k for k in kinds if issubclass(k, nnx.Cache)}
    sown = {k for k in kinds if issubclass(k, nnx.Intermediate)}
    advice = []
    if kinds - caches - sown:
        advice.append(
            "put it into evaluation mode with module.eval(), or pass "
            "nnx.view(module, deterministic=True, use_running_average=True)"
        )
    if any(not issubclass(k, (nnx.BatchStat, nnx.RngState)) for k in kinds - caches - sown):
        advice.append("variables of its own it must not write when it runs")
    if caches:
        advice.append(f"for its cache {DECODES}")
    if sown:
        advice.append("take out what it has sown, nnx.pop(module, nnx.Intermediate)")
    return "; ".join(advice)


def values(module: nnx.Module) -> dict[str, list[jax.Array]]:
    """Path -> arrays of each variable, those of random numbers left out."""
    return {
        path: [_plain(x) for x in jax.tree.leaves(node.get_value())]
        for path, node in _variables(module)
        if not isinstance(node, nnx.RngState)
    }


def _plain(leaf: Any) -> jax.Array:
    array = jnp.asarray(leaf)
    random = jnp.issubdtype(array.dtype, jax.dtypes.prng_key)
    return jax.random.key_data(array) if random else array


def _equal(before: list[jax.Array], after: list[jax.Array]) -> bool:
    """Whether arrays are the same, bit for bit: what was not set may be no number."""
    if len(before) != len(after):
        return False
    pairs = zip(before, after, strict=True)
    return all(np.asarray(a).tobytes() == np.asarray(b).tobytes() for a, b in pairs)


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
