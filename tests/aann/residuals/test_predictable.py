"""``predictable`` and ``predicted``: curves over model size where the truth is known."""

import jax
import jax.numpy as jnp
import noisy_toy
import numpy as np
import pytest

import aann
from aann.evaluation.network_settings import Networks
from aann.residuals.predictable import predictability

SHORT = Networks(widths=(1, 12), steps=240, depth=1)


@pytest.fixture(scope="module")
def found():
    return predictability(
        noisy_toy.model("quadratic"), None, noisy_toy.replacement(), design=noisy_toy.design(900),
        sizes=SHORT, program=noisy_toy.replacement(), progress=False,
    )  # fmt: skip


def test_no_fit_knows_more_than_there_is(found):
    small, large = found.of("network")
    assert large.r2[0, 0] > 0.85
    assert large.r2[1, 0] == pytest.approx(1 - noisy_toy.NOISE, abs=0.1)
    assert large.r2[2, 0] < 0.03
    assert large.bits[2, 0] < 0.05
    assert large.bits[0, 0] > large.bits[1, 0] > 0.5
    for s in found.scores:
        assert (s.bits[:, 0] < found.entropy).all()
        assert s.r2.shape == s.correlation.shape == s.bits.shape == (3, 3)
    del small


def test_the_curve_goes_up_within_its_intervals(found):
    small, large = found.of("network")
    assert small.weights < large.weights
    assert large.mean_r2[2] > small.mean_r2[1]
    assert large.mean_bits[2] > small.mean_bits[1]


def test_linear_knows_nothing_of_a_square(found):
    (linear,), (ridge,), (mean,) = map(found.of, ("linear", "ridge", "mean"))
    for one in (linear, ridge, mean):
        assert np.abs(one.r2[:, 0]).max() < 0.05
    assert linear.weights == ridge.weights == 4 * 3
    assert mean.weights == 3


def test_a_program_stands_beside(found):
    (ours,) = found.of("ours")
    assert found.scores[-1] is ours
    assert (ours.kind, ours.weights) == ("program", 1)
    with pytest.raises(KeyError, match="mean, linear, ridge, network, ours; got 'theirs'"):
        found.of("theirs")


def test_it_is_a_table_and_arrays(found):
    arrays = found.arrays()
    assert arrays["r2"].shape == (6, 3, 3)
    assert arrays["name"].tolist() == ["mean", "linear", "ridge", "network", "network", "ours"]
    text = str(found)
    assert "How predictable 3 units of u from h" in text
    assert "900 design examples of noisy data, 3 folds, seed 0" in text
    assert len(repr(found).splitlines()) <= 24


@pytest.mark.parametrize("places", [(), (3,), (3, 3)])
def test_linear_truth_is_found_and_seeds_decide(places):
    model, design = noisy_toy.model(places=places), noisy_toy.design(60, places)
    first, again = (
        predictability(model, "h", "u:0,1", design=design,
                       sizes=Networks(widths=2, steps=20, depth=1), seed=3, progress=False)
        for _ in range(2)
    )  # fmt: skip
    for one, two in zip(first.scores, again.scores, strict=True):
        np.testing.assert_array_equal(one.r2, two.r2)
        np.testing.assert_array_equal(one.bits, two.bits)
    (linear,) = first.of("linear")
    assert linear.r2[0, 0] > 0.99
    assert linear.r2[1, 0] == pytest.approx(1 - noisy_toy.NOISE, abs=0.2)


def test_tokens_are_read():
    rng = np.random.default_rng(0)
    tokens = rng.integers(0, 5, (90, 4)).astype(np.int32)
    table = jnp.asarray(rng.normal(size=(5, 2)), jnp.float32)

    def apply(p, t):
        return aann.site("u", table[t] + 0.5 * table[jnp.roll(t, 1, 1)]).reshape(len(t), -1)

    model = aann.Model(apply, {}, "tokens", jax.ShapeDtypeStruct((4,), jnp.int32))
    design = aann.design(aann.from_arrays("tokens", tokens, mask=np.ones((90, 4), bool)))
    settings = Networks(widths=8, steps=200, depth=1)
    found = predictability(model, "input", "u:0,1", design=design, sizes=settings, progress=False)
    (linear,), (one,) = found.of("linear"), found.of("network")
    assert linear.mean_r2[0] > 0.98
    assert one.mean_r2[0] > 0.4


def test_what_cannot_be_asked_is_refused(unchecked):
    model, design = noisy_toy.model(), noisy_toy.design(60)
    _, heldout = aann.split(noisy_toy.data(60))
    with pytest.raises(TypeError, match="predictability is fitted on design examples only, got the "
                       "'heldout' part"):  # fmt: skip
        predictability(model, "h", "u:0", design=heldout)
    with pytest.raises(ValueError, match="program 'ours' writes units .* but units .* are pred"):
        predictability(model, "h", "u:0", design=design, program=noisy_toy.replacement())
    with pytest.raises(ValueError, match="folds is a whole number from 3"):
        predictability(model, "h", "u:0", design=design, folds=2)
    with pytest.raises(ValueError, match="did you mean|no site|unknown"):
        predictability(model, "hh", "u:0", design=design)
    with pytest.raises(ValueError, match="small networks of 2 weights"):
        predictability(model, "h", "u:0", design=design, sizes=(2,), progress=False)
