import jax
import jax.numpy as jnp
import numpy as np
import pytest
from attention import CONTEXT, own_inputs, own_model, tokens, transformer, value_at
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
from aann.patching.heads import SCORES, head_scores, keys, pattern_score


def by_loops(name, tokens, q):
    """The keys of a query, as the table in the module says."""
    if name == "previous":
        return [q - 1] if q else []
    if name == "duplicate":
        return [k for k in range(q) if tokens[k] == tokens[q]]
    return [k for k in range(1, q) if tokens[k - 1] == tokens[q]]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=4),
       st.sampled_from(SCORES), st.integers(0, 9))  # fmt: skip
def test_scores_are_loops_over_queries(sequences, name, seed):
    pattern = np.random.default_rng(seed).random((len(sequences), 2, 6, 6)).astype(np.float32)
    wanted = keys(name, jnp.asarray(sequences))
    attention, count = pattern_score(jnp.asarray(pattern), wanted)
    queries = [(b, q) for b, t in enumerate(sequences) for q in range(6) if by_loops(name, t, q)]
    assert count == len(queries)
    expected = sum(
        (pattern[b, :, q, by_loops(name, sequences[b], q)].sum(0) for b, q in queries),
        start=np.zeros(2),
    )
    np.testing.assert_allclose(attention, expected, rtol=1e-5, atol=1e-5)


def test_a_repeated_sequence():
    """On a b c a b c the induction keys of the second half are one position further."""
    wanted = np.asarray(keys("induction", jnp.array([[0, 1, 2, 0, 1, 2]])))[0]
    np.testing.assert_array_equal(np.argwhere(wanted), [[3, 1], [4, 2], [5, 3]])
    wanted = np.asarray(keys("duplicate", jnp.array([[0, 1, 2, 0, 1, 2]])))[0]
    np.testing.assert_array_equal(np.argwhere(wanted), [[3, 0], [4, 1], [5, 2]])


def test_scores_of_a_model_in_batches():
    model = transformer()
    batch = tokens(5, vocab=3)
    found = head_scores(model, batch, batch_size=2)
    for name in SCORES:
        assert found.table(name).shape == (2, 2)
        wanted = keys(name, batch)
        for i in range(2):
            site = f"blocks.{i}.attn.pattern"
            attention, count = pattern_score(value_at(model, site, batch), wanted)
            np.testing.assert_allclose(found.scores[name][site], attention / int(count), rtol=1e-4)
            assert found.queries[name] == count
    flat = np.tril(np.ones((CONTEXT, CONTEXT))) / np.arange(1, CONTEXT + 1)[:, None]
    previous = np.mean([flat[q, q - 1] for q in range(1, CONTEXT)])
    np.testing.assert_allclose(found.uniform["previous"], previous, rtol=1e-5)
    with pytest.raises(ValueError, match="scores are previous, duplicate, induction: got 'copy'"):
        found.table("copy")


def ideal(kind):
    """A model whose one head is of this kind, by construction."""

    def apply(p, x):
        wanted = keys(kind, x).astype(jnp.float32)
        none = 1.0 - wanted.any(-1).astype(jnp.float32)
        pattern = wanted / jnp.maximum(wanted.sum(-1, keepdims=True), 1.0)
        pattern = pattern.at[:, :, 0].add(none)
        return aann.site("attention", pattern[:, None]).sum(axis=(1, 3))

    return aann.Model(apply, {})


@pytest.mark.parametrize("kind", SCORES)
def test_a_head_of_one_kind_scores_one(kind):
    batch = tokens(20, seed=4, vocab=20)
    batch = jnp.concatenate([batch, batch[:, ::-1], batch], axis=1)
    found = head_scores(ideal(kind), batch, patterns=["attention"])
    np.testing.assert_allclose(found.scores[kind]["attention"], 1, rtol=1e-5)
    others = [found.scores[k]["attention"][0] for k in SCORES if k != kind]
    assert max(others) < 0.7
    assert 0 < found.uniform[kind] < 0.5


def test_bad_arguments_are_refused():
    model = transformer()
    with pytest.raises(ValueError, match=r"tokens are \(n, pos\) integers, got float32"):
        head_scores(model, np.ones((2, 5), np.float32))
    with pytest.raises(ValueError, match="no site 'pattern'"):
        head_scores(model, tokens(), patterns=["pattern"])
    with pytest.raises(ValueError, match="no patterns: name at least one"):
        head_scores(model, tokens(), patterns=[])
    with pytest.raises(ValueError, match=r"pattern over these tokens is \(3, heads, 5, 5\)"):
        head_scores(model, tokens(), patterns=["blocks.0.attn.z"])
    with pytest.raises(ValueError, match="no query counts for duplicate, induction"):
        head_scores(model, jnp.arange(5, dtype=jnp.int32)[None])
    with pytest.raises(ValueError, match="at 'blocks.0.attn.scores' it is off by"):
        head_scores(model, tokens(vocab=3), patterns=["blocks.0.attn.scores"])
    with pytest.raises(ValueError, match="has no sites blocks.0.resid_post"):
        head_scores(own_model(), np.asarray(own_inputs()[:, 0] > 0, np.int32))
    with pytest.raises(ValueError, match="scores are previous"):
        keys("copy", tokens())


def test_queries_that_are_not_scored_count_nowhere():
    """Padding at the end, where patterns may be anything, NaN too: as if it were not there."""
    short = np.array([[1, 2, 1, 2], [3, 3, 1, 3]])
    padded = np.concatenate([short, np.zeros((2, 2), int)], axis=1)
    scored = padded > 0

    def apply(p, t):
        seen = jnp.tril(jnp.ones((t.shape[1],) * 2, bool))
        scores = jnp.where(seen[None] & (t > 0)[:, :, None], p[t][:, None, :], -jnp.inf)
        return aann.site("pattern", jax.nn.softmax(scores, axis=-1)[:, None])

    model = aann.Model(apply, jnp.arange(4.0), "padding")
    expected = head_scores(model, short, patterns=["pattern"])
    found = head_scores(model, padded, patterns=["pattern"], scored=scored)
    assert found.queries == expected.queries
    for name in ("previous", "duplicate", "induction"):
        np.testing.assert_allclose(found.table(name), expected.table(name), rtol=1e-6)
        np.testing.assert_allclose(found.uniform[name], expected.uniform[name], rtol=1e-6)
    with pytest.raises(ValueError, match="attention of a query adds up to 1, but at 'pattern'"):
        head_scores(model, padded, patterns=["pattern"])
    with pytest.raises(ValueError, match=r"scored is boolean and of the tokens' shape \(2, 6\)"):
        head_scores(model, padded, patterns=["pattern"], scored=scored[:1])
