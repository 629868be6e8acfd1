import dataclasses

import curve_toy as toy
import foreign_toy as foreign
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.vis.tuning import circular
from circuits.curves import controls as curve_controls
from circuits.curves.family import find_family, measure_tuning
from circuits.curves.inputs import Inputs

REFERENCE = {343, 415, 345, 360, 391, 327, 374, 335, 334, 384}


pytestmark = pytest.mark.usefixtures("optimised_module")


@pytest.fixture(scope="module")
def family(optimised_module):
    return find_family(toy.model(), Inputs(), "cells", 5)


def test_the_curve_detectors_are_found_with_their_directions(family):
    assert {toy.ORDER[u] for u in family.units} == {0, 1, 2, 3, 4}
    expected = [toy.DIRECTIONS[toy.ORDER[u]] for u in family.units]
    assert circular.angle_between(family.directions, expected).max() < 20


def test_scores_fall_and_cover_all_units(family):
    assert family.scores.shape == (7,)
    assert (np.diff(family.scores[list(family.units)]) <= 0).all()
    assert family.tuning.shape == (5, len(family.angles))


def test_permuted_channels_give_the_permuted_family(family):
    order = (6, 4, 2, 0, 1, 3, 5)
    other = find_family(toy.model(order), Inputs(), "cells", 5)
    assert [order[u] for u in other.units] == [toy.ORDER[u] for u in family.units]
    assert other.directions == family.directions


def test_a_mirrored_model_has_mirrored_directions(family):
    plain = toy.model()
    mirrored = aann.Model(
        lambda p, x: plain.apply(p, x[:, :, ::-1]), plain.params, "mirrored", plain.inputs
    )
    other = find_family(mirrored, Inputs(), "cells", 5)
    found = dict(zip(other.units, other.directions, strict=True))
    expected = {u: 180 - d for u, d in zip(family.units, family.directions, strict=True)}
    assert found.keys() == expected.keys()
    assert max(float(circular.angle_between(found[u], expected[u])) for u in found) < 25


def test_the_tuning_measured_again_is_that_of_the_family(family):
    np.testing.assert_allclose(measure_tuning(toy.model(), family), family.tuning, rtol=1e-5)


def test_a_turned_program_has_turned_tuning(family):
    turned = curve_controls.turned(toy.replacement(), 90)
    channels = {"units": tuple(toy.ORDER.index(k) for k in range(5))}
    spliced = aann.splice(toy.model(), dataclasses.replace(turned, **channels))
    answers = measure_tuning(spliced, family)
    assert answers.shape == family.tuning.shape
    _, preferred = circular.mean_vector(answers, family.angles)
    expected = np.asarray(family.directions) + 90
    assert circular.angle_between(preferred, expected).max() < 25


def test_a_model_without_the_units_is_refused(family):
    def small(params, x):
        return aann.site("cells", x[:, ::8, ::8] * params).sum((1, 2))

    model = aann.Model(small, jnp.float32(1), "small", toy.model().inputs)
    with pytest.raises(
        ValueError,
        match=r"'small' is \(1, 14, 14, 3\), but the family was found on \(1, 14, 14, 7\)",
    ):
        measure_tuning(model, family)


def test_too_many_units_are_refused():
    with pytest.raises(ValueError, match="between 1 and the 7 units"):
        find_family(toy.model(), Inputs(), "cells", 8)


def test_a_blind_site_is_refused():
    def blind(params, x):
        return aann.site("cells", jnp.zeros((len(x), 4, 4, 3)) * params).sum((1, 2)) + x.sum()

    model = aann.Model(blind, jnp.float32(1), inputs=toy.model().inputs)
    with pytest.raises(ValueError, match="do not depend on the picture"):
        find_family(model, Inputs(), "cells", 2)


def test_the_units_are_tuned_and_the_family_says_so(family):
    assert family.exists
    assert family.tuned == family.units
    assert min(family.selectivity) > 0.5
    assert max(family.apart) < 5
    text = str(family)
    assert text.startswith("curve detectors of 'cells': ")
    for unit, direction in zip(family.units, family.directions, strict=True):
        assert f"{unit} ({direction:.0f} degrees, selectivity" in text


def test_directions_that_no_unit_faces_are_uncovered(family):
    away = [
        min(circular.angle_between(angle, d) for d in family.directions) for angle in family.angles
    ]
    for angle, nearest in zip(family.angles, away, strict=True):
        assert (angle in family.uncovered) >= (nearest > 60)
        assert (angle in family.uncovered) <= (nearest > 5)
    only = dataclasses.replace(
        family, units=family.units[:1], directions=family.directions[:1], apart=family.apart[:1],
        selectivity=family.selectivity[:1], tuning=family.tuning[:1],
    )  # fmt: skip
    assert set(family.uncovered) < set(only.uncovered)
    assert len(only.uncovered) > len(family.angles) / 2


@pytest.mark.parametrize(
    "inputs",
    [Inputs(0.0, 1.0), Inputs(-1.0, 1.0, channels_first=True), Inputs(0.0, 255.0, True)],
)
def test_an_equivalent_model_has_the_same_family(family, inputs):
    other = find_family(foreign.ranged(toy.model(), inputs), inputs, "cells", 5)
    assert other.units == family.units
    np.testing.assert_allclose(other.directions, family.directions, atol=0.5)
    np.testing.assert_allclose(
        other.tuning, family.tuning, rtol=1e-2, atol=1e-2 * family.tuning.max()
    )


def test_channels_first_at_the_site_and_another_grid_have_the_same_family():
    inputs = Inputs(channels_first=True)
    found = find_family(foreign.shifted(first=True), inputs, "cells", 5)
    assert found.exists
    assert set(found.units) == {0, 1, 2, 3, 4}
    expected = [toy.DIRECTIONS[u] for u in found.units]
    assert circular.angle_between(found.directions, expected).max() < 20


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_random_weights_are_no_family(seed):
    found = find_family(foreign.random(seed=seed), Inputs(), "cells", 6)
    assert not found.exists
    assert str(found).startswith("no family of curve detectors at 'cells': ")
    assert "not tuned" in str(found)


def test_another_range_than_the_models_is_not_the_same_family(family):
    """What the range is for: on the wrong one the finder returns something else without a word."""
    scaled = foreign.ranged(toy.model(), Inputs(0.0, 1.0))
    wrong = find_family(scaled, Inputs(), "cells", 5)
    assert wrong.units != family.units or wrong.scores.max() != family.scores.max()


@pytest.mark.usefixtures("optimised")
def test_the_family_of_the_mirrored_checkpoint_in_another_range_and_layout(assets):
    import zoo

    model = foreign.ranged(zoo.load("inceptionv1"), foreign.SCALED)
    family = find_family(model, foreign.SCALED)
    assert set(family.units) == REFERENCE
    assert family.tuned == family.units
