"""The bracket around a program, by the lab's own door."""

import noisy_toy
import numpy as np
import pytest
from toy_replacement import data, replacement
from toys import mlp_model

import aann
from aann.evaluation.network_settings import Networks

SHORT = Networks(widths=8, steps=120, depth=1)


@pytest.fixture(scope="module")
def found():
    design = noisy_toy.design(500)
    lab = aann.residuals(noisy_toy.model(), noisy_toy.replacement(), design, progress=False)
    return lab.bracket(sizes=SHORT, progress=False)


def test_the_program_stands_between(found):
    names = [mark.name for mark in found.marks]
    assert names == ["mean", "linear", "ridge", "network", "ours", "neighbours' bound"]
    by_name = {mark.name: mark for mark in found.marks}
    assert by_name["mean"].r2[0] < by_name["ours"].r2[0] < by_name["linear"].r2[0]
    bound = by_name["neighbours' bound"]
    assert bound.r2[1] < (1 + 1 - noisy_toy.NOISE + 0) / 3 < bound.r2[2]
    assert bound.weights is None
    assert all(mark.recovered is None for mark in found.marks)
    assert "no report was given" in str(found)


def test_a_report_says_what_is_recovered():
    design, heldout = aann.split(data(160))
    ours = replacement(gain=0.9, offset=0.0)
    report = aann.evaluate(
        mlp_model(), ours, heldout, rows=("mean", "linear"), draws=200, progress=False
    )
    found = aann.residuals.bracket(
        mlp_model(), ours, design, sizes=SHORT, bound=False, report=report, progress=False
    )
    recovered = {mark.name: mark.recovered for mark in found.marks}
    assert recovered["ours"] == report.main.recovered["kl"].estimate
    assert recovered["linear"] is not None
    assert recovered["ridge"] is None
    assert found.split == "heldout"
    with pytest.raises(ValueError, match="has no row 'theirs': pass one of this program, or none"):
        aann.residuals.bracket(
            mlp_model(), ours.with_constants(name="theirs"), design, report=report
        )


def test_the_lab_has_each_of_them():
    design = noisy_toy.design(60)
    lab = aann.residuals(noisy_toy.model(), noisy_toy.replacement(), design, progress=False)
    quick = Networks(widths=2, steps=20, depth=1)
    assert lab.predictability(sizes=quick, progress=False).of("ours")
    assert lab.neighbours(rows=50, progress=False).residual is not None
    (one,) = lab.network(quick, progress=False)
    assert np.isfinite(one.curve[:, 2]).all()


def test_the_lab_of_held_out_examples_fits_nothing(unchecked):
    _, heldout = aann.split(noisy_toy.data(60))
    lab = aann.residuals(noisy_toy.model(), noisy_toy.replacement(), heldout, progress=False)
    for ask in (lab.predictability, lab.neighbours, lab.bracket, lambda: lab.network(100)):
        with pytest.raises(TypeError, match="design examples only, got the 'heldout' part"):
            ask()
