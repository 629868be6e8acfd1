import curve_toy as toy
import jax.numpy as jnp
import numpy as np

from circuits.curves import lobes
from circuits.curves.energy import facings, normals


def at(degrees, channels=None, fold=1):
    channels = facings() if channels is None else channels
    return lobes.frame(jnp.deg2rad(jnp.asarray(degrees, jnp.float32)), channels, fold)


def test_a_lobe_sums_to_one_whatever_its_form():
    for curvature, turn in ((0.0, 0.0), (0.03, 0.0), (-0.02, 1.0)):
        lobe = lobes.lobe(at([20.0, 200.0]), jnp.float32(9), jnp.float32(3), 8.0, curvature, turn)
        np.testing.assert_allclose(lobe.sum((0, 1, 2)), 1, rtol=1e-5)


def test_a_lobe_wants_what_faces_its_direction_or_aslant():
    straight = lobes.lobe(at([90.0]), jnp.float32(9), jnp.float32(3), 8.0)
    aslant = lobes.lobe(at([90.0]), jnp.float32(9), jnp.float32(3), 8.0, 0.0, jnp.pi / 2)
    assert [int(x.sum((0, 1)).ravel().argmax()) for x in (straight, aslant)] == [4, 8]


def test_an_arc_bends_towards_the_centre_of_its_circle():
    """Facing up: the arc's ends lie above its middle, and face inward."""
    arc = lobes.lobe(at([90.0]), jnp.float32(12), jnp.float32(2), 16.0, 0.04)
    weight = np.asarray(arc).sum(2)[..., 0]
    rows = np.arange(len(weight)) @ weight / weight.sum(0)
    assert rows[5] - rows[0] > 1
    left, right = (int(np.asarray(arc)[:, k, :, 0].sum(0).argmax()) for k in (1, 9))
    assert left < 4 < right


def test_the_echo_of_an_early_curve_is_another_arc():
    """Lines face both ways: the arc that bends the other way is not the arc turned about."""
    lines = at([90.0], normals(), 2)
    form = (jnp.float32(8), jnp.float32(2), 16.0)
    arc, echo = (lobes.lobe(lines, *form, k) for k in (0.03, -0.03))
    turned = lobes.lobe(at([270.0], normals(), 2), *form, -0.03)
    np.testing.assert_allclose(arc, turned, atol=1e-6)
    assert float(jnp.abs(arc - echo).sum()) > 0.5


def test_moving_a_frame_moves_the_lobe():
    centred = lobes.lobe(at([90.0]), jnp.float32(4), jnp.float32(4), 8.0)
    moved = lobes.lobe(at([90.0]).moved(8.0, 4.0), jnp.float32(4), jnp.float32(4), 8.0)
    np.testing.assert_allclose(moved[:-1, 2:], centred[1:, :-2], rtol=0.05, atol=1e-4)


def test_both_sides_are_mirror_images_that_sum_to_one():
    """Facing up: the right half wants what is turned anticlockwise, the left half the reverse."""
    both = np.asarray(
        lobes.both_sides(at([90.0]), 16.0, 8.0, 45.0, jnp.float32(4), jnp.float32(16))
    )[..., 0]
    np.testing.assert_allclose(both.sum(), 1, rtol=1e-5)
    mirrored = both[:, ::-1, (8 - np.arange(16)) % 16]
    np.testing.assert_allclose(both, mirrored, atol=1e-7)
    place = np.unravel_index(both[:, 6:].argmax(), both[:, 6:].shape)
    assert place == (3, 3, 6)  # 8 px up, 16 px right, 45 degrees on from up


def test_filters_turn_with_their_direction():
    """A quarter turn of a unit without offset turns its filters."""
    c = dict(toy.replacement().values)
    c |= {"right": jnp.zeros(5), "up": jnp.zeros(5)}
    quarter = c | {"direction": c["direction"] + 90}
    one, two = (
        np.asarray(lobes.unit_filters(type(toy.replacement().values)(x))) for x in (c, quarter)
    )
    turned = np.roll(np.rot90(one), 4, axis=2)
    np.testing.assert_allclose(two, turned, atol=1e-6)


def test_early_filters_have_one_form_in_all_directions():
    filters = np.asarray(lobes.early_filters(toy.replacement().values))
    turned = np.roll(np.rot90(filters[..., 0]), 8, axis=2)
    np.testing.assert_allclose(filters[..., 4], turned, atol=1e-6)


def test_a_weight_of_zero_takes_a_lobe_away():
    c = dict(toy.replacement().values)
    none = {
        n: jnp.zeros(5) for n in ("opposing", "crowd", "halo", "anticlockwise", "clockwise", "ends")
    }
    alone = lobes.unit_filters(type(toy.replacement().values)({**c, **none}))
    np.testing.assert_allclose(alone.sum((0, 1, 2)), 1, rtol=1e-5)
    assert float(alone.min()) >= 0
