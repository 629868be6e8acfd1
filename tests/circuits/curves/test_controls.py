import curve_toy as toy
import early_toy
import jax.numpy as jnp
import numpy as np

import aann
from aann.vis.tuning import circular
from circuits.curves import controls as curve_controls


def test_a_turned_program_is_turned():
    turned = curve_controls.turned(toy.replacement(), 180)
    np.testing.assert_allclose(
        circular.angle_between(turned.constants["direction"].value, toy.DIRECTIONS), 180
    )


def test_without_colour_only_grey_counts():
    rng = np.random.default_rng(0)
    image = jnp.asarray(rng.uniform(0, 255, (1, 64, 64, 3)), jnp.float32)
    grey = jnp.broadcast_to(image.mean(-1, keepdims=True), image.shape)
    program = curve_controls.without_colour(toy.replacement())
    np.testing.assert_allclose(program.compute(image), toy.replacement().compute(grey), atol=0.5)


def test_without_scale_all_gains_are_their_geometric_mean():
    gain = curve_controls.without_scale(toy.replacement()).constants["gain"].value
    np.testing.assert_allclose(gain, np.exp(np.log(toy.GAIN).mean()))


def test_a_turned_early_program_turns_all_its_angles():
    turned = curve_controls.turned(early_toy.early(), 30, ("curve_direction", "line_normal"))
    found = np.asarray(turned.constants["line_normal"].value)
    np.testing.assert_allclose(found, np.asarray(early_toy.NORMALS) + 30)


def test_shuffles_look_for_curves_that_face_any_way():
    ours = toy.replacement()
    drawn = aann.shuffles(ours, n=50, kinds="constants").drawn[0]
    directions = np.asarray([w.programs[0].constants["direction"].value for w in drawn.wrong])
    assert directions.shape == (50, 5)
    assert 0 <= directions.min() < 20
    assert 340 < directions.max() < 360
    gains = [w.programs[0].constants["gain"].value for w in drawn.wrong]
    assert (np.asarray(gains) == np.asarray(ours.constants["gain"].value)).all()
