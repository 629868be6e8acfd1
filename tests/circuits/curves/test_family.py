import dataclasses

import curve_toy as toy
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.vis import tuning
from circuits.curves import controls as curve_controls
from circuits.curves.family import find_family, measure_tuning
from circuits.curves.inputs import Inputs

REFERENCE = {343, 415, 345, 360, 391, 327, 374, 335, 334, 384}


@pytest.fixture(scope="module")
def family():
    return find_family(toy.model(), Inputs(), "cells", 5)


def test_the_curve_detectors_are_found_with_their_directions(family):
    assert {toy.ORDER[u] for u in family.units} == {0, 1, 2, 3, 4}
    expected = [toy.DIRECTIONS[toy.ORDER[u]] for u in family.units]
    assert tuning.angle_between(family.directions, expected).max() < 20


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
    assert max(float(tuning.angle_between(found[u], expected[u])) for u in found) < 25


def test_the_tuning_measured_again_is_that_of_the_family(family):
    np.testing.assert_allclose(measure_tuning(toy.model(), family), family.tuning, rtol=1e-5)


def test_a_turned_program_has_turned_tuning(family):
    turned = curve_controls.turned(toy.replacement(), 90)
    channels = {"units": tuple(toy.ORDER.index(k) for k in range(5))}
    spliced = aann.splice(toy.model(), dataclasses.replace(turned, **channels))
    answers = measure_tuning(spliced, family)
    assert answers.shape == family.tuning.shape
    _, preferred = tuning.mean_vector(answers, family.angles)
    expected = np.asarray(family.directions) + 90
    assert tuning.angle_between(preferred, expected).max() < 25


def test_a_model_without_the_units_is_refused(family):
    def small(params, x):
        return aann.site("cells", x[:, ::8, ::8] * params).sum((1, 2))

    model = aann.Model(small, jnp.float32(1), "small", toy.model().inputs)
    with pytest.raises(
        ValueError,
        match=r"'cells' of 'small' is \(1, 14, 14, 3\), but the family was found on \(1, 14, 14, 7\)",
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


@pytest.mark.usefixtures("optimised")
def test_the_family_of_the_mirrored_checkpoint(assets):
    import zoo

    family = find_family(zoo.load("inceptionv1"), Inputs())
    assert len(REFERENCE.intersection(family.units)) >= 9
