"""The complexity of the units that a replacement stands in for, by the same three numbers."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Literal

from aann.counting.complexity import FULL, Complexity, flops, total
from aann.data.batches import batches, default_size
from aann.data.examples import Design
from aann.model import Model
from aann.program.replacement import Replacement
from aann.splicing.splice import trace_model
from aann.trace import run as running
from aann.trace.site import INPUT

_EXAMPLES = 8


def natural(
    model: Model, replacement: Replacement, *, inputs: Any = None, seed: int = 0
) -> Complexity:
    """What the network spends on the replaced units, from the values at the reads on.

    A parameter counts where a random combination of the units has a gradient with respect to it
    on some input; arrays that ``apply`` closes over count as parameters, and integers in full.
    Those that act through units which are silent on all inputs are missed, so the count is a lower
    bound. ``bits`` takes 32 a parameter; ``flops`` are of everything that the site's value needs,
    since a layer's units are computed together. Parameters cannot be counted (None) through what
    JAX cannot differentiate, such as ``while_loop``.

    Args:
        model: the network.
        replacement: its units, and the reads whose values are given: what computes those does
            not count.
        inputs: (batch, ...) to try; by default noise of eight magnitudes.
        seed: of the noise and of the combination.
    """
    inputs = _noise(model, seed) if inputs is None else inputs
    site, reads = replacement.site, replacement.reads
    graph = trace_model(model, model.params, inputs, [site, *reads])
    graph.check([site, *reads])
    targets = graph.read_vars(site)
    given = [v for name in reads if name != INPUT for v in graph.read_vars(name)]
    arrays = [*jax.tree.leaves(model.params), *graph.consts]
    smooth = [jnp.issubdtype(jnp.result_type(a), jnp.floating) for a in arrays]

    def values_at(trainable: Any, inputs: Any, wanted: Sequence[Any], known: dict[Any, Any]) -> Any:
        moving = iter(trainable)
        leaves = [next(moving) if s else a for s, a in zip(smooth, arrays, strict=True)]
        split = len(arrays) - len(graph.consts)
        env = running.start(graph, leaves[:split], inputs)
        env |= dict(zip(graph.jaxpr.constvars, leaves[split:], strict=True)) | known
        order = running.schedule(graph, wanted, {}, given=known)
        return running.run(graph, env, order, {}, wanted)

    def picked(trainable: Any, inputs: Any, known: Sequence[Any]) -> jax.Array:
        env = values_at(trainable, inputs, targets, dict(zip(given, known, strict=True)))
        return replacement.pick(env[targets[0]])

    def known_values(trainable: Any, inputs: Any) -> list[Any]:
        env = values_at(trainable, inputs, given, {})
        return [env[v] for v in given]

    trainable = [jnp.asarray(a) for s, a in zip(smooth, arrays, strict=True) if s]
    known = jax.jit(known_values)(trainable, inputs)
    shape = jax.eval_shape(picked, trainable, inputs, known)
    weights = jax.random.normal(jax.random.key(seed), shape.shape, dtype=shape.dtype)

    def combined(trainable: Any, inputs: Any, known: Sequence[Any], weights: jax.Array) -> Any:
        return (picked(trainable, inputs, known) * weights).sum()

    cost = flops(picked, trainable, inputs, known) / len(jax.tree.leaves(inputs)[0])
    # Not differentiated: integer weights, say, or indices.
    order = running.schedule(graph, targets, {}, given=set(given))
    used = {v for i in order for v in graph.eqns[i].invars if not isinstance(v, Literal)}
    variables = [*graph.jaxpr.invars[: graph.n_params], *graph.jaxpr.constvars]
    whole = sum(
        int(np.size(a))
        for a, v, s in zip(arrays, variables, smooth, strict=True)
        if not s and v in used
    )
    try:
        # All arrays are arguments: XLA would spend minutes on folding those that are closed over.
        gradient = jax.jit(jax.grad(combined))(trainable, inputs, known, weights)
    except ValueError:  # JAX's answer to loops and callbacks; all else has run before
        return Complexity(None, None, cost)
    constants = whole + sum(int(np.count_nonzero(leaf)) for leaf in gradient)
    return Complexity(constants, float(FULL * constants), cost)


def _noise(model: Model, seed: int) -> jax.Array:
    shape = model.batch(_EXAMPLES)
    if not jnp.issubdtype(shape.dtype, jnp.floating):
        return jax.random.randint(jax.random.key(seed), shape.shape, 0, 2, dtype=shape.dtype)
    magnitudes = 2.0 ** jnp.arange(_EXAMPLES, dtype=shape.dtype)  # 1 to 128: of pixels, or less
    noise = jax.random.uniform(jax.random.key(seed), shape.shape, dtype=shape.dtype)
    return noise * magnitudes.reshape(-1, *(1,) * (len(shape.shape) - 1))


def of_units(model: Model, replacements: Sequence[Replacement], design: Design) -> Complexity:
    """The complexity of all units that are replaced; what several share counts for each.

    Args:
        model: the network.
        replacements: that stand in for the units.
        design: some of its examples are tried.
    """
    first = next(batches(design, min(len(design), default_size(model)), model))
    return total([natural(model, r, inputs=first.inputs) for r in replacements])
