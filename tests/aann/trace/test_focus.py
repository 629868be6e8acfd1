"""``by_index`` is served too: the same values from less work."""

import attention
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.evaluation.answer import log_probability, logit_difference
from aann.trace.focus import focused

X = jax.random.normal(jax.random.key(0), (3, 6, 8))
W = jax.random.normal(jax.random.key(1), (8, 5))
V = jax.random.normal(jax.random.key(2), (3, 6, 4, 8))
AT = jnp.array([0, 5, 2])


def taken(y, at=AT):
    """One position of each example, along axis 1."""
    index = jnp.expand_dims(at, tuple(range(1, y.ndim)))
    return jnp.take_along_axis(y, index, axis=1, mode="fill")


FUNCTIONS = {
    "product": lambda x: taken(x @ W),
    "transposed": lambda x: taken(jnp.swapaxes(jnp.swapaxes(x, 1, 2) * 2, 1, 2) @ W),
    "batched product": lambda x: taken(jnp.einsum("bpd,bqd->bpq", x, jnp.tanh(x))),
    "second operand": lambda x: taken(jnp.einsum("bqd,bpd->bpq", jnp.tanh(x), x)),
    "heads": lambda x: taken(jnp.einsum("bpd,bphd->bph", x, V)),
    "norm": lambda x: taken((x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True)),
    "softmax": lambda x: taken(jax.nn.softmax(x, axis=-1)),
    "softmax over positions": lambda x: taken(jax.nn.softmax(x, axis=1)),
    "cumulative": lambda x: taken(jnp.cumsum(x, axis=1) @ W),
    "relu": lambda x: taken(jax.nn.relu(x @ W)),
    "gelu": lambda x: taken(jax.nn.gelu(x @ W, approximate=False)),
    "masked": lambda x: taken(jnp.where(jnp.tril(jnp.ones((6, 6), bool)), x @ x.mT, 0.0) @ x),
    "outside": lambda x: taken(x @ W, jnp.array([0, 99, -1])),
    "last": lambda x: (x @ W)[:, -1, 2],
    "last of all": lambda x: (jnp.tanh(x) @ W)[-1, 2:4],
    "two places": lambda x: (x @ W)[:, 1, 0] - (x @ W)[:, 4, 3],
    "reversed": lambda x: taken(x[:, ::-1] @ W),
    "reshaped": lambda x: taken(x.reshape(3, 6, 2, 4).sum(2)),
    "compiled inside": lambda x: taken(jax.jit(lambda y: jnp.tanh(y) @ W)(x)),
    "twice": lambda x: taken(taken(x @ W) + x @ W),
    "examples mixed": lambda x: taken(x - x.mean(axis=0, keepdims=True)),
    "largest": lambda x: taken(jnp.argmax(x @ W, axis=-1, keepdims=True).astype(jnp.float32)),
    "loop": lambda x: taken(jax.lax.fori_loop(0, 3, lambda i, y: jnp.sin(y), x)),
    "nothing is looked at": lambda x: x @ W,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_derivatives_are_those_of_the_function(name):
    function = FUNCTIONS[name]
    np.testing.assert_allclose(
        jax.jit(focused(function))(X), jax.jit(function)(X), rtol=2e-5, atol=2e-6
    )

    def total(f):
        return jax.jit(jax.grad(lambda x: jnp.nansum(f(x))))(X)

    np.testing.assert_allclose(total(focused(function)), total(function), rtol=1e-4, atol=1e-5)


@settings(max_examples=8, deadline=None)
@given(attention.configs(), st.lists(st.integers(-1, 5), min_size=3, max_size=3))
def test_metrics_of_transformers(config, position):
    model, tokens = attention.transformer(**config), attention.tokens()
    metric = logit_difference([1, 2, 3], [4, 5, 6], position=position)

    def run(params, tokens):
        return metric(model.apply(params, tokens))

    np.testing.assert_allclose(
        jax.jit(focused(run))(model.params, tokens), jax.jit(run)(model.params, tokens),
        rtol=1e-4, atol=1e-5,
    )  # fmt: skip


def flops(function, *args):
    return jax.jit(function).lower(*args).compile().cost_analysis()["flops"]


def test_the_work_is_that_of_one_position():
    sizes = {"d_vocab": 200, "d_vocab_out": 200, "d_mlp": None, "context": 20, "layer_norm": True}
    tokens = jnp.zeros((2, 20), jnp.int32)
    model = attention.transformer(layers=1, last=False, **sizes)
    at_the_end = attention.transformer(layers=1, last=True, **sizes)
    metric = log_probability([1, 2])

    def run(params, tokens):
        return metric(model.apply(params, tokens))

    whole, part = (flops(f, model.params, tokens) for f in (run, focused(run)))
    least = flops(at_the_end.apply, at_the_end.params, tokens)
    assert part < 0.3 * whole
    assert part < 1.1 * least  # and less of the attention, which that one computes everywhere
