import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.vis import visualise
from aann.vis.features.revived import revived

X = jnp.asarray(np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32))

RELUS = {
    "jax.nn": jax.nn.relu,
    "jit": jax.jit(jax.nn.relu),
    "max": lambda x: jnp.maximum(x, 0),
    "max, zero first": lambda x: jnp.maximum(0.0, x),
    "relu6": jax.nn.relu6,
    "in a loop": lambda x: jax.lax.scan(lambda c, _: (jax.nn.relu(c), None), x, None, length=1)[0],
    "in a branch": lambda x: jax.lax.cond(x.sum() < 1e9, jax.nn.relu, lambda x: x, x),
    "remat": jax.checkpoint(jax.nn.relu),
}


@pytest.mark.parametrize("relu", RELUS.values(), ids=RELUS)
def test_values_stay_and_gradients_of_the_living_too(relu):
    def loss(x):
        return -(relu(x) * jnp.arange(1.0, 4)[None]).sum()

    assert float(loss(X)) == float(revived(loss)(X))
    assert (np.asarray(X) > 0).any(1).all()
    np.testing.assert_array_equal(jax.grad(loss)(X), jax.grad(revived(loss))(X))


@pytest.mark.parametrize("relu", RELUS.values(), ids=RELUS)
def test_what_pushes_up_gets_through_to_the_dead_alone(relu):
    weights = jnp.asarray([1.0, -2.0, 3.0])

    def loss(x):
        return -(relu(x) * weights[None]).sum()

    x = X.at[1].set(-jnp.abs(X[1]) - 0.1)
    plain, found = jax.grad(loss)(x), jax.jit(jax.grad(revived(loss)))(x)
    np.testing.assert_array_equal(plain[1], 0)
    np.testing.assert_array_equal(found[1], [-1.0, 0.0, -3.0])
    np.testing.assert_array_equal(np.delete(found, 1, 0), np.delete(plain, 1, 0))


def test_other_rules_and_other_maxima_are_left_alone():
    @jax.custom_jvp
    def odd(x):
        return jnp.maximum(x, 0)

    odd.defjvp(lambda p, t: (odd(*p), 7.0 * t[0]))

    def loss(x):
        return -(odd(x) + jnp.maximum(x, 2.0) + jnp.maximum(x, -x)).sum()

    x = -jnp.abs(X)
    np.testing.assert_array_equal(jax.grad(loss)(x), jax.grad(revived(loss))(x))
    assert (
        str(jax.make_jaxpr(revived(lambda n: jnp.maximum(n, 0)))(jnp.arange(3))).count("custom")
        == 0
    )


def test_a_unit_that_is_dead_at_the_start_is_found_nevertheless():
    def network(p, x):
        return aann.site("h", jax.nn.relu(x[..., :1] / 255 - 0.9 * p)).mean((1, 2))

    toy = aann.Model(network, jnp.float32(1), "toy", jax.ShapeDtypeStruct((6, 6, 3), jnp.float32))
    found = visualise(toy, "h:0", steps=60, transforms=(), progress=False)
    assert (found.course[0] == 0).all()
    assert (found.values > 0).all()
