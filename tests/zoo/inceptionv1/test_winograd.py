import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from zoo.inceptionv1 import winograd


def both(x, features):
    """The direct and the fast layer, and the parameters that both take."""
    direct, fast = nn.Conv(features, (3, 3)), winograd.Conv3x3(features)
    params = direct.init(jax.random.key(0), x)
    return direct, fast, jax.tree.map(lambda leaf: leaf + 0.1, params)


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 7, 7, 3), (1, 4, 5, 2), (1, 3, 8, 1)])
def test_equals_the_direct_convolution(shape):
    x = jax.random.normal(jax.random.key(1), shape)
    direct, fast, params = both(x, 4)
    expected = jax.jit(direct.apply)(params, x)
    np.testing.assert_allclose(jax.jit(fast.apply)(params, x), expected, atol=2e-5)


def test_gradients_equal_those_of_the_direct_convolution():
    x = jax.random.normal(jax.random.key(1), (2, 7, 6, 3))
    direct, fast, params = both(x, 4)

    def slopes(layer):
        loss = jax.grad(lambda p, x: jnp.sin(layer.apply(p, x)).sum(), argnums=(0, 1))
        return jax.jit(loss)(params, x)

    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, atol=1e-4), slopes(fast), slopes(direct)
    )


def test_its_parameters_are_those_of_the_direct_convolution():
    x = jnp.zeros((1, 4, 4, 3))
    shapes = [jax.eval_shape(layer.init, jax.random.key(0), x) for layer in both(x, 5)[:2]]
    assert shapes[0] == shapes[1]
