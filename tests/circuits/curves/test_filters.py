import jax.numpy as jnp
import numpy as np
import pytest

from circuits.curves import filters

FACING = jnp.asarray(np.arange(16) * np.pi / 8, jnp.float32)
NONE = (jnp.zeros(1), jnp.zeros(1))


def arc(degrees, curvature=0.03, centre=None):
    direction = jnp.deg2rad(jnp.asarray([degrees], jnp.float32))
    values = (jnp.float32(x) for x in (curvature, 6.0, 2.0))
    return np.asarray(filters.arcs(direction, *values, 4, FACING, 1, centre))[..., 0]


def test_taps_are_symmetric_pixels_right_and_up():
    right, up = filters.taps(4)
    assert right[5, -1, 0] == 4 * filters.REACH
    assert up[0, 5, 0] == 4 * filters.REACH
    np.testing.assert_array_equal(right, -right[:, ::-1])


def test_taps_count_from_the_centre():
    right, up = filters.taps(4, (jnp.asarray([8.0]), jnp.asarray([-4.0])))
    assert right[5, 7, 0] == 0
    assert up[6, 5, 0] == 0


@pytest.mark.parametrize("degrees", [0.0, 30.0, 250.0])
def test_a_quarter_turn_of_an_arc_is_the_arc_of_a_quarter_turn(degrees):
    turned = np.roll(np.rot90(arc(degrees)), 4, axis=-1)
    np.testing.assert_allclose(turned, arc(degrees + 90), atol=1e-6)


def test_an_arc_bends_towards_its_direction_and_wants_channels_facing_its_centre():
    drawn = arc(90.0)
    assert drawn[5, 5].argmax() == 4
    assert drawn[5, 5].sum() == drawn.sum(-1).max()
    assert drawn[4, :2].sum() > drawn[6, :2].sum()
    assert drawn[:, :5].sum((0, 1))[:4].sum() > drawn[:, 6:].sum((0, 1))[:4].sum()


def test_filters_sum_to_one():
    disc = filters.discs(jnp.float32(9.0), 4, 16, NONE)
    assert disc.shape == (11, 11, 16, 1)
    np.testing.assert_allclose(disc.sum((0, 1, 2)), 1, rtol=1e-5)
    np.testing.assert_allclose(arc(33.0).sum(), 1, rtol=1e-5)


def test_blurring_spreads_a_spot_by_the_given_pixels():
    spot = jnp.zeros((1, 21, 21, 2)).at[0, 10, 10, 1].set(1.0)
    blurred = np.asarray(filters.blurred(spot, jnp.float32(12.0), 8), np.float64)
    assert blurred[..., 0].max() == 0
    np.testing.assert_allclose(blurred.sum(), 1, rtol=1e-5)
    across = 8.0 * (np.arange(21) - 10)
    spread = np.sqrt((blurred[0, :, :, 1].sum(0) * across**2).sum())
    assert abs(spread - 12) < 0.3


def test_halving_averages_squares():
    image = jnp.arange(16.0).reshape(1, 4, 4, 1)
    np.testing.assert_array_equal(filters.halved(image)[0, :, :, 0], [[2.5, 4.5], [10.5, 12.5]])
