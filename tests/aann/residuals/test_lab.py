"""The lab: what was observed, by name; also of ``opened`` and ``summary``."""

import pytest
from toy_replacement import data, replacement
from toys import mlp_model

import aann


@pytest.fixture(scope="module")
def lab():
    design, _ = aann.split(data())
    return aann.residuals(mlp_model(), replacement(), design, progress=False)


def test_a_part_is_named(lab):
    assert lab.part() is lab.part("ours")
    with pytest.raises(KeyError, match="name one of ours; got 'theirs'"):
        lab.part("theirs")


def test_measurements_are_of_the_part_that_is_named(lab):
    for name in ("units", "by_quantile", "calibration", "worst", "where", "over_units", "kinds"):
        found = getattr(lab, name)("ours")
        assert found.about.program == "ours"
        assert found.about.split == "design"
        assert "ours" in str(found)
    assert lab.spectrum() is None
    assert lab.over_places() is None


def test_what_takes_long_is_measured_once(lab):
    assert lab.kinds("ours").units is lab.kinds().units
    assert lab.kinds(unknowable=0.5).unknowable == 0.5
    assert lab.kinds().unknowable is None


def test_it_prints_its_parts(lab):
    assert "residual lab of toy: 60 examples of toy data (design)" in str(lab)
    assert "1.00" in repr(lab)
