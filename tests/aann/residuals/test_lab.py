"""The lab: what was observed, by name; also of ``opened`` and ``summary``."""

import numpy as np
import pytest
import residual_toy as toy
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


def other(name):
    return aann.make(
        lambda plain, c: plain[:, :1], model="flat", site="m", units=(1,), reads=("plain",),
        name=name,
    )  # fmt: skip


def test_two_of_one_name_are_refused():
    twice = [toy.half(name="x"), other("x")]
    with pytest.raises(ValueError, match="replacements named twice: 'x'"):
        aann.residuals(toy.flat(), twice, toy.examples(), progress=False)


def test_fits_run_on_the_labs_machine():
    machine = aann.Machine(memory=2_000)
    lab = aann.residuals(
        toy.flat(), toy.half(), toy.examples(), progress=False, machine=machine, batch_size=16
    )
    found = lab.neighbours(progress=False)
    assert found.n < 48  # as many as fit
    with pytest.raises(ValueError, match="seed is a whole number, 0 or more, got -1"):
        lab.neighbours(seed=-1, progress=False)


def test_sites_and_shares_may_be_one_alone(unchecked):
    lab = aann.residuals(toy.flat(), toy.half(), toy.examples(), progress=False)
    assert [s.site for s in lab.upstream(sites="square", progress=False).sites] == ["square"]
    assert len(lab.gains(shares=0.5, units=0, progress=False).costliest) == 1
    with pytest.raises(ValueError, match="shares of positions lie between 0 and 1, got"):
        lab.gains(shares=("a",), progress=False)
    with pytest.raises(ValueError, match="sites= names none"):
        lab.upstream(sites=[], progress=False)
    with pytest.raises(TypeError, match="sites are named by a string or several, got 5"):
        lab.upstream(sites=5, progress=False)


def test_costs_and_gains_of_held_out_examples_say_so():
    _, heldout = aann.split(
        aann.from_arrays(
            "x", np.random.default_rng(0).normal(size=(40, toy.WIDTH)).astype(np.float32)
        )
    )
    with pytest.warns(UserWarning, match="HELD-OUT"):
        lab = aann.residuals(toy.flat(), toy.half(), heldout, progress=False)
    for found in (lab.costs(progress=False), lab.gains(progress=False)):
        assert str(found).startswith("NOT DESIGN EXAMPLES")
