"""The complexity of the units that a replacement stands in for, by the same three numbers."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann import run as running
from aann.complexity import FULL, Complexity, flops
from aann.model import Model
from aann.site import INPUT
from aann.splice import trace_model

_EXAMPLES = 8


def natural(
    model: Model,
    site: str,
    units: Sequence[int],
    *,
    axis: int = -1,
    reads: Sequence[str] = (INPUT,),
    inputs: Any = None,
    seed: int = 0,
) -> Complexity:
    """What the network spends on ``units`` of ``site``, from the values at ``reads`` on.

    A parameter counts where a random combination of the units has a gradient with respect to it
    on some input. Parameters that act through units which are silent on all inputs are missed, so
    the count is a lower bound. ``bits`` takes 32 a parameter; ``flops`` are of everything that
    the site's value needs, since a layer's units are computed together.

    Args:
        model: the network.
        site: where the units are.
        units: indices along ``axis``.
        axis: the site's channel axis.
        reads: sites whose values are given; what computes them does not count.
        inputs: (batch, ...) to try; by default noise of eight magnitudes.
        seed: of the noise and of the combination.
    """
    inputs = _noise(model, seed) if inputs is None else inputs
    graph = trace_model(model, model.params, inputs)
    graph.check([site, *reads])
    targets = graph.read_vars(site)
    given = [v for name in reads if name != INPUT for v in graph.read_vars(name)]

    def values_at(params: Any, inputs: Any, wanted: Sequence[Any], known: dict[Any, Any]) -> Any:
        order = running.schedule(graph, wanted, {}, given=known)
        env = running.start(graph, params, inputs) | known
        return running.run(graph, env, order, {}, wanted)

    def picked(params: Any, inputs: Any, known: Sequence[Any]) -> jax.Array:
        env = values_at(params, inputs, targets, dict(zip(given, known, strict=True)))
        return jnp.take(env[targets[0]], jnp.asarray(units, dtype=jnp.int32), axis=axis)

    def known_values(params: Any, inputs: Any) -> list[Any]:
        env = values_at(params, inputs, given, {})
        return [env[v] for v in given]

    known = jax.jit(known_values)(model.params, inputs)
    shape = jax.eval_shape(picked, model.params, inputs, known)
    weights = jax.random.normal(jax.random.key(seed), shape.shape, dtype=shape.dtype)

    def combined(params: Any, inputs: Any, known: Sequence[Any], weights: jax.Array) -> jax.Array:
        return (picked(params, inputs, known) * weights).sum()

    # All arrays are arguments: XLA would spend minutes on folding those that are closed over.
    gradient = jax.jit(jax.grad(combined))(model.params, inputs, known, weights)
    constants = sum(int(np.count_nonzero(leaf)) for leaf in jax.tree.leaves(gradient))
    batch = len(jax.tree.leaves(inputs)[0])
    return Complexity(
        constants, float(FULL * constants), flops(picked, model.params, inputs, known) / batch
    )


def _noise(model: Model, seed: int) -> jax.Array:
    shape = model.batch(_EXAMPLES)
    if not jnp.issubdtype(shape.dtype, jnp.floating):
        return jax.random.randint(jax.random.key(seed), shape.shape, 0, 2, dtype=shape.dtype)
    magnitudes = 2.0 ** jnp.arange(_EXAMPLES, dtype=shape.dtype)  # 1 to 128: of pixels, or less
    noise = jax.random.uniform(jax.random.key(seed), shape.shape, dtype=shape.dtype)
    return noise * magnitudes.reshape(-1, *(1,) * (len(shape.shape) - 1))
