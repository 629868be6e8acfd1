import curve_toy as toy
import foreign_toy as foreign
import numpy as np
import pytest

import aann
import zoo
from aann.vis.tuning import circular
from circuits.curves import baselines as curve_baselines
from circuits.curves import fit as curve_calibration
from circuits.curves import program as curve_detectors
from circuits.curves.checks import check
from circuits.curves.energy import oriented_energy
from circuits.curves.family import find_family
from circuits.curves.inputs import Inputs, measure
from circuits.fitting.descent import gather, spread

pytestmark = pytest.mark.usefixtures("optimised_module")


@pytest.fixture(scope="module")
def family(optimised_module):
    return find_family(toy.model(), Inputs(), "cells", 5)


def test_known_constants_come_back(family):
    design, _ = toy.designs(96)
    found = curve_calibration.calibrate(toy.model(), family, design).replacement.constants
    which = [toy.ORDER[u] for u in family.units]
    given = toy.constants()
    true = {n: np.asarray(given[n].value)[which] for n in curve_detectors.UNIT_CONSTANTS}
    assert circular.angle_between(found["direction"].value, true["direction"]).max() < 8
    for name in ("right", "up"):
        assert np.abs(found[name].value - true[name]).max() <= 2
    ratio = np.asarray(found["gain"].value) / true["gain"]
    assert np.abs(np.log(ratio)).max() < 0.3


@pytest.fixture(scope="module")
def elsewhere(optimised_module):
    """Family, design and calibration of the toy: channels first in [0, 1], on another grid."""
    inputs = Inputs(0.0, 1.0, channels_first=True)
    plain = foreign.shifted()
    model = foreign.ranged(plain, inputs)
    design = foreign.pictures(foreign.discs(32), inputs)
    found = measure(model, design)
    family = find_family(model, found, "cells", 5)
    return model, family, design, curve_calibration.calibrate(model, family, design)


def within_a_cell(pixels):
    return (pixels + 4) % 8 - 4


def test_on_another_range_layout_and_grid_the_units_come_back(elsewhere):
    _, family, _, (program, chosen) = elsewhere
    constants = {n: np.asarray(c.value) for n, c in program.constants.items()}
    which, right, up = list(family.units), np.asarray(toy.RIGHT), np.asarray(toy.UP)
    turned = circular.angle_between(constants["direction"], np.asarray(toy.DIRECTIONS)[which])
    assert turned.max() < 15
    # cells at 10, the program's at 7; which of its cells is taken is for the placing to say
    assert np.abs(within_a_cell(constants["right"] - right[which] - 3)).max() <= 2.5
    assert np.abs(within_a_cell(constants["up"] - up[which] + 3)).max() <= 2.5
    assert constants["contrast"] == pytest.approx(
        curve_detectors.SHAPE["contrast"].value / 255, rel=0.01
    )
    assert chosen.recovered > 0.8
    note = program.constants["gain"].note
    assert f"then {chosen.factor:g} times as large: least KL(intact || spliced) on" in note


def test_the_program_of_another_layout_can_be_evaluated(elsewhere):
    model, family, design, (program, _) = elsewhere
    held = foreign.pictures(foreign.halves(32)[1], family.inputs)
    report = aann.evaluate(
        model, program, held, design=design, draws=100, linear=False,
        programs=[[curve_baselines.edge_energy(program, model, design)]],
    )  # fmt: skip
    recovered = {row.name: row.recovered["kl"].estimate for row in report.rows if row.recovered}
    assert recovered["curves"] > max(0.8, recovered["edge energy"])


def test_pictures_of_another_range_than_the_familys_are_no_program(family):
    design, _ = toy.designs(8)
    scaled = foreign.pictures(design, Inputs(0.0, 1e-6))
    with pytest.raises(ValueError, match=r"exactly 0 for units \[.*pictures from 0 to 255, as the"):
        curve_calibration.calibrate(toy.model(), family, scaled)


def test_a_site_without_a_family_is_refused():
    design, _ = toy.designs(4)
    model = foreign.random()
    nothing = find_family(model, Inputs(), "cells", 6)
    with pytest.raises(ValueError, match="cannot calibrate: no family of curve detectors"):
        curve_calibration.calibrate(model, nothing, design)


def test_a_site_of_another_stride_is_refused_with_its_stride():
    design, _ = toy.designs(4)
    model = foreign.random(stride=16)
    other = find_family(model, Inputs(), "cells", 6)
    with pytest.raises(ValueError, match=r"'cells' are 1\d.\d pixels apart.*the program 8"):
        curve_calibration.calibrate(model, other, design)


def test_a_family_of_another_model_is_refused(family):
    design, _ = toy.designs(4)
    with pytest.raises(ValueError, match=r"'random' is \(1, 14, 14, 12\), but the family was"):
        curve_calibration.calibrate(foreign.random(), family, design)


def test_the_factor_is_chosen_on_images_that_were_not_fitted_where_there_are_enough():
    design, _ = toy.designs(100)
    few = spread(design, 20)
    rest = curve_calibration.others(design, few)
    assert len(rest) == curve_calibration.LOUDNESS_IMAGES
    assert not set(rest.names) & set(few.names)
    assert len(curve_calibration.others(few, few)) == 20


def test_heldout_images_are_refused(family, unchecked):
    _, heldout = toy.designs()
    with pytest.raises(TypeError, match="design images only"):
        curve_calibration.calibrate(toy.model(), family, heldout)


def test_rounding_keeps_the_digits_that_count():
    result = curve_calibration.rounded(
        {
            **{n: np.full(2, x) for n, x in curve_detectors.UNIT.items()},
            "direction": np.array([359.7, 12.4]),
            "right": np.array([1.3, -2.8]),
            "opposing": np.array([0.527, -0.98]),
            "gain": np.array([10000.0, 12345.0]),
        },
        1.3,
    )
    assert result["direction"].tolist() == [0, 12]
    assert result["right"].tolist() == [1.5, -3]
    assert result["opposing"].tolist() == [0.52, -0.98]
    assert result["gain"].tolist() == [13000, 16000]


@pytest.mark.usefixtures("optimised")
def test_the_registered_units_are_where_a_short_calibration_finds_them(assets, monkeypatch):
    """Squared error alone, on few images: the network's outputs move no unit far from there."""
    monkeypatch.setattr(curve_calibration, "EPOCHS", 6)
    registered = curve_detectors.curve_detectors
    model = zoo.load("inceptionv1")
    design, _ = aann.split(zoo.data("imagenet_samples"))
    family = find_family(model, measure(model, design))
    assert family.units == registered.units
    shape = curve_calibration.values(curve_detectors.SHAPE)
    seen = gather(
        model, family.site, family.units, spread(design, 64),
        lambda x: curve_detectors.early_curves(oriented_energy(x, shape), shape),
    )  # fmt: skip
    found = curve_calibration.descend_units(
        family, seen, curve_detectors.SHAPE, check(model, family)
    )
    expected = {n: np.asarray(c.value) for n, c in registered.constants.items()}
    assert circular.angle_between(found.direction, expected["direction"]).max() < 20
    for name in ("right", "up"):
        assert np.abs(np.asarray(found[name]) - expected[name]).max() < 5, name
    assert np.corrcoef(np.log(found.length), np.log(expected["length"]))[0, 1] > 0.7
