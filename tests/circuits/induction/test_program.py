"""The programs alone, then with the constants that ``circuits.induction.fit`` finds."""

import dataclasses

import hand_made
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
import zoo
from circuits.induction import fit as induction_fit
from circuits.induction import program as programs

TOKENS = st.lists(st.lists(st.integers(0, 3), min_size=7, max_size=7), min_size=1, max_size=3)
PROGRAMS = {
    "previous_token": [], "always_previous": [], "two_back": [programs.back, 2],
    "prefix_matching": [programs.after_match, 1], "duplicate": [programs.after_match, 0],
    "two_after_match": [programs.after_match, 2], "earliest_match": [], "evenly": [],
}  # fmt: skip


def constants(strength=(2.0, 5.0), **more):
    return aann.Constants({"strength": jnp.asarray(strength), **more})


@settings(max_examples=40, deadline=None)
@given(TOKENS, st.integers(0, 2))
def test_features_are_loops_over_queries_and_keys(sequences, distance):
    tokens = jnp.asarray(sequences, jnp.int32)
    back = np.asarray(programs.back(tokens, distance))
    match = np.asarray(programs.after_match(tokens, distance))
    for b, row in enumerate(sequences):
        for q in range(len(row)):
            for k in range(len(row)):
                assert back[b, q, k] == (k == q - distance)
                source = k - distance  # where the token looked for stands
                wanted = k <= q and 0 <= source < q and row[source] == row[q]
                assert match[b, q, k] == wanted


