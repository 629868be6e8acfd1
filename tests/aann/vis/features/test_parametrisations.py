import jax
import jax.numpy as jnp
import numpy as np
import pytest

from aann.vis.features.parametrisations import (
    Fourier,
    Maco,
    Parametrisation,
    Pixels,
    mean_magnitude,
    wavelengths,
)

SHAPE = (2, 12, 15, 3)


def maco(shape=SHAPE, seed=0):
    pictures = np.random.default_rng(seed).random((5, *shape[1:]), np.float32)
    return Maco(mean_magnitude(pictures))


@pytest.mark.parametrize("made", [Pixels(), Fourier(), maco(), Fourier(decorrelate=False)])
def test_pictures_have_their_shape_and_range_and_are_those_of_the_seed(made):
    assert isinstance(made, Parametrisation)
    free = made.start(jax.random.key(0), SHAPE)
    pictures = np.asarray(made.pictures(free, SHAPE))
    assert pictures.shape == SHAPE
    assert pictures.dtype == np.float32
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    assert np.isfinite(pictures).all()
    again = made.pictures(made.start(jax.random.key(0), SHAPE), SHAPE)
    np.testing.assert_array_equal(pictures, again)
    other = made.pictures(made.start(jax.random.key(1), SHAPE), SHAPE)
    assert np.abs(pictures - np.asarray(other)).max() > 0
    assert np.abs(pictures[0] - pictures[1]).max() > 0


@pytest.mark.parametrize("made", [Pixels(), Fourier()])
def test_the_start_is_grey_with_a_little_noise(made):
    pictures = np.asarray(made.pictures(made.start(jax.random.key(0), SHAPE), SHAPE))
    np.testing.assert_allclose(pictures, 0.5, atol=0.1)


@pytest.mark.parametrize("made", [Pixels(0.1), Fourier(0.1), maco()])
def test_gradients_are_those_of_finite_differences(made):
    shape = (1, 6, 7, 3)
    made = maco(shape) if isinstance(made, Maco) else made
    free = made.start(jax.random.key(0), shape)
    weights = jax.random.normal(jax.random.key(1), shape)
    way = jax.random.normal(jax.random.key(2), free.shape)

    def number(t):
        return (made.pictures(free + t * way, shape) * weights).sum()

    slope = jax.grad(number)(jnp.float32(0))
    h = 1e-2
    np.testing.assert_allclose(slope, (number(h) - number(-h)) / (2 * h), rtol=2e-2, atol=2e-3)


def test_magnitudes_are_held_and_phases_move():
    made = maco()
    for seed in (0, 1):
        pictures = np.asarray(made.pictures(made.start(jax.random.key(seed), SHAPE), SHAPE))
        planes = np.log(pictures) - np.log1p(-pictures)  # before the sigmoid
        found = np.abs(np.fft.rfft2(np.moveaxis(planes, -1, 1)))[:, :, 1:-1, 1:-1]
        shares = found / made.magnitude[None, :, 1:-1, 1:-1]
        spread = shares.std(axis=(2, 3)) / shares.mean(axis=(2, 3))
        assert spread.max() < 1e-2, "each coefficient has its magnitude, up to one factor a channel"
    with pytest.raises(ValueError, match=r"have magnitudes of shape \(3, 9, 5\), got \(3, 12, 8\)"):
        made.start(jax.random.key(0), (1, 9, 8, 3))


def test_wavelengths_are_those_of_waves():
    found = wavelengths(8, 8)
    assert found.shape == (8, 5)
    np.testing.assert_allclose(found[0], [8, 8, 4, 8 / 3, 2])
    np.testing.assert_allclose(found[3, 4], 8 / np.hypot(3, 4), rtol=1e-6)


@pytest.mark.parametrize("made", [Pixels(), Fourier(), Fourier(decay=0.5, decorrelate=False)])
@pytest.mark.parametrize("size", [(12, 15), (12, 16)])
def test_free_numbers_stand_for_given_pictures(made, size):
    pictures = np.random.default_rng(0).uniform(0.05, 0.95, (2, *size, 3)).astype(np.float32)
    found = made.pictures(made.at(jnp.asarray(pictures)), pictures.shape)
    np.testing.assert_allclose(found, pictures, atol=2e-4)
    hard = (pictures > 0.5).astype(np.float32)  # black and white are kept a little away from
    np.testing.assert_allclose(
        made.pictures(made.at(jnp.asarray(hard)), hard.shape), hard, atol=2e-3
    )


def test_maco_takes_the_phases_of_given_pictures():
    made, shape = maco(), SHAPE
    pictures = np.asarray(made.pictures(made.start(jax.random.key(3), shape), shape))
    near = made.pictures(made.at(jnp.asarray(pictures)), shape)
    assert np.corrcoef(np.ravel(near), np.ravel(pictures))[0, 1] > 0.98
    with pytest.raises(ValueError, match="mean_magnitude of pictures of that size"):
        made.at(jnp.zeros((1, 9, 8, 3)))


def test_the_mean_of_nothing_is_unknown():
    with pytest.raises(ValueError, match="of no pictures is unknown: pass one at least"):
        mean_magnitude(np.zeros((0, 4, 4, 3), np.float32))
