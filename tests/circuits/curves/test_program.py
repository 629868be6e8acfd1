import curve_toy as toy
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.counting import complexity
from aann.vis.stimuli import curves as stimuli
from aann.vis.tuning import circular
from circuits.curves import controls as curve_controls
from circuits.curves import program as curve_detectors

ANGLES = tuple(float(a) for a in range(0, 360, 15))


@pytest.fixture(scope="module")
def tuned():
    """Responses of the program at the central cell to arcs: (variant, angle, unit)."""
    centred = curve_controls.without_centring(toy.replacement())
    run = jax.jit(centred.compute)
    kinds = stimuli.variants((25.0, 40.0))
    shown = stimuli.pictures((toy.SIZE, toy.SIZE, 3), (63.0, 63.0), ANGLES, kinds)
    return np.stack([np.asarray(run(jnp.asarray(x)))[:, 7, 7] for x in shown])


def test_units_prefer_curves_that_face_their_direction(tuned):
    _, preferred = circular.mean_vector(tuned.mean(0).T, ANGLES)
    assert circular.angle_between(preferred, toy.DIRECTIONS).max() < 10


def test_units_answer_to_light_and_dark_lines_and_discs(tuned):
    best = tuned.max(1)
    assert (best > 0).all()


def test_units_are_silent_where_nothing_is():
    grey = jnp.full((1, 64, 64, 3), 90.0)
    assert np.asarray(toy.replacement().compute(grey))[:, 3:5, 3:5].max() == 0


def test_a_quarter_turn_of_the_picture_turns_the_answers():
    """A cell's middle is 7 pixels from two sides of a picture and 8 from the others: shift by 1.

    Whole arcs at stride 2 and 4 see other pixels after the turn, hence the tolerance.
    """
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:127, :127]
    picture = np.full((127, 127, 3), 117.0, np.float32)
    for _ in range(12):
        row, column, radius = rng.uniform((0, 0, 8), (127, 127, 40))
        picture[np.hypot(y - row, x - column) < radius] = rng.uniform(0, 255, 3)
    straight, turned = (np.zeros((1, 128, 128, 3), np.float32) for _ in range(2))
    straight[0, :127, :127], turned[0, :127, :127] = picture, np.rot90(picture)
    program = toy.replacement()
    c = program.constants
    quarter = program.with_constants(
        direction=np.asarray(c["direction"].value) + 90,
        right=-np.asarray(c["up"].value),
        up=np.asarray(c["right"].value),
    )
    inside = slice(4, 11)
    one = np.rot90(np.asarray(program.compute(jnp.asarray(straight)))[0, :15, :15])
    two = np.asarray(quarter.compute(jnp.asarray(turned)))[0, :15, :15]
    one, two = one[inside, inside], two[inside, inside]
    assert one.max() > 50
    assert np.corrcoef(one.ravel(), two.ravel())[0, 1] > 0.9
    other = np.asarray(program.compute(jnp.asarray(turned)))[0, :15, :15][inside, inside]
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] < 0.5


def test_there_are_at_most_200_constants():
    registered = curve_detectors.curve_detectors
    reads = [jax.ShapeDtypeStruct((1, 224, 224, 3), jnp.float32)]
    assert complexity.measure(registered, reads).constants <= 200


def test_the_grid_has_stride_8():
    assert toy.replacement().compute(jnp.zeros((2, 64, 48, 3))).shape == (2, 8, 6, 5)


def test_constants_are_checked_all_at_once():
    wrong = toy.constants()
    wrong["direction"] = aann.Constant(np.zeros(3))
    wrong["extra"] = wrong.pop("gain")
    with pytest.raises(ValueError, match="'gain' is missing; 'extra' is unknown; 'direction' has"):
        curve_detectors.replacement("toy", "cells", (0, 1, 2, 3, 4), wrong)


def test_every_shared_constant_says_where_it_comes_from():
    assert all(c.note for c in curve_detectors.SHAPE.values())
