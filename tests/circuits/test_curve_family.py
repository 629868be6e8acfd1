import sys
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.vis import tuning
from circuits.curve_family import find_family

sys.path.insert(0, str(Path(__file__).parent))
import curve_toy as toy

REFERENCE = {343, 415, 345, 360, 391, 327, 374, 335, 334, 384}


@pytest.fixture(scope="module")
def family():
    return find_family(toy.model(), "cells", 5)


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
    other = find_family(toy.model(order), "cells", 5)
    assert [order[u] for u in other.units] == [toy.ORDER[u] for u in family.units]
    assert other.directions == family.directions


def test_a_mirrored_model_has_mirrored_directions(family):
    plain = toy.model()
    mirrored = aann.Model(
        lambda p, x: plain.apply(p, x[:, :, ::-1]), plain.params, "mirrored", plain.inputs
    )
    other = find_family(mirrored, "cells", 5)
    found = dict(zip(other.units, other.directions, strict=True))
    expected = {u: 180 - d for u, d in zip(family.units, family.directions, strict=True)}
    assert found.keys() == expected.keys()
    assert max(float(tuning.angle_between(found[u], expected[u])) for u in found) < 25


def test_too_many_units_are_refused():
    with pytest.raises(ValueError, match="between 1 and the 7 units"):
        find_family(toy.model(), "cells", 8)


def test_a_blind_site_is_refused():
    def blind(params, x):
        return aann.site("cells", jnp.zeros((len(x), 4, 4, 3)) * params).sum((1, 2)) + x.sum()

    model = aann.Model(blind, jnp.float32(1), inputs=toy.model().inputs)
    with pytest.raises(ValueError, match="do not depend on the picture"):
        find_family(model, "cells", 2)


def test_the_family_of_the_mirrored_checkpoint(assets):
    import zoo

    family = find_family(zoo.load("inceptionv1"))
    assert len(REFERENCE.intersection(family.units)) >= 9
