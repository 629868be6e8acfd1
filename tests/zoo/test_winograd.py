import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo import winograd

SIDE = st.integers(1, 5)  # every shape is compiled anew


def both(x, features):
    """The direct and the fast layer, and the parameters that both take."""
    direct, fast = nn.Conv(features, (3, 3)), winograd.Conv3x3(features)
    params = direct.init(jax.random.key(0), x)
    return direct, fast, jax.tree.map(lambda leaf: leaf + 0.1, params)


@given(batch=st.integers(1, 2), height=SIDE, width=SIDE, channels=st.integers(1, 3))
@settings(max_examples=10, deadline=None)
def test_equals_the_direct_convolution(batch, height, width, channels):
    x = jax.random.normal(jax.random.key(1), (batch, height, width, channels))
    direct, fast, params = both(x, 4)
    np.testing.assert_allclose(fast.apply(params, x), direct.apply(params, x), atol=2e-5)


def test_gradients_equal_those_of_the_direct_convolution():
    x = jax.random.normal(jax.random.key(1), (2, 7, 6, 3))
    direct, fast, params = both(x, 4)

    def slopes(layer):
        return jax.grad(lambda p, x: jnp.sin(layer.apply(p, x)).sum(), argnums=(0, 1))(params, x)

    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, atol=1e-4), slopes(fast), slopes(direct)
    )


def test_its_parameters_are_those_of_the_direct_convolution():
    x = jnp.zeros((1, 4, 4, 3))
    shapes = [jax.eval_shape(layer.init, jax.random.key(0), x) for layer in both(x, 5)[:2]]
    assert shapes[0] == shapes[1]
