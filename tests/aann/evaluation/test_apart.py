"""Programs and models compute each example from that example alone."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.evaluation.apart import difference

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 5)).astype(np.float32)
IN, OUT = RNG.normal(size=(5, 6)).astype(np.float32), RNG.normal(size=(6, 4)).astype(np.float32)


def batch_norm(z):
    return (z - z.mean(0, keepdims=True)) / (z.std(0, keepdims=True) + 1e-3)


def running_norm(z):
    return (z - 0.1) / 1.5


def dropout(z):
    return jnp.where(jax.random.bernoulli(jax.random.key(0), 0.8, z.shape), z, 0.0)


def rank_of_the_batch(z):
    """Routing with a capacity: whether an example is computed depends on the others."""
    first = jnp.argsort(jnp.argsort(z[:, 0])) < (len(z) + 1) // 2
    return jnp.where(first[:, None], z, 0.0)


def model(mix):
    def apply(p, x):
        return aann.site("h", jnp.tanh(mix(x @ p["in"]))) @ p["out"]

    params = {"in": jnp.asarray(IN), "out": jnp.asarray(OUT)}
    return aann.Model(apply, params, "m", jax.ShapeDtypeStruct((5,), jnp.float32))


PROGRAM = aann.make(
    lambda x, c: jnp.tanh(x[:, :2]) * c.g, model="m", site="h", units=(0, 1), name="p",
    constants={"g": 0.5},
)  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 7, None])
@pytest.mark.parametrize("mix", [batch_norm, dropout, rank_of_the_batch])
def test_models_that_mix_examples_are_refused_whatever_the_batches(mix, size):
    heldout = aann.split(aann.from_arrays("d", X))[1]
    expected = "model 'm' mixes the examples of a batch: .*evaluation mode"
    with pytest.raises(ValueError, match=expected):
        aann.evaluate(model(mix), PROGRAM, heldout, draws=100, batch_size=size)
    population = aann.from_arrays("d", X)
    with pytest.raises(ValueError, match=expected):
        aann.exhaustive(model(mix), {"p": PROGRAM}, population, batch_size=size)


def scaled_by_the_batch(z):
    """As a quantiser that takes its scale from the batch does."""
    return z / jnp.abs(z).max()


@pytest.mark.parametrize("largest", [0, 3, 6])
@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_scale_taken_from_the_batch_shows_whichever_example_sets_it(largest, size):
    inputs = X[:7] / 10
    inputs[largest] *= 100
    examples = aann.from_arrays("d", inputs)
    with pytest.raises(ValueError, match="no scale taken from the batch"):
        aann.exhaustive(model(scaled_by_the_batch), {"p": PROGRAM}, examples, batch_size=size)


def test_a_model_that_does_not_is_not_and_its_batches_make_no_difference():
    heldout = aann.split(aann.from_arrays("d", X))[1]
    losses = [
        aann.evaluate(
            model(running_norm), PROGRAM, heldout, rows=[], draws=100, batch_size=size
        ).arrays["losses/kl"]
        for size in (1, 7, 30)
    ]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(losses[0], losses[2], rtol=1e-4, atol=1e-6)


def test_what_may_be_rounding_and_what_is_not_finite_in_both_is_no_difference():
    expected = np.asarray([[1.0, -np.inf, np.nan, 100.0]], np.float32)
    got = np.repeat(expected, 3, axis=0)
    got[1, 0] += 0.01
    assert difference(expected, got) == 0.0
    got[2, 0] += 1.0
    assert difference(expected, got) == pytest.approx(1.0)
