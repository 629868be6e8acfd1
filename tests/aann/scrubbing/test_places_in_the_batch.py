"""Of ``kept``: models whose parts above a cut do not follow the examples as their shapes say."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scrubs import WIDTH

import aann
from aann.scrubbing.equivalence import Anything
from aann.scrubbing.interchange import interchange

N, LENGTH = 41, 3


def by_place(p, x):
    """Gathers a position of each example by its place in the batch."""
    h = x @ p["in"]
    s = aann.site("mid", jnp.tanh(h)) + h
    at = (jnp.abs(x[:, 0, 0]) * 7).astype(jnp.int32) % LENGTH
    return s[jnp.arange(len(x)), at] @ p["out"]


def by_example(p, x):
    """The same by the example."""
    h = x @ p["in"]
    s = aann.site("mid", jnp.tanh(h)) + h
    at = (jnp.abs(x[:, 0, 0]) * 7).astype(jnp.int32) % LENGTH
    return jnp.take_along_axis(s, at[:, None, None], axis=1)[:, 0] @ p["out"]


def flat(p, x):
    """Runs on all positions of all examples in a row."""
    f = (x @ p["in"]).reshape(-1, WIDTH)
    s = aann.site("mid", jnp.tanh(f).reshape(x.shape))
    return (f + s.reshape(-1, WIDTH)).reshape(x.shape).sum(1) @ p["out"]


def unflattened(p, x):
    """The same by the example."""
    f = x @ p["in"]
    return (f + aann.site("mid", jnp.tanh(f))).sum(1) @ p["out"]


def made(function):
    rng = np.random.default_rng(0)
    shapes = {"in": (WIDTH, WIDTH), "out": (WIDTH, 5)}
    params = {k: rng.normal(size=s).astype(np.float32) for k, s in shapes.items()}
    example = jax.ShapeDtypeStruct((LENGTH, WIDTH), jnp.float32)
    return aann.Model(function, params, "toy", example)


@pytest.fixture(scope="module")
def data():
    inputs = np.random.default_rng(1).normal(size=(N, LENGTH, WIDTH)).astype(np.float32)
    return aann.from_arrays("toy", inputs)


def first(x):
    return aann.value("s", x[:, 0, 0])


@pytest.mark.parametrize(("odd", "plain"), [(by_place, by_example), (flat, unflattened)])
@pytest.mark.parametrize("size", [1, 7, 16])
def test_what_does_not_follow_the_examples_is_not_kept(odd, plain, size, data):
    """``arange(batch)`` and flattened batches look like rows of examples, and are not."""
    claim = aann.Hypothesis(first, {"s": "mid"}, Anything(), rest="keep")
    options = {"scrubs": 2, "draws": 200, "batch_size": size, "progress": False}
    losses = [
        aann.scrub(made(f), claim, data, **options, **more).losses["first"]["kl"]
        for f, more in ((odd, {}), (odd, {"memory": 0}), (plain, {}))
    ]
    np.testing.assert_allclose(losses[0], losses[2], rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(losses[1], losses[2], rtol=1e-3, atol=1e-5)
    assert losses[2].mean() > 0.1
    answers = [
        interchange(
            made(f), claim, data, answer=lambda s: (s > 0).astype(jnp.int32), batch_size=size
        ).answers["s"]
        for f in (odd, plain)
    ]
    np.testing.assert_array_equal(*answers)