def test_prefix_matching_on_a_word():
    """After "abcab" the query "b" attends to "c", what followed it before."""
    tokens = jnp.asarray([[0, 1, 2, 0, 1]], jnp.int32)
    pattern = np.asarray(programs.prefix_matching(tokens, constants([30.0])))[0, 0]
    np.testing.assert_allclose(pattern[4], [0, 0, 1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(pattern[3], [0, 1, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(pattern[2], [1 / 3, 1 / 3, 1 / 3, 0, 0], atol=1e-6)
    repeated = jnp.asarray([[0, 1, 0, 2, 0]], jnp.int32)
    both = np.asarray(programs.prefix_matching(repeated, constants([30.0])))[0, 0, 4]
    np.testing.assert_allclose(both, [0, 0.5, 0, 0.5, 0], atol=1e-6)
    first = np.asarray(programs.earliest_match(repeated, constants([30.0])))[0, 0, 4]
    np.testing.assert_allclose(first, [0, 1, 0, 0, 0], atol=1e-6)


def test_the_previous_token_up_to_a_place():
    tokens = jnp.zeros((1, 4), jnp.int32)
    c = constants([30.0], until=jnp.asarray(2, jnp.int32))
    pattern = np.asarray(programs.previous_token(tokens, c))[0, 0]
    expected = [[1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0.25] * 4]
    np.testing.assert_allclose(pattern, expected, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(TOKENS, st.sampled_from(sorted(PROGRAMS)), st.floats(0, 20))
def test_every_program_is_causal_attention(sequences, name, strength):
    tokens = jnp.asarray(sequences, jnp.int32)
    c = constants([strength, 1.0], until=jnp.asarray(4, jnp.int32))
    pattern = np.asarray(getattr(programs, name)(tokens, c))
    assert pattern.shape == (len(sequences), 2, 7, 7)
    np.testing.assert_allclose(pattern.sum(-1), 1, rtol=1e-5)
    assert (pattern[..., ~np.tril(np.ones((7, 7), bool))] == 0).all()
    if PROGRAMS[name]:
        feature, distance = PROGRAMS[name]
        wanted = np.asarray(feature(tokens, distance))[:, None] == 1
        lower = np.tril(np.ones((7, 7), bool))[None, None] & ~wanted
        inside = np.where(wanted, pattern, np.inf).min(-1)
        outside = np.where(lower, pattern, 0).max(-1)
        assert (inside >= outside * (1 - 1e-5)).all()


@settings(max_examples=30, deadline=None)
@given(TOKENS)
def test_perfect_previous_token_heads_compose_to_prefix_matching(sequences):
    tokens = jnp.asarray(sequences, jnp.int32)
    exact = jnp.stack([programs.back(tokens, 2), programs.back(tokens, 1)], axis=1)
    heads = jnp.asarray([1], jnp.int32)
    composed = programs.composed_matching(exact, tokens, constants(heads=heads))
    np.testing.assert_allclose(composed, programs.prefix_matching(tokens, constants()), atol=1e-5)


@pytest.fixture(scope="module")
def case():
    model = hand_made.induction()
    design, heldout = aann.split(hand_made.repeats(240))
    return model, design, heldout, induction_fit.find(model, design)


def test_planted_heads_are_found(case):
    _, _, _, found = case
    assert found.previous == induction_fit.Heads("blocks.0.attn.pattern", (1,))
    assert found.induction == induction_fit.Heads("blocks.1.attn.pattern", (0,))
    # Scored queries look at what they repeat: all attention adds up to the number of them.
    np.testing.assert_allclose(found.looked_at.sum(), found.scored.sum(), rtol=1e-4)


def test_heads_nearly_as_good_as_the_best_belong_to_it():
    site, other = "blocks.0.attn.pattern", "blocks.1.attn.pattern"
    scores = dataclasses.replace(
        induction_fit.head_scores(hand_made.induction(), hand_made.repeats(8).load(range(8))),
        scores={"previous": {other: np.array([0.9, 0.2]), site: np.array([0.5, 0.95, 0.57])}},
        uniform={"previous": 0.15},
    )
    assert induction_fit.best(scores, "previous") == induction_fit.Heads(site, (1, 2))


def test_programs_recover_the_loss_and_wrong_ones_do_not(case):
    model, design, heldout, found = case
    previous, prefix = induction_fit.previous_token(found), induction_fit.prefix_matching(found)
    assert float(previous.constants["strength"].value[0]) == pytest.approx(7, rel=0.2)
    assert float(prefix.constants["strength"].value[0]) == pytest.approx(6, rel=0.2)
    composed = induction_fit.composed_matching(found)
    two_back = induction_fit.variant(induction_fit.always_previous(found), programs.two_back)
    duplicate = induction_fit.variant(prefix, programs.duplicate)
    options = {"design": design, "linear": False, "draws": 200}
    alone = aann.evaluate(model, previous, heldout, controls=[two_back], **options)
    assert alone.row("previous token").recovered["kl"].estimate > 0.95
    assert alone.row("two back").recovered["kl"].estimate < 0.1
    alone = aann.evaluate(model, prefix, heldout, controls=[duplicate], **options)
    assert alone.row("prefix matching").recovered["kl"].estimate > 0.95
    assert alone.row("duplicate").recovered["kl"].estimate < 0.1
    both = aann.evaluate(
        model, [previous, composed], heldout, controls=[[two_back, composed]], **options
    )
    assert both.row("previous token + composed matching").recovered["kl"].estimate > 0.95
    assert both.row("two back + composed matching").recovered["kl"].estimate < 0.1


def test_what_has_no_circuit_is_refused(case, monkeypatch):
    model, design, _, found = case
    unlabelled = dataclasses.replace(design, labels=None)
    with pytest.raises(ValueError, match=r"needs labels \(n, pos\) .* got None"):
        induction_fit.find(model, unlabelled)
    turned = {k: dict(reversed(list(v.items()))) for k, v in found.scores.scores.items()}
    scores = dataclasses.replace(found.scores, scores=turned)
    monkeypatch.setattr(induction_fit, "head_scores", lambda *args, **kwargs: scores)
    with pytest.raises(ValueError, match="no induction circuit in 'toy': the best previous-token"):
        induction_fit.find(model, design)


def test_the_shipped_network():
    """A few sequences suffice to see that its heads do what the programs say."""
    examples = zoo.data("induction", n=160, variant="seed0")
    design, heldout = aann.split(examples)
    model = zoo.load("induction", "seed0")
    found = induction_fit.find(model, design)
    prefix = induction_fit.prefix_matching(found)
    duplicate = induction_fit.variant(prefix, programs.duplicate)
    report = aann.evaluate(
        model, prefix, heldout, design=design, controls=[duplicate], linear=False, draws=200
    )
    assert report.row("prefix matching").recovered["kl"].estimate > 0.95
    assert report.row("duplicate").recovered["kl"].estimate < 0
