import curve_toy as toy
import numpy as np
import pytest

from aann.vis import tuning
from circuits.curves import fit as curve_calibration
from circuits.curves import program as curve_detectors
from circuits.curves.family import find_family
from circuits.curves.inputs import Inputs, measure


@pytest.fixture(scope="module")
def family():
    return find_family(toy.model(), Inputs(), "cells", 5)


def test_known_constants_come_back(family):
    design, _ = toy.designs(96)
    found = curve_calibration.calibrate(toy.model(), family, design).replacement.constants
    which = [toy.ORDER[u] for u in family.units]
    given = toy.constants()
    true = {n: np.asarray(given[n].value)[which] for n in curve_detectors.UNIT_CONSTANTS}
    assert tuning.angle_between(found["direction"].value, true["direction"]).max() < 8
    for name in ("right", "up"):
        assert np.abs(found[name].value - true[name]).max() <= 2
    ratio = np.asarray(found["gain"].value) / true["gain"]
    assert np.abs(np.log(ratio)).max() < 0.3


def test_heldout_images_are_refused(family, unchecked):
    _, heldout = toy.designs()
    with pytest.raises(TypeError, match="design images only"):
        curve_calibration.calibrate(toy.model(), family, heldout)


def test_rounding_keeps_the_digits_that_count():
    result = curve_calibration.rounded(
        {
            "direction": np.array([359.7, 12.4]),
            "right": np.array([1.3, -2.8]),
            "up": np.array([0.2, 0.3]),
            "opposing": np.array([0.52, 0.98]),
            "gain": np.array([10000.0, 12345.0]),
        },
        1.3,
    )
    assert result["direction"].tolist() == [0, 12]
    assert result["right"].tolist() == [1.5, -3]
    assert result["gain"].tolist() == [13000, 16000]


@pytest.mark.usefixtures("optimised")
def test_the_registered_constants_are_those_that_calibration_gives(assets):
    import aann
    import zoo

    registered = curve_detectors.curve_detectors
    model = zoo.load("inceptionv1")
    design, _ = aann.split(zoo.data("imagenet_samples"))
    family = find_family(model, measure(model, design))
    assert sorted(family.units) == sorted(registered.units)
    found = curve_calibration.calibrate(model, family, design).replacement.constants
    which = [family.units.index(u) for u in registered.units]
    for name, slack in {"direction": 2, "right": 1, "up": 1, "opposing": 0.1, "gain": 2000}.items():
        expected = np.asarray(registered.constants[name].value)
        assert np.abs(np.asarray(found[name].value)[which] - expected).max() <= slack, name
