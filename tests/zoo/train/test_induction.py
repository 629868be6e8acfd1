import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.train import induction
from zoo.train.loop import train
from zoo.transformer.model import Transformer, forward

SMALL = induction.config(d_vocab=12, context=8, d_model=16, heads=2)


def blocks(tokens):
    """(first place, second place, length) of the block that occurs twice, by looking for it."""
    places = {}
    for place, token in enumerate(tokens):
        places.setdefault(int(token), []).append(place)
    twice = sorted(p for p in places.values() if len(p) > 1)
    assert all(len(p) == 2 for p in twice)
    first, second = twice[0]
    assert twice == [[first + i, second + i] for i in range(len(twice))]
    return first, second, len(twice)


@settings(max_examples=6, deadline=None)
@given(st.sampled_from([(64, 48), (12, 8), (9, 9), (128, 85)]), st.integers(0, 2**31))
def test_a_sequence_repeats_one_block_of_distinct_tokens(sizes, seed):
    d_vocab, context = sizes
    tokens, labels = map(np.asarray, induction.sequences(jax.random.key(seed), 16, *sizes))
    assert tokens.shape == labels.shape == (16, context)
    assert tokens.dtype == labels.dtype == np.int32
    assert 0 <= tokens.min() <= tokens.max() < d_vocab
    for row, label in zip(tokens, labels):
        first, second, length = blocks(row)
        assert induction.SHORTEST <= length <= context // 2
        assert first + length <= second <= context - length
        scored = np.flatnonzero(label != -1)
        np.testing.assert_array_equal(scored, np.arange(second, second + length - 1))
        # what follows is what followed the first occurrence of the same token
        np.testing.assert_array_equal(label[scored], row[scored + 1])
        np.testing.assert_array_equal(label[scored], row[scored - second + first + 1])


def test_no_fixed_distance_solves_it():
    tokens = np.asarray(induction.sequences(jax.random.key(0), 512)[0])
    distances = [second - first for first, second, _ in map(blocks, tokens)]
    assert np.bincount(distances).max() < 0.15 * len(distances)
    assert min(distances) < 8
    assert max(distances) > 32


@pytest.mark.parametrize(("d_vocab", "context"), [(47, 48), (10, 7)])
def test_sizes_that_leave_no_room_are_refused(d_vocab, context):
    text = rf"the vocabulary \({d_vocab}\) is at least the context \({context}\)"
    with pytest.raises(ValueError, match=text):
        induction.sequences(jax.random.key(0), 2, d_vocab, context)


def test_unscored_positions_do_not_count():
    init = jax.jit(Transformer(SMALL).init)
    params = init(jax.random.key(0), jnp.zeros((1, 8), jnp.int32))["params"]
    tokens, labels = induction.sequences(jax.random.key(1), 5, 12, 8)
    logits = np.asarray(jax.jit(forward, static_argnums=0)(SMALL, params, tokens), np.float64)
    rows, places = np.nonzero(np.asarray(labels) != -1)
    picked, right = logits[rows, places], np.asarray(labels)[rows, places]
    losses = np.log(np.exp(picked).sum(1)) - picked[np.arange(len(right)), right]
    judge = jax.jit(induction.loss_and_accuracy, static_argnums=1)
    loss, accuracy = judge(params, SMALL, tokens, labels)
    np.testing.assert_allclose(loss, losses.mean(), rtol=1e-4)
    np.testing.assert_allclose(accuracy, (picked.argmax(1) == right).mean(), rtol=1e-5)


def test_a_small_network_learns(tmp_path):
    task = induction.task(0, 600, induction.Settings(learning_rate=1e-2), SMALL, every=100)
    records = train(task, tmp_path, progress=False)[1]
    assert records[-1]["test_loss"] < 0.6 * records[0]["test_loss"]
    assert records[-1]["test_accuracy"] > 3 * records[0]["test_accuracy"]
