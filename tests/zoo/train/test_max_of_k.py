import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.train import max_of_k
from zoo.train.loop import train
from zoo.transformer.model import Transformer, forward

SMALL = max_of_k.config(d_vocab=5, context=3, width=8)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    settings = max_of_k.Settings(learning_rate=1e-2)
    task = max_of_k.task(0, 600, settings, SMALL, every=100)
    return train(task, tmp_path_factory.mktemp("run"), progress=False)


def test_the_default_shape_is_the_paper():
    c = max_of_k.config()
    assert (c.layers, c.heads, c.d_model, c.d_head, c.d_mlp) == (1, 1, 32, 32, None)
    assert (c.d_vocab, c.d_vocab_out, c.context, c.last) == (64, 64, 4, True)
    assert (c.biases, c.layer_norm, c.causal) == ((), False, True)


def test_uniform_tokens_are_uniform():
    tokens = np.asarray(max_of_k.uniform(jax.random.key(0), 10_000, SMALL))
    assert tokens.shape == (10_000, 3)
    shares = np.bincount(tokens.ravel(), minlength=5) / tokens.size
    np.testing.assert_allclose(shares, 0.2, atol=0.01)


@settings(max_examples=8, deadline=None)
@given(st.sampled_from([2, 4, 5, 64]), st.integers(0, 99))
def test_hard_tokens_are_near_each_other_and_reach_every_value(d_vocab, seed):
    shape = max_of_k.config(d_vocab=d_vocab)
    tokens = np.asarray(max_of_k.hard(jax.random.key(seed), 4096, shape))
    assert tokens.shape == (4096, 4)
    assert (tokens.max(1) - tokens.min(1)).max() < max_of_k.NEAR
    assert set(tokens.ravel()) == set(range(d_vocab))


def test_a_small_network_learns(trained):
    _, records = trained
    assert records[0]["test_accuracy"] < 0.6
    assert records[-1]["test_accuracy"] > 0.99
    assert records[-1]["test_loss"] < 0.1 * records[0]["test_loss"]


@pytest.mark.parametrize("learnt", [True, False])
def test_everything_is_every_sequence_once(trained, learnt):
    start = jax.jit(Transformer(SMALL).init)(jax.random.key(5), jnp.zeros((1, 3), jnp.int32))
    params = trained[0] if learnt else start["params"]
    sequences = np.asarray(list(itertools.product(range(5), repeat=3)), np.int32)
    logits = np.asarray(
        jax.jit(forward, static_argnums=0)(SMALL, params, jnp.asarray(sequences)), np.float64
    )
    largest = sequences.max(1)
    losses = np.log(np.exp(logits).sum(1)) - logits[np.arange(125), largest]
    wrong = int((logits.argmax(1) != largest).sum())
    found = max_of_k.over_everything(params, SMALL)
    np.testing.assert_allclose(found["all_loss"], losses.mean(), rtol=1e-3)
    assert found["all_mistakes"] == wrong
    assert found["all_accuracy"] == 1 - wrong / 125
    assert learnt or wrong > 20


def test_test_sequences_are_the_same_for_all_seeds_and_batches_are_not():
    params = jax.jit(Transformer(SMALL).init)(jax.random.key(5), jnp.zeros((1, 3), jnp.int32))
    one, other = (max_of_k.task(seed, 500, shape=SMALL) for seed in (0, 1))
    assert one.name == "max_of_k_seed0"
    measured = [jax.jit(task.measure)(params["params"]) for task in (one, other)]
    assert measured[0] == measured[1]
    loss = jax.jit(one.loss)
    losses = {float(loss(params["params"], jax.random.key(n))) for n in range(3)}
    assert len(losses) == 3
