import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from zoo.inceptionv1 import layers

SIZES = st.integers(3, 12)


def images(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@given(height=SIZES, width=SIZES, stride=st.sampled_from([1, 2]), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_max_pool_is_the_maximum_over_squares(height, width, stride, seed):
    x = images(seed, 2, height, width, 3)
    padding = ((1, 1), (0, 1))
    padded = np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=-np.inf)
    squares = sliding_window_view(padded, (3, 3), axis=(1, 2))[:, ::stride, ::stride]
    expected = squares.max(axis=(-1, -2))
    np.testing.assert_array_equal(layers.max_pool(jnp.asarray(x), 3, stride, padding), expected)


def test_the_gradient_of_max_pool_goes_to_the_maxima():
    x = jnp.asarray(images(0, 1, 4, 4, 1))
    gradient = jax.grad(lambda x: layers.max_pool(x, 2, 2, ((0, 0), (0, 0))).sum())(x)
    tiles = x.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(4, 4)
    picked = gradient.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(4, 4)
    np.testing.assert_array_equal(picked, jax.nn.one_hot(tiles.argmax(axis=1), 4))


@pytest.mark.parametrize(
    ("size", "window", "stride", "expected"),
    [(224, 7, 2, (2, 3)), (112, 3, 2, (0, 1)), (28, 3, 1, (1, 1)), (7, 3, 2, (1, 1))],
)
def test_same_padding_is_tensorflows(size, window, stride, expected):
    assert layers.same_padding(size, window, stride) == expected


@given(channels=st.integers(1, 30), size=st.sampled_from([1, 3, 11]), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_normalisation_by_the_nearest_channels(channels, size, seed):
    x = images(seed, 1, 2, 2, channels).astype(np.float64) * 20
    expected = np.empty_like(x)
    for c in range(channels):
        near = x[..., max(0, c - size // 2) : c + size // 2 + 1]
        expected[..., c] = x[..., c] / np.sqrt(2 + 0.5 / size * (near**2).sum(axis=-1))
    found = layers.local_response_norm(jnp.asarray(x, jnp.float32), size, alpha=0.5, k=2.0)
    np.testing.assert_allclose(found, expected, rtol=2e-5)
