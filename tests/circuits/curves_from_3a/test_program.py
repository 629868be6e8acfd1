"""Serves ``found``, too."""

import early_toy as toy
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.curves_from_3a import program as curves_from_3a
from circuits.curves_from_3a.found import FOUND, UNITS
from circuits.curves_from_3a.search import Form


def constants(**new):
    return aann.Constants({**toy.curves().values, **{n: jnp.asarray(v) for n, v in new.items()}})


def test_an_early_curve_speaks_for_its_direction_and_against_the_opposite_one():
    weights = np.asarray(curves_from_3a.curve_weights(constants(curve_direction=[90.0] * 8)))[0]
    assert weights.argmax() == 4
    assert weights.argmin() == 12
    np.testing.assert_allclose(weights, -np.roll(weights, 8), atol=1e-6)


def test_a_line_speaks_for_both_sides_and_against_the_rest():
    weights = np.asarray(curves_from_3a.line_weights(constants(line_normal=[45.0] * 4)))[0]
    np.testing.assert_allclose(weights, np.roll(weights, 8), atol=1e-6)
    assert weights.argmax() in (2, 10)
    assert weights[6] < 0 < weights[2]


def test_turning_a_unit_turns_its_weights():
    one, two = (
        np.asarray(curves_from_3a.curve_weights(constants(curve_direction=[d] * 8)))[0]
        for d in (30.0, 30.0 + 22.5)
    )
    np.testing.assert_allclose(np.roll(one, 1), two, atol=1e-6)


@pytest.fixture(scope="module")
def early():
    return toy.activations()


def test_only_the_declared_channels_are_read(early):
    program = toy.curves()
    others = np.setdiff1d(np.arange(early.shape[-1]), [*toy.CURVES, *toy.LINES])
    changed = early.at[..., others].add(100.0)
    result = np.asarray(program.compute(early))
    assert result.max() > 0
    np.testing.assert_array_equal(program.compute(changed), result)


def test_louder_activations_are_heard_above_the_thresholds_in_proportion(early):
    quiet = toy.curves().with_constants(early_threshold=0.0, threshold=np.zeros(5))
    np.testing.assert_allclose(
        2 * np.asarray(quiet.compute(early)), quiet.compute(2 * early), rtol=1e-4, atol=1e-3
    )


def test_constants_are_checked_all_at_once():
    wrong = dict(toy.curves().constants)
    wrong["line_gain"] = aann.Constant(np.ones(3))
    wrong["extra"] = wrong.pop("line_crossing")
    match = r"5 curve detectors from mixed3a: 'line_crossing' is missing; 'extra' is unknown; 'lin"
    with pytest.raises(ValueError, match=match):
        curves_from_3a.replacement("toy", "mixed3b", "mixed3a", range(5), wrong)


def test_own_pieces_have_one_entry_a_unit():
    wrong = dict(toy.curves().constants)
    wrong["own_facing"] = aann.Constant(np.ones((2, 5)))
    with pytest.raises(ValueError, match=r"'own_facing' has shape \(2, 5\) instead of \(1, 5\)"):
        curves_from_3a.replacement("toy", "mixed3b", "mixed3a", range(5), wrong)


def test_an_early_curve_speaks_against_all_directions_by_its_crossing():
    plain, crossed = (
        np.asarray(curves_from_3a.curve_weights(constants(curve_crossing=x))) for x in (0.0, 0.3)
    )
    gain = np.asarray(toy.curves().values.curve_gain)
    np.testing.assert_allclose(
        plain - crossed, np.broadcast_to(0.3 * gain[:, None], plain.shape), rtol=1e-4
    )


def test_the_registered_constants_are_those_of_the_form_and_at_most_400():
    declared = {n: np.shape(c.value) for n, c in FOUND.items()}
    assert sum(int(np.prod(shape)) for shape in declared.values()) == Form().constants(len(UNITS))
    again = curves_from_3a.replacement("toy", "mixed3b", "mixed3a", UNITS, FOUND)
    assert {*again.constants} == {*declared}
    assert Form().constants(10) <= 400
    assert all(c.origin == "fitted" and c.note for c in FOUND.values())
