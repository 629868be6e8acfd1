"""The programs alone, then with the constants that ``circuits.max_of_k.fit`` finds."""

import hand_made
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
import zoo
from circuits.max_of_k import fit as max_of_k_fit
from circuits.max_of_k import program as programs

TOKENS = st.lists(st.lists(st.integers(0, 7), min_size=3, max_size=3), min_size=1, max_size=4)


@settings(max_examples=30, deadline=None)
@given(TOKENS, st.floats(-3, 9))
def test_attention_adds_up_and_follows_the_order(sequences, slope):
    tokens = jnp.asarray(sequences, jnp.int32)
    c = aann.Constants({"slope": jnp.float32(slope)})
    for program in (programs.ordered, programs.largest, programs.evenly):
        pattern = np.asarray(program(tokens, c))
        assert pattern.shape == (len(sequences), 1, 1, 3)
        np.testing.assert_allclose(pattern.sum(-1), 1, rtol=1e-5)
        assert (pattern >= 0).all()
    for row, attention in zip(sequences, np.asarray(programs.ordered(tokens, c))[:, 0, 0]):
        weights = np.exp(slope * (np.array(row, np.float64) - max(row)))
        np.testing.assert_allclose(attention, weights / weights.sum(), rtol=1e-3, atol=1e-6)
    for row, attention in zip(sequences, np.asarray(programs.largest(tokens, c))[:, 0, 0]):
        top = [value == max(row) for value in row]
        np.testing.assert_allclose(attention, np.array(top) / sum(top), rtol=1e-6)


@settings(max_examples=30, deadline=None)
@given(TOKENS, st.integers(0, 99))
def test_copying_is_a_loop_over_keys(sequences, seed):
    rng = np.random.default_rng(seed)
    pattern = rng.dirichlet(np.ones(3), (len(sequences), 1, 3)).astype(np.float32)
    tuning = rng.normal(size=5)
    c = aann.Constants({"gain": jnp.float32(7), "tuning": jnp.asarray(tuning, jnp.float32)})
    expected = np.zeros((3, len(sequences), 8))
    for b, row in enumerate(sequences):
        for k, token in enumerate(row):
            attention = pattern[b, 0, -1, k]
            expected[0, b, token] += 7 * attention
            for offset, size in zip(range(-2, 3), tuning):
                if 0 <= token + offset < 8:
                    expected[1, b, token + offset] += size * attention
            if token < 7:
                expected[2, b, token + 1] += 7 * attention
    tokens = jnp.asarray(sequences, jnp.int32)
    for program, logits in zip(
        (programs.copying(8), programs.neighbours(8), programs.one_too_many(8)), expected
    ):
        found = program(jnp.asarray(pattern), tokens, c)
        np.testing.assert_allclose(found, logits, rtol=1e-4, atol=1e-4)


@pytest.fixture(scope="module")
def case():
    model = hand_made.largest()
    design, heldout = aann.split(hand_made.numbers())
    return model, design, heldout, max_of_k_fit.look(model, design)


def test_the_constants_of_the_network_are_found(case):
    seen = case[-1]
    ordered, copying = max_of_k_fit.ordered(seen), max_of_k_fit.copying(seen)
    assert ordered.constants["slope"].value == hand_made.SLOPE
    assert copying.constants["gain"].value == pytest.approx(hand_made.COPY, rel=0.05)
    tuning = max_of_k_fit.neighbours(seen).constants["tuning"].value
    assert tuning[max_of_k_fit.REACH] == pytest.approx(hand_made.COPY, rel=0.05)
    assert np.abs(np.delete(tuning, max_of_k_fit.REACH)).max() < 1
    assert {c.origin for c in (*ordered.constants.values(), *copying.constants.values())} == {
        "fitted"
    }


def test_the_programs_recover_the_loss_and_wrong_ones_do_not(case):
    model, design, heldout, seen = case
    ordered, copying = max_of_k_fit.ordered(seen), max_of_k_fit.copying(seen)
    smallest = max_of_k_fit.smallest(ordered)
    wrong = max_of_k_fit.variant(copying, programs.one_too_many(seen.vocabulary), "next")
    options = {"design": design, "linear": False, "draws": 200}
    report = aann.evaluate(model, ordered, heldout, controls=[smallest], **options)
    assert report.row("ordered").recovered["kl"].estimate > 0.999
    assert report.row("ordered").r2 == pytest.approx([1], abs=1e-4)
    assert report.row("smallest first").recovered["kl"].estimate < 0
    report = aann.evaluate(model, copying, heldout, controls=[wrong], **options)
    assert report.row("copying").recovered["kl"].estimate > 0.99
    assert report.row("next").recovered["kl"].estimate < 0
    report = aann.evaluate(
        model, [ordered, copying], heldout, controls=[[smallest, copying]], **options
    )
    assert report.row("ordered + copying").recovered["kl"].estimate > 0.99
    assert report.row("smallest first + copying").recovered["kl"].estimate < 0


def test_a_variant_knows_only_the_constants_that_it_uses(case):
    ordered = max_of_k_fit.ordered(case[-1])
    assert max_of_k_fit.variant(ordered, programs.largest, "largest").constants == {}
    copying = max_of_k_fit.copying(case[-1])
    assert set(max_of_k_fit.variant(copying, programs.one_too_many(8), "next").constants) == {
        "gain"
    }


def test_other_networks_are_refused(case):
    model = hand_made.induction()
    design, _ = aann.split(hand_made.repeats(20))
    with pytest.raises(ValueError, match=r"for one head and logits \(batch, tokens\), but 'toy'"):
        max_of_k_fit.look(model, design)
    with pytest.raises(TypeError, match="fitted on design examples only, got HeldOut"):
        max_of_k_fit.look(*case[:1], case[2])


def test_the_hand_made_network_is_right():
    examples = hand_made.numbers()
    logits = jax.jit(hand_made.largest())(jnp.asarray(examples.load(range(len(examples)))))
    np.testing.assert_array_equal(np.argmax(logits, axis=-1), examples.labels)


@pytest.mark.parametrize("variant", ["seed0", "seed1", "seed2"])
def test_the_shipped_networks(variant):
    model = zoo.load("max_of_k", variant)
    design, heldout = aann.split(zoo.data("max_of_k", n=800))
    seen = max_of_k_fit.look(model, design)
    both = [max_of_k_fit.ordered(seen), max_of_k_fit.copying(seen)]
    report = aann.evaluate(model, both, heldout, design=design, linear=False, draws=200)
    assert report.row("ordered + copying").recovered["kl"].estimate > 0.999
