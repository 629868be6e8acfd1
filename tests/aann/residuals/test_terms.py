"""What candidate terms give. Also ``term``, ``trial`` and ``tried``."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import residual_toy as toy

import aann


@pytest.fixture(scope="module")
def flat():
    return aann.residuals(toy.flat(), toy.half(), toy.examples(), batch_size=20, progress=False)


def noise(x):
    """Numbers that depend on the input and say nothing of it."""
    bits = jax.lax.bitcast_convert_type(x, jnp.uint32)
    mixed = (bits ^ (bits >> 15)) * jnp.uint32(2654435761)
    return ((mixed >> 8) % jnp.uint32(1000)).astype(jnp.float32)[:, :3] / 1000 - 0.5


TERMS = {
    "truth": (toy.missing, ("square",)),
    "noise": (noise, ("input",)),
    "half of it": (lambda s: toy.missing(s) * jnp.asarray([1.0, 0.0, 0.0])[None], ["square"]),
}


@pytest.fixture(scope="module")
def tried(flat):
    return flat.try_terms(TERMS, progress=False)


def test_the_truth_gains_everything(flat, tried):
    best = tried.best
    assert best.name == "truth"
    np.testing.assert_allclose(best.weights, 1, atol=1e-4)
    np.testing.assert_allclose(best.errors, 0, atol=1e-4)
    assert best.squared.estimate == pytest.approx(1, abs=1e-6)
    assert best.closed.estimate == pytest.approx(1, abs=1e-4)
    assert best.recovered.estimate == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(best.correlation, 1, atol=1e-6)
    np.testing.assert_allclose(best.losses, tried.intact, atol=1e-6)
    np.testing.assert_array_equal(tried.spliced, flat.costs(progress=False).spliced)


def test_noise_gains_nothing(tried):
    last = tried.terms[-1]
    assert last.name == "noise"
    for e in (last.squared, last.closed, last.gained, *last.correlation_gain):
        assert e.low < 0.01
        assert e.high > -0.01
    assert last.squared.low < 0 < last.squared.high or abs(last.squared.estimate) < 0.05


def test_a_term_of_one_unit_mends_that_unit(tried):
    part = tried.terms[1]
    assert part.name == "half of it"
    assert part.squared_units[0].estimate == pytest.approx(1, abs=1e-6)
    assert part.squared_units[1].estimate == 0.0
    assert np.isnan(part.errors[1:]).all()
    np.testing.assert_array_equal(part.weights[1:], 0)
    total = tried.best.squared.estimate
    assert 0 < part.squared.estimate < total


def test_halves_are_judged_by_each_others_weights(flat):
    found = flat.try_term(toy.missing, ("square",), progress=False).best
    left = flat.part().residual()[:, 0]
    x = flat.examples.load(range(48)) ** 2
    term = np.asarray(toy.missing(jnp.asarray(x)))
    np.testing.assert_allclose(found.weights, (term * left).sum(0) / (term**2).sum(0), rtol=1e-4)
    assert found.name == "missing"


def test_all_units_share_a_weight_if_asked(flat):
    twice = flat.try_term(
        lambda s: 2.0 * toy.missing(s), ("square",), per_unit=False, progress=False
    )
    np.testing.assert_allclose(twice.best.weights, 0.5, atol=1e-5)
    assert twice.best.squared.estimate == pytest.approx(1, abs=1e-6)
    wide = flat.try_term(lambda s: jnp.ones(len(s)), ("square",), per_unit=False, progress=False)
    left = flat.part().residual()[:, 0]
    np.testing.assert_allclose(wide.best.weights, left.mean(), rtol=1e-4)
    assert "term beside half at m" in str(wide)


def test_a_rectified_sum_is_never_further_from_what_is_never_negative():
    lab = aann.residuals(toy.grid(), toy.on_grid(), toy.pictures(), progress=False)

    def term(below):
        return below.reshape(-1, 4, 2, 4, 2, 3).mean((2, 4, 5))

    plain, cut = (lab.try_term(term, rectified=r, progress=False) for r in (False, True))
    assert cut.rectified.all()
    assert not plain.rectified.any()
    assert cut.best.squared.estimate >= plain.best.squared.estimate
    np.testing.assert_array_equal(cut.best.weights, plain.best.weights)


def test_a_lower_program_is_tried_on_what_the_upper_one_left():
    lab = aann.residuals(toy.tokens(), toy.two_programs(), toy.sentences(), progress=False)
    b = jnp.asarray(toy.tokens().params["b"])

    def more(low):
        return jnp.tanh(low @ b)[..., :3]  # NaN at padding

    found = lab.try_term(more, name="lower", metric="nll", progress=False)
    assert found.program == "lower"
    assert np.isfinite(found.best.losses).all()
    assert found.best.squared.estimate > 0
    here = lab.part("lower").present
    low = np.where(here[..., None], lab.part("lower").artificial / 0.9, 0.0)
    left = lab.part("lower").residual().reshape(*here.shape, 3)
    expected = (low * left).sum((0, 1)) / (low**2).sum((0, 1))
    np.testing.assert_allclose(found.best.weights, expected, rtol=1e-3)
    upper = lab.try_terms({"one": lambda ids: jnp.ones(ids.shape)}, name="upper", progress=False)
    assert upper.best.squared_units[0].estimate is not None


def test_groups_widen_nothing_but_are_kept(flat):
    groups = np.repeat(np.arange(12), 4).tolist()
    lab = aann.residuals(toy.flat(), toy.half(), toy.examples(groups=groups), progress=False)
    found = lab.try_term(toy.missing, ("square",), progress=False)
    assert found.setting.groups == tuple(groups)
    assert found.best.squared.estimate == pytest.approx(1, abs=1e-6)


BAD = [
    ({"a": lambda p: p}, r"term 'a' returns shape \(20,\).* got \(20, 6\)"),
    ({"a": (lambda s: s[:, 0] / 0.0, ["square"])}, "term 'a' gives inf for example '0000000'"),
    ({"a": (lambda s: s, ["squre"])}, "did you mean 'square'"),
    ({"a": (lambda s: s, ["logits"])}, "reads 'logits', which lies downstream of 'm'"),
    ({"a": (lambda s: s, "m")}, "terms a read 'm', the very site that they are added to"),
    ({"a": (lambda s: s, ())}, "terms a read nothing: name 'input' or a site"),
    ({}, "no terms: pass at least one"),
    ({"a": lambda p, q: p[:, 0]}, "term 'a' cannot take plain"),
    ({"a": lambda p: (p, p)}, "one value for all units"),
    (
        {"a": lambda p: p[:, 0].astype(jnp.complex64)},
        "term 'a' returns real numbers, got complex64",
    ),
]


@pytest.mark.parametrize(("terms", "message"), BAD, ids=[str(k) for k in range(len(BAD))])
def test_what_is_wrong_with_a_term(flat, terms, message):
    with pytest.raises(ValueError, match=message):
        flat.try_terms(terms, progress=False)


def test_all_terms_that_are_wrong_are_named_at_once(flat):
    with pytest.raises(ValueError, match="term 'a' .*; term 'b' "):
        flat.try_terms({"a": lambda p: p, "b": lambda p: p[0]}, progress=False)


def test_terms_are_traceable_functions(flat):
    with pytest.raises(TypeError, match=r"a pair \(function, reads\), but 'a' is 3"):
        flat.try_terms({"a": 3}, progress=False)
    with pytest.raises(TypeError, match="term 'a' cannot be traced by JAX"):
        flat.try_terms({"a": lambda p: np.asarray(p)[:, 0]}, progress=False)


def test_a_term_of_whole_numbers_counts(flat):
    found = flat.try_term(lambda p: p[:, 0] > 0, progress=False)
    assert np.isfinite(found.best.weights).all()


def test_few_or_held_out_examples_are_refused():
    few = aann.residuals(toy.flat(), toy.half(), toy.examples(9), progress=False)
    with pytest.raises(ValueError, match="an interval needs at least 10 examples, got 9"):
        few.try_term(lambda p: p[:, 0], progress=False)
    heldout = aann.held_out(aann.from_arrays("x", np.zeros((12, toy.WIDTH), np.float32)))
    lab = aann.residuals(toy.flat(), toy.half(), heldout, progress=False)
    with pytest.raises(TypeError, match="try_term fits on what the lab observed"):
        lab.try_term(lambda p: p[:, 0], progress=False)
