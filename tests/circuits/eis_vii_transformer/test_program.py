import jax.numpy as jnp
import numpy as np
import pairs_toy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
from circuits.eis_vii_transformer import program as programs

P = programs.P
TOKENS = st.lists(st.tuples(st.integers(0, P - 1), st.integers(0, P - 1)), min_size=1, max_size=4)


def tokens_of(pairs):
    return jnp.asarray([(a, b, P) for a, b in pairs], jnp.int32)


def constants(**values):
    return aann.Constants(
        {n: jnp.asarray(x, jnp.int32 if n == "kind" else jnp.float32) for n, x in values.items()}
    )


def lead(found):
    logits = np.asarray(found, np.float64)
    np.testing.assert_allclose(logits.sum(1), 0, atol=1e-5)
    return logits[:, 1] - logits[:, 0]


@settings(max_examples=20, deadline=None)
@given(TOKENS, st.integers(1, 4), st.integers(0, 99))
def test_the_soft_minimum_is_just_below_the_least_sum(pairs, thresholds, seed):
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(2, thresholds, P)) * 5
    tokens = tokens_of(pairs)
    c = constants(first=first, second=second)
    sums = first[:, tokens[:, 0]] + second[:, tokens[:, 1]]
    every, some = (lead(f(tokens, c)) for f in (programs.all_above, programs.any_above))
    assert (every <= sums.min(0) + 1e-4).all()
    assert (every >= sums.min(0) - np.log(thresholds) - 1e-4).all()
    assert (some >= sums.max(0) - 1e-4).all()
    # De Morgan: some sum is above zero unless all of their opposites are.
    opposite = constants(first=-first, second=-second)
    np.testing.assert_allclose(some, -lead(programs.all_above(tokens, opposite)), atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(TOKENS, st.integers(2, 20), st.integers(0, 99))
def test_look_ups_between_knots_are_straight_lines(pairs, knots, seed):
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(2, P)), rng.normal(size=(2, knots))
    at = np.linspace(0, P - 1, knots)
    whole = np.stack([np.interp(np.arange(P), at, row) for row in second])
    tokens = tokens_of(pairs)
    expected = lead(programs.all_above(tokens, constants(first=first, second=whole)))
    found = lead(programs.knots(tokens, constants(first=first, second=second)))
    np.testing.assert_allclose(found, expected, atol=1e-4)
    kind = rng.integers(0, 5, P)
    few = constants(first=first[:, :5], second=second, kind=kind)
    same = constants(first=first[:, kind], second=whole)
    expected = lead(programs.all_above(tokens, same))
    np.testing.assert_allclose(lead(programs.kinds(tokens, few)), expected, atol=1e-4)
    both = constants(first=second, second=second)
    expected = lead(programs.all_above(tokens, constants(first=whole, second=whole)))
    np.testing.assert_allclose(lead(programs.smooth(tokens, both)), expected, atol=1e-4)


@settings(max_examples=10, deadline=None)
@given(TOKENS)
def test_fixed_attention_is_the_same_on_all_pairs_and_adds_up(pairs):
    c = constants(first=[0.2, 0.9], second=[0.5, 0.1])
    pattern = np.asarray(programs.fixed_attention(tokens_of(pairs), c))
    assert pattern.shape == (len(pairs), 2, 1, 3)
    np.testing.assert_allclose(pattern.sum(-1), 1, rtol=1e-6)
    assert (pattern == pattern[:1]).all()


def test_planes_of_look_ups_are_sums_of_look_ups():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 3, P))
    c = constants(
        first=first, second=second, directions=rng.normal(size=(3, 6)), centre=rng.normal(size=6)
    )
    weights, offset = rng.normal(size=(2, 6)), rng.normal(size=2)
    tokens = jnp.asarray(pairs_toy.TOKENS[::997])
    middle = jnp.repeat(programs.look_ups(tokens, c), 3, axis=1)
    found = lead(programs.planes(middle, constants(weights=weights, offset=offset)))
    along = weights @ np.asarray(c.directions).T
    same = constants(
        first=along @ first,
        second=along @ second + (offset + weights @ np.asarray(c.centre))[:, None],
    )
    np.testing.assert_allclose(found, lead(programs.all_above(tokens, same)), atol=1e-3)


@pytest.mark.parametrize("token", [0, P - 1])
def test_the_first_and_last_token_are_at_knots(token):
    table = jnp.asarray([[1.0, 7.0, -2.0]])
    found = programs.between(table, jnp.asarray([token], jnp.int32))
    assert float(found[0, 0]) == (1.0 if token == 0 else -2.0)
