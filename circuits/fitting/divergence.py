"""Constants that bring the spliced network closest to the intact one, on design examples.

Likelihood or squared error at a site treats all errors alike; the network does not. ``closest``
starts from such a fit and descends the mean divergence KL(intact || spliced), by L-BFGS through
the spliced network. It is meant for programs with few constants.

Sharp edge: the logarithm of the divergence is what descends, so that constants of programs that are
nearly perfect still move.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import minimize

import aann
from aann.data.batches import load
from aann.evaluation.metrics import per_example
from circuits.fitting.attention import LARGEST, rounded
from circuits.fitting.design import check as check_design

EXAMPLES = 128
STEPS = 12
FLOOR = 1e-9
"""Nats that are added to the divergence before its logarithm is taken."""


def closest(
    model: aann.Model,
    replacement: aann.Replacement,
    design: aann.Design,
    *,
    names: Sequence[str],
    examples: int = EXAMPLES,
    largest: float = LARGEST,
    digits: int = 2,
) -> aann.Replacement:
    """The replacement with the constants ``names`` fitted to the network's outputs.

    Args:
        model: the network.
        replacement: where its constants are is where the descent starts.
        design: examples to fit on; labels by position say which positions count.
        names: constants to fit; all others stay.
        examples: how many design examples to use, the first ones.
        largest: bound on the size of the constants.
        digits: significant digits that are kept.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: an unknown constant, a host program, or the divergence at the start is not
            finite.
    """
    check_design(design)
    if replacement.host:
        raise ValueError(
            f"{replacement.what} runs on the host, so that JAX cannot differentiate it"
        )
    if unknown := [n for n in names if n not in replacement.constants]:
        raise ValueError(
            f"no constants {unknown} in {replacement.name!r}; declared are "
            f"{', '.join(replacement.constants)}"
        )
    few = design.take(range(min(examples, len(design))))
    start = {n: np.asarray(replacement.constants[n].value, np.float64) for n in names}
    cost = _cost(model, replacement, few)
    found = _descend(cost, start, largest)
    note = f"KL(intact || spliced) on {len(few)} design examples"
    new: dict[str, Any] = {
        n: aann.Constant(rounded(x, digits), "fitted", note) for n, x in found.items()
    }
    return replacement.with_constants(**new)


def _cost(
    model: aann.Model, replacement: aann.Replacement, few: aann.Design
) -> Callable[[dict[str, jax.Array]], tuple[jax.Array, Any]]:
    """Log of the mean divergence and its slope, compiled once."""
    tokens = jnp.asarray(load(few, range(len(few)), model))
    labels = None if few.labels is None else jnp.asarray(few.labels, jnp.int32)
    intact = jax.jit(model.apply)(model.params, tokens)

    # All arrays are arguments: XLA would spend seconds on folding those that are closed over.
    def divergence(
        values: dict[str, jax.Array],
        params: Any,
        tokens: jax.Array,
        labels: jax.Array | None,
        intact: jax.Array,
    ) -> jax.Array:
        constants = aann.Constants({**replacement.values, **values})

        def program(*given: Any) -> jax.Array:
            """The program with constants that can be differentiated."""
            result: jax.Array = replacement.program(*given[:-1], constants)
            return result

        changed = dataclasses.replace(replacement, program=program)
        logits = aann.splice(model, changed).apply(params, tokens)
        return jnp.log(per_example(logits, intact, labels)["kl"].mean() + FLOOR)

    slope = jax.jit(jax.value_and_grad(divergence))
    return lambda values: slope(values, model.params, tokens, labels, intact)


def _descend(
    cost: Callable[[dict[str, jax.Array]], tuple[jax.Array, Any]],
    start: dict[str, np.ndarray],
    largest: float,
) -> dict[str, np.ndarray]:
    sizes = np.cumsum([0, *(x.size for x in start.values())])

    def unpack(flat: np.ndarray) -> dict[str, np.ndarray]:
        parts = zip(start.items(), sizes, sizes[1:], strict=False)
        return {n: flat[a:b].reshape(x.shape) for (n, x), a, b in parts}

    def flat_cost(flat: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = cost({n: jnp.asarray(x, jnp.float32) for n, x in unpack(flat).items()})
        return float(value), np.concatenate([np.ravel(slope[n]) for n in start]).astype(np.float64)

    first = np.concatenate([x.ravel() for x in start.values()])
    if not np.isfinite(flat_cost(first)[0]):
        raise ValueError("the divergence at the start is not finite: check the program's constants")
    found = minimize(
        flat_cost, first, jac=True, method="L-BFGS-B", bounds=[(-largest, largest)] * len(first),
        options={"maxiter": STEPS},
    )  # fmt: skip
    return unpack(found.x)
