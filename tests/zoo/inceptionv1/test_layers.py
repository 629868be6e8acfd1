import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax
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


def derivatives(function, x, seed):
    """Value, reverse and forward derivative along something at random, and those of a batch."""
    along = jnp.asarray(images(seed, *x.shape))
    y, back = jax.vjp(function, x)
    weights = jnp.asarray(images(seed + 1, *y.shape))
    mapped = jax.vmap(lambda w: back(w)[0])(jnp.stack([weights, -weights]))
    return y, back(weights)[0], jax.jvp(function, (x,), (along,))[1], mapped


def by_xla(x, window, stride, padding):
    """Max pooling whose derivatives are XLA's own."""
    for axis in (1, 2):
        windows, strides, pads = [1] * 4, [1] * 4, [(0, 0)] * 4
        windows[axis], strides[axis], pads[axis] = window, stride, padding[axis - 1]
        x = lax.reduce_window(x, -jnp.inf, lax.max, windows, strides, pads)
    return x


@given(height=SIZES, width=SIZES, stride=st.sampled_from([1, 2]), seed=st.integers(0, 99))
@settings(max_examples=4, deadline=None)
def test_derivatives_of_max_pool_are_those_of_xla_with_ties_too(height, width, stride, seed):
    x = jnp.round(jnp.asarray(images(seed, 2, height, width, 2)))
    how = (3, stride, ((1, 1), (0, 1)))
    ours = derivatives(lambda x: layers.max_pool(x, *how), x, seed)
    theirs = derivatives(lambda x: by_xla(x, *how), x, seed)
    for mine, other in zip(ours, theirs):
        np.testing.assert_allclose(mine, other, atol=1e-5)


@given(channels=st.integers(1, 20), size=st.sampled_from([1, 3, 11]), seed=st.integers(0, 99))
@settings(max_examples=4, deadline=None)
def test_derivatives_of_normalisation_are_those_of_its_formula(channels, size, seed):
    x = jnp.asarray(20 * images(seed, 1, 2, 3, channels))
    apart = np.abs(np.subtract.outer(np.arange(channels), np.arange(channels)))
    near = jnp.asarray((apart <= size // 2).astype(np.float32))

    def formula(x):
        return x * lax.rsqrt(2.0 + 1.1e-3 / size * ((x * x) @ near))

    ours = derivatives(lambda x: layers.local_response_norm(x, size, 1.1e-3, 2.0), x, seed)
    for mine, other in zip(ours, derivatives(formula, x, seed)):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-5)


@given(
    sides=st.tuples(st.integers(8, 13), st.integers(8, 13)), window=st.sampled_from([2, 3, 4, 7]),
    pads=st.tuples(*[st.integers(0, 3)] * 4), seed=st.integers(0, 99),
)  # fmt: skip
@settings(max_examples=4, deadline=None)
def test_derivatives_of_a_convolution_of_stride_two_are_those_of_xla(sides, window, pads, seed):
    x = jnp.asarray(images(seed, 2, *sides, 3))
    kernel = jnp.asarray(images(seed + 7, window, window, 3, 4))
    padding = (pads[:2], pads[2:])

    def xla(x, kernel):
        return lax.conv_general_dilated(
            x, kernel, (2, 2), padding, dimension_numbers=("NHWC", "HWIO", "NHWC")
        )

    def ours(x, kernel):
        return layers.convolve_by_two(x, kernel, (2, 2), padding)

    for mine, other, at in (
        (lambda x: ours(x, kernel), lambda x: xla(x, kernel), x),
        (lambda k: ours(x, k), lambda k: xla(x, k), kernel),
    ):
        for a, b in zip(derivatives(mine, at, seed), derivatives(other, at, seed)):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=2e-4)


@pytest.mark.parametrize(
    ("strides", "more", "told"),
    [
        ((1, 1), {}, "'window_strides': (1, 1)"),
        ((2, 2), {"rhs_dilation": (2, 2)}, "'rhs_dilation': (2, 2)"),
        ((2, 2), {"feature_group_count": 3}, "'feature_group_count': 3"),
    ],
)
def test_other_convolutions_are_not_taken_for_one_of_stride_two(strides, more, told):
    x, kernel = jnp.zeros((1, 8, 8, 3)), jnp.zeros((3, 3, 3, 2))
    with pytest.raises(ValueError, match="convolve_by_two has stride") as caught:
        layers.convolve_by_two(x, kernel, strides, ((1, 1), (1, 1)), **more)
    assert told in str(caught.value)
