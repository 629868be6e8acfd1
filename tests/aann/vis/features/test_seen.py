import jax
import jax.numpy as jnp
import numpy as np

import aann
from aann.trace.site import INPUT
from aann.vis.features.objectives.objective import AS_IT_IS, LOGITS, OPACITY, PICTURES, Objective
from aann.vis.features.seen import Eye, numbers

X = np.random.default_rng(0).uniform(size=(4, 8, 8, 3)).astype(np.float32)


def eye(shape, low_high=(-1.0, 3.0), dtype=jnp.float32):
    def network(p, x):
        return aann.site("h", x * p).sum((1, 2, 3))[:, None]

    one = jax.ShapeDtypeStruct(shape, dtype)
    return Eye(aann.Model(network, jnp.float32(1).astype(dtype), "toy", one), low_high)


def test_pictures_are_scaled_and_turned_to_what_the_model_takes():
    last = eye((8, 8, 3)).look(jnp.float32(1), jnp.asarray(X), ["h"])
    np.testing.assert_allclose(last[INPUT], 4 * X - 1, rtol=1e-5)
    np.testing.assert_array_equal(last["h"], last[INPUT])
    np.testing.assert_array_equal(last[PICTURES], X)
    np.testing.assert_array_equal(last[OPACITY], np.ones((4, 8, 8)))
    first = eye((3, 8, 8)).look(jnp.float32(1), jnp.asarray(X), ["h"])
    np.testing.assert_array_equal(first["h"], last["h"])
    np.testing.assert_array_equal(first[AS_IT_IS + "h"], np.moveaxis(4 * X - 1, -1, 1))
    np.testing.assert_allclose(first[LOGITS], last[LOGITS], rtol=1e-5)
    large = eye((16, 16, 3)).look(jnp.float32(1), jnp.asarray(X), ["h"])
    expected = jax.image.resize(jnp.asarray(X), (4, 16, 16, 3), "linear")
    np.testing.assert_allclose(large[PICTURES], expected, rtol=1e-5)


def test_one_channel_more_is_how_opaque():
    found = eye((8, 8, 1)).look(jnp.float32(1), jnp.asarray(X[..., :2]), [])
    np.testing.assert_array_equal(found[PICTURES], X[..., :1])
    np.testing.assert_array_equal(found[OPACITY], X[..., 1])


def test_half_precision_models_are_shown_what_they_take():
    found = eye((8, 8, 3), dtype=jnp.bfloat16).look(jnp.bfloat16(1), jnp.asarray(X), ["h"])
    assert found[INPUT].dtype == jnp.bfloat16
    mean = Objective("mean", ("h",), lambda v: v["h"].mean((1, 2, 3)))
    assert numbers([mean], found, 4).dtype == jnp.float32


def test_each_objective_has_pictures_of_its_own():
    values = {"h": jnp.arange(6.0)}
    both = [Objective("a", ("h",), lambda v: v["h"]), Objective("b", ("h",), lambda v: -v["h"])]
    np.testing.assert_array_equal(numbers(both, values, 3), [[0, 1, 2], [-3, -4, -5]])
