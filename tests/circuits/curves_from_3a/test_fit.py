"""Serves ``choice`` and ``provenance``, and what feeds them: ``circuits.early_curves.fit``,
``circuits.early_curves.program``.
"""

import early_toy as toy
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.curves.family import find_family
from circuits.curves.inputs import Inputs
from circuits.curves_from_3a import fit as curves_from_3a_fit
from circuits.curves_from_3a.begin import keep
from circuits.curves_from_3a.choice import Chosen, check_kinds, choose
from circuits.curves_from_3a.search import Form
from circuits.early_curves import fit as early_curves_fit
from circuits.fitting.descent import correlations, gather

FORM = Form(kept=12, pieces=2, own=1)
pytestmark = pytest.mark.usefixtures("optimised_module")


@pytest.fixture(scope="module")
def found(optimised_module):
    model = toy.model()
    family = find_family(model, Inputs(), "mixed3b", 5)
    design, _ = toy.designs(16)
    return family, design, curves_from_3a_fit.calibrate(model, family, design, form=FORM)


def test_the_channels_and_their_directions_are_found(found):
    _, _, calibrated = found
    own = calibrated.own.constants
    assert set(np.asarray(own["curve_channels"].value)) <= set(toy.CURVES)
    read = [*np.asarray(own["curve_channels"].value), *np.asarray(own["line_channels"].value)]
    assert len(set(read) & {*toy.CURVES, *toy.LINES}) >= 10
    assert calibrated.measured.constants["curve_direction"].origin == "derived"
    assert own["curve_direction"].origin == "fitted"


def test_the_program_predicts_units_that_were_made_by_it(found):
    family, design, calibrated = found
    seen = gather(toy.model(), "mixed3b", family.units, design, "mixed3a")
    program = calibrated.own
    assert correlations(program.program, program.values, seen).min() > 0.9


def test_an_artificial_layer_feeds_an_artificial_layer(found):
    _, design, calibrated = found
    curves = calibrated.own
    early = early_curves_fit.calibrate(toy.model(), "mixed3a", curves, design, Inputs())
    seen = gather(toy.model(), "mixed3a", early.units, design, lambda image: image)
    assert np.median(correlations(early.program, early.values, seen)) > 0.9
    images = jnp.asarray(design.load(range(12)))
    intact, both = (m(images) for m in (toy.model(), aann.splice(toy.model(), [early, curves])))
    assert np.corrcoef(np.ravel(intact), np.ravel(both))[0, 1] > 0.95


def test_kept_units_keep_their_own_constants():
    tuned = type("Tuning", (), {"curved": np.array([True, True, False, True, False])})()
    old = choose(tuned, np.array([5.0, 4, 3, 2, 1]), 5)
    new = choose(tuned, np.array([0.0, 3, 2, 5, 1]), 4)
    fitted = aann.Constants(
        {
            **toy.curves().values,
            "curve_gain": np.array([10.0, 11, 13]), "curve_direction": np.array([0.0, 1, 3]),
            "line_gain": np.array([12.0, 14]), "line_normal": np.array([2.0, 4]),
        }
    )  # fmt: skip
    kept = keep(fitted, old, new)
    assert new.channels.tolist() == [3, 1, 2, 4]
    assert kept.curve_gain.tolist() == [13, 11]
    assert kept.line_normal.tolist() == [2, 4]


def test_heldout_images_are_refused(found, unchecked):
    family, _, _ = found
    _, heldout = toy.designs(4)
    with pytest.raises(TypeError, match="design images only"):
        curves_from_3a_fit.calibrate(toy.model(), family, heldout, form=Form(kept=4))


def test_more_units_than_there_are_cannot_be_kept(found):
    family, design, _ = found
    with pytest.raises(ValueError, match="kept is between 1 and the 16 units of 'mixed3a', got 17"):
        curves_from_3a_fit.calibrate(toy.model(), family, design, form=Form(kept=17))


def test_units_of_one_kind_alone_are_refused():
    tuned = type("Tuning", (), {"site": "toy"})()
    chosen = Chosen(np.array([3, 5]), np.array([], int), tuned)
    with pytest.raises(ValueError, match="of the 2 units of 'toy' that count 2 are early curves"):
        check_kinds(chosen)


def test_a_layer_below_on_another_grid_is_refused(found):
    family, design, _ = found
    with pytest.raises(ValueError, match="'input' and 'mixed3b' have to share a grid"):
        curves_from_3a_fit.calibrate(toy.model(), family, design, "input", form=Form(kept=2))


def test_gains_say_by_how_much_they_were_raised(found):
    _, _, calibrated = found
    for program in calibrated:
        assert "times as large: least KL(intact || spliced)" in program.constants["gain"].note
