import early_toy as toy
import numpy as np
import pytest

from aann.vis.tuning import circular
from circuits.curves import cells
from circuits.curves.inputs import Inputs
from circuits.curves_from_3a import tuning as early_tuning

ANGLES = np.deg2rad(early_tuning.DIRECTIONS)


@pytest.fixture(scope="module")
def tuned():
    return measured(toy.model())


def measured(model):
    return early_tuning.measure(model, cells.measure(model, "mixed3a", Inputs()), Inputs())


def test_curves_and_lines_are_told_apart(tuned):
    assert tuned.curved[list(toy.CURVES)].all()
    assert not tuned.curved[list(toy.LINES)].any()


def test_the_angles_are_those_of_the_units(tuned):
    curves, lines = list(toy.CURVES), list(toy.LINES)
    assert circular.angle_between(tuned.direction[curves], toy.DIRECTIONS).max() < 10
    twice = circular.angle_between(2 * tuned.normal[lines], 2 * np.asarray(toy.NORMALS))
    assert twice.max() / 2 < 10


def test_units_that_answer_to_no_direction_are_weak(tuned):
    blind = np.setdiff1d(np.arange(len(tuned.strength)), [*toy.CURVES, *toy.LINES])
    selective = tuned.strength[[*toy.CURVES, *toy.LINES]]
    assert tuned.strength[blind].max() < selective.min() / 4


def test_a_cosine_of_the_direction_is_bent_and_of_twice_the_normal_straight():
    bent, straight = 1 + np.cos(ANGLES - 1), 1 + np.cos(2 * (ANGLES - 2))
    answers = np.repeat(np.stack([bent, straight], -1)[None], 6, 0)
    answers[-2:, :, 0] = 1  # an early curve hears lines of all orientations alike
    found = early_tuning.from_answers("toy", answers)
    np.testing.assert_allclose(found.bend, [0.5, 0], atol=1e-9)
    np.testing.assert_allclose(found.line, [0, 0.5], atol=1e-9)
    np.testing.assert_allclose(found.direction[0], np.rad2deg(1))
    np.testing.assert_allclose(found.normal[1], np.rad2deg(2))
    assert found.curved.tolist() == [True, False]


@pytest.mark.usefixtures("optimised")
def test_the_registered_program_reads_units_of_the_measured_kinds(assets):
    import zoo
    from circuits.curves_from_3a.program import curves_from_3a

    found = measured(zoo.load("inceptionv1"))
    known = {n: np.asarray(c.value) for n, c in curves_from_3a.constants.items()}
    curves, lines = known["curve_channels"], known["line_channels"]
    assert found.curved[curves].all()
    assert not found.curved[lines].any()
    bent = circular.angle_between(found.direction[curves], known["curve_direction"])
    straight = circular.angle_between(2 * found.normal[lines], 2 * known["line_normal"]) / 2
    assert np.median(bent) < 25  # by chance 90
    assert np.median(straight) < 15  # by chance 45
