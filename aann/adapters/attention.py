"""Attention probabilities of Flax's attention layers, which are functions and not modules."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from aann.adapters.marking import mark


# One function a name, so that nnx's caches of traced functions know it again.
@functools.cache
def marked_attention(
    name: str, plain: Callable[..., Any], weights: Callable[..., jax.Array]
) -> Callable[..., Any]:
    """An ``attention_fn`` for Flax's multi-head attention with a mark on its probabilities.

    Args:
        name: of the site, (batch, ..., head, query, key).
        plain: ``dot_product_attention`` of flax.linen or flax.nnx, which this stands in for.
        weights: ``dot_product_attention_weights`` of the same.
    """
    known = inspect.signature(weights).parameters

    @functools.wraps(plain)  # flax.linen passes those options that the signature lists
    def attention(query: jax.Array, key: jax.Array, value: jax.Array, **options: Any) -> jax.Array:
        dtype = options.pop("dtype", None) or jnp.result_type(query, key, value)
        query, key, value = (x.astype(dtype) for x in (query, key, value))
        used = {k: v for k, v in options.items() if k in known}
        probabilities = mark(name, weights(query, key, dtype=dtype, **used))
        if (groups := query.shape[-2] // value.shape[-2]) > 1:  # heads that share their values
            value = jnp.repeat(value, groups, axis=-2)
        precision = options.get("precision")
        return jnp.einsum("...hqk,...khd->...qhd", probabilities, value, precision=precision)

    return attention
