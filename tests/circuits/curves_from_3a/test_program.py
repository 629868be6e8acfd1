"""Serves ``controls`` too."""

import early_toy as toy
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.curves import controls as curve_controls
from circuits.curves_from_3a import controls as read_out_controls
from circuits.curves_from_3a import program as curves_from_3a


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
    rng = np.random.default_rng(0)
    shape = (1, 14, 14, toy.LINES[-1] + 3)
    return jnp.asarray(np.maximum(rng.normal(0, 60, shape), 0), jnp.float32)


def test_only_the_declared_channels_are_read(early):
    program = toy.curves()
    others = np.setdiff1d(np.arange(early.shape[-1]), [*toy.CURVES, *toy.LINES])
    changed = early.at[..., others].add(100.0)
    result = np.asarray(program.compute(early))
    assert result.max() > 0
    np.testing.assert_array_equal(program.compute(changed), result)


def test_louder_activations_are_heard_above_the_thresholds_in_proportion(early):
    quiet = toy.curves().with_constants(early_threshold=0.0, threshold=0.0)
    np.testing.assert_allclose(
        2 * np.asarray(quiet.compute(early)), quiet.compute(2 * early), rtol=1e-4, atol=1e-3
    )


def test_without_one_kind_only_the_other_counts(early):
    for kind, channels in (("curve", toy.CURVES), ("line", toy.LINES)):
        program = read_out_controls.without(toy.curves(), kind)
        silent = early.at[..., list(channels)].set(0)
        np.testing.assert_allclose(
            program.compute(early), toy.curves().compute(silent), rtol=1e-4, atol=1e-3
        )
        assert program.name == f"without {read_out_controls.NAMES[kind]}"


def test_equally_loud_keeps_signs_and_the_geometric_mean():
    gain = np.array([1.0, -4.0, 2.0, 2.0])
    loud = read_out_controls.equally_loud(toy.curves().with_constants(line_gain=gain))
    np.testing.assert_allclose(loud.constants["line_gain"].value, [2, -2, 2, 2])


def test_shuffled_directions_are_those_of_other_units():
    shuffled = read_out_controls.shuffled(toy.curves()).constants
    for name, given in (("curve_direction", toy.DIRECTIONS), ("line_normal", toy.NORMALS)):
        found = np.asarray(shuffled[name].value)
        assert sorted(found) == sorted(given)
        assert not np.array_equal(found, given)


def test_a_turned_early_program_turns_all_its_angles():
    turned = curve_controls.turned(toy.early(), 30, ("curve_direction", "line_normal"))
    found = np.asarray(turned.constants["line_normal"].value)
    np.testing.assert_allclose(found, np.asarray(toy.NORMALS) + 30)


def test_constants_are_checked_all_at_once():
    wrong = dict(toy.curves().constants)
    wrong["line_gain"] = aann.Constant(np.ones(3))
    wrong["extra"] = wrong.pop("crossing")
    match = (
        r"5 curve detectors from mixed3a: 'crossing' is missing; 'extra' is unknown; 'line_gain'"
    )
    with pytest.raises(ValueError, match=match):
        curves_from_3a.replacement("toy", "mixed3b", "mixed3a", range(5), wrong)
