"""Attention patterns as programs: a softmax over a few features of (query, key), and its fit.

A *feature* is a number for each query and key that follows from the tokens, such as "this key is
the position before the query". A pattern program weighs its features and takes the softmax over
the keys up to the query, as attention does. The weights are thus in nats: a weight of 3 makes a key
20 times as likely as one without the feature.

``fit`` finds the weights that make natural patterns most likely. Sharp edge: where a head attends
to nothing but the keys of a feature, its weight has no finite optimum; it stops at ``LARGEST``.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy.optimize import minimize

import aann
from aann.counting.digits import significant
from aann.data.batches import batches
from circuits.fitting.design import check as check_design

LARGEST = 20.0
"""Bound on fitted weights, in nats: the odds of one key are then 5e8."""

BATCH = 128


def causal_softmax(
    scores: Float[Array, "batch head query key"],
) -> Float[Array, "batch head query key"]:
    """Attention with these scores: each query attends to itself and to earlier positions."""
    seen = jnp.tril(jnp.ones(scores.shape[2:], bool))
    return jax.nn.softmax(scores, axis=-1, where=seen[None, None])


def fit(
    features: Float[Any, "n feature query key"],
    pattern: Float[Any, "n head query key"],
    importance: Float[Any, "n query"],
) -> Float[np.ndarray, "head feature"]:
    """Weights of the features that make natural patterns most likely.

    The likelihood is that of drawing keys by the natural pattern (cross-entropy, concave in the
    weights), averaged over queries by their importance.

    Args:
        features: of every query and key; keys after the query are not looked at.
        pattern: natural attention, rows sum to 1.
        importance: of every query, not negative.

    Raises:
        ValueError: no query has any importance.
    """
    if not np.any(np.asarray(importance) > 0):
        raise ValueError("no query counts: the importance is zero everywhere")
    shown = [jnp.asarray(x, jnp.float32) for x in (features, pattern, importance)]
    heads, count = shown[1].shape[1], shown[0].shape[1]

    def cost(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = jnp.asarray(flat.reshape(heads, count), jnp.float32)
        value, slope = _cross_entropy(weights, *shown)
        return float(value), np.asarray(slope, np.float64).ravel()

    bounds = [(-LARGEST, LARGEST)] * (heads * count)
    found = minimize(cost, np.zeros(heads * count), jac=True, method="L-BFGS-B", bounds=bounds)
    weights: np.ndarray = found.x.reshape(heads, count)
    return weights


@functools.partial(jax.jit)
@jax.value_and_grad
def _cross_entropy(
    weights: jax.Array, features: jax.Array, pattern: jax.Array, importance: jax.Array
) -> jax.Array:
    """Summed over heads, so that each head's weights are fitted on their own."""
    scores = jnp.einsum("hf,nfqk->nhqk", weights, features)
    seen = jnp.tril(jnp.ones(scores.shape[2:], bool))[None, None]
    log = jax.nn.log_softmax(scores, axis=-1, where=seen)
    each = -jnp.where(seen, pattern * jnp.where(seen, log, 0.0), 0.0).sum((1, 3))
    return (each * importance).sum() / importance.sum()


def observe(
    model: aann.Model, design: aann.Design, sites: Sequence[str]
) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
    """Tokens of the design examples and the model's values at some sites.

    Raises:
        TypeError: ``design`` is not a ``Design``.
    """
    check_design(design)
    read = jax.jit(lambda tokens: aann.capture(model, sites)(tokens)[1])
    tokens: list[np.ndarray] = []
    values: dict[str, list[np.ndarray]] = {site: [] for site in sites}
    for batch in batches(design, min(BATCH, len(design)), model):
        n = len(batch.indices)
        tokens.append(np.asarray(batch.inputs[:n]))
        for site, x in read(batch.inputs).items():
            values[site].append(np.asarray(x[:n]))
    return np.concatenate(tokens), {site: np.concatenate(x) for site, x in values.items()}


def rounded(values: Any, digits: int = 2) -> np.ndarray:
    """Each number to so many significant digits."""
    return significant(values, digits)
