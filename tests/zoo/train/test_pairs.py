import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zoo.eis_vii_transformer import model as challenge
from zoo.train import modular_addition as addition
from zoo.train import pairs
from zoo.transformer.model import Transformer, forward

RUN = jax.jit(forward, static_argnums=0)
SMALL = addition.config(p=7, d_model=16, heads=2, d_mlp=24)


def parameters(config, seed=0):
    """Random parameters, biases among them."""
    tokens = jnp.zeros((1, 3), jnp.int32)
    start = jax.jit(Transformer(config).init)(jax.random.key(seed), tokens)["params"]
    rng = np.random.default_rng(seed)
    return jax.tree.map(lambda x: x + rng.normal(0, 0.1, x.shape).astype(np.float32), start)


def test_pairs_are_all_pairs():
    found = pairs.pairs(5)
    assert found.dtype == np.int32
    expected = [(a, b, 5) for a in range(5) for b in range(5)]
    assert [tuple(row) for row in found] == expected


@pytest.mark.parametrize(
    "config", [SMALL, addition.config(), challenge.CONFIG], ids=["small", "paper", "challenge"]
)
def test_the_fast_network_is_the_module(config):
    params = parameters(config)
    tokens = jnp.asarray(pairs.pairs(config.d_vocab - 1))[:2000]
    fast = jax.jit(lambda p: pairs.logits_at_end(p, config, tokens))(params)
    slow = RUN(config, params, tokens)
    assert slow.std() > 0.5
    np.testing.assert_allclose(fast, slow, atol=1e-5 * np.abs(slow).max())


def test_the_fast_network_has_the_slope_of_the_module():
    params, tokens = parameters(SMALL), jnp.asarray(pairs.pairs(7))

    @jax.jit
    def slopes(p):
        fast = jax.grad(lambda p: (pairs.logits_at_end(p, SMALL, tokens) ** 2).mean())(p)
        return fast, jax.grad(lambda p: (forward(SMALL, p, tokens) ** 2).mean())(p)

    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5), *slopes(params))


def test_the_learning_rate_rises_stays_and_falls():
    optimizer = pairs.optimizer(1.0, 0.5, 1000)
    params = {"w": jnp.ones(1)}

    def step(memory, _):
        # without a gradient the change is -rate * weight_decay * w: it shows the rate
        with jax.numpy_dtype_promotion("standard"):
            change, memory = optimizer.update({"w": jnp.zeros(1)}, memory, params)
        return memory, -change["w"][0] / 0.5

    rates = np.asarray(jax.lax.scan(step, optimizer.init(params), None, length=1000)[1])
    np.testing.assert_allclose(rates[:11], np.arange(11) / 10, atol=1e-6)
    np.testing.assert_allclose(rates[10:901], 1.0, atol=1e-6)
    assert (np.diff(rates[900:]) < 0).all()
    np.testing.assert_allclose(rates[950], 0.5, atol=1e-3)
    assert rates[-1] < 1e-3
