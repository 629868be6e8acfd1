import hand_made
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
from circuits.fitting.attention import LARGEST, causal_softmax, fit, observe, rounded


def random_features(seed, n=6, count=2, width=5):
    return np.random.default_rng(seed).random((n, count, width, width)) < 0.4


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.lists(st.floats(-4, 4), min_size=4, max_size=4))
def test_the_fit_finds_the_weights_that_made_the_pattern(seed, weights):
    features = jnp.asarray(random_features(seed, n=40), jnp.float32)
    planted = jnp.asarray(weights, jnp.float32).reshape(2, 2)
    pattern = causal_softmax(jnp.einsum("hf,nfqk->nhqk", planted, features))
    importance = np.random.default_rng(seed).random((40, 5))
    np.testing.assert_allclose(fit(features, pattern, importance), planted, atol=0.02)


def test_queries_without_importance_do_not_count():
    features = jnp.asarray(random_features(0, n=40, count=1), jnp.float32)
    strong, weak = causal_softmax(3 * features), causal_softmax(-features)
    pattern = jnp.where(jnp.arange(5)[None, None, :, None] < 3, strong, weak)
    early = np.broadcast_to(np.arange(5) < 3, (40, 5))
    np.testing.assert_allclose(fit(features, pattern, early), [[3]], atol=0.02)
    np.testing.assert_allclose(fit(features, pattern, ~early), [[-1]], atol=0.02)
    with pytest.raises(ValueError, match="no query counts: the importance is zero everywhere"):
        fit(features, pattern, 0 * early)


def test_attention_to_nothing_else_stops_at_the_bound():
    feature = jnp.broadcast_to(jnp.eye(4, k=-1).at[0, 0].set(1)[None, None], (3, 1, 4, 4))
    (weight,) = fit(feature, feature, np.ones((3, 4)))[0]
    assert 10 < weight <= LARGEST


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.integers(1, 6))
def test_attention_is_causal_and_adds_up(seed, width):
    scores = 9 * np.random.default_rng(seed).normal(size=(2, 3, width, width))
    pattern = np.asarray(causal_softmax(jnp.asarray(scores, jnp.float32)))
    np.testing.assert_allclose(pattern.sum(-1), 1, rtol=1e-5)
    assert (pattern[..., ~np.tril(np.ones((width, width), bool))] == 0).all()
    last = np.exp(scores[:, :, -1] - scores[:, :, -1].max(-1, keepdims=True))
    np.testing.assert_allclose(pattern[:, :, -1], last / last.sum(-1, keepdims=True), rtol=1e-3)


def test_what_a_model_does_with_design_examples():
    model = hand_made.induction()
    design, heldout = aann.split(hand_made.repeats(300))  # more than one batch
    site = "blocks.1.attn.pattern"
    tokens, values = observe(model, design, [site])
    np.testing.assert_array_equal(tokens, design.load(range(len(design))))
    expected = jax.jit(aann.capture(model, [site]))(jnp.asarray(tokens))[1][site]
    np.testing.assert_allclose(values[site], expected, atol=1e-6)
    with pytest.raises(TypeError, match="fitted on design examples only, got HeldOut"):
        observe(model, heldout, [site])


def test_rounding_keeps_significant_digits():
    np.testing.assert_array_equal(rounded([0.012345, -98.7, 0]), [0.012, -99, 0])
    assert rounded(3.14159, 3) == 3.14
