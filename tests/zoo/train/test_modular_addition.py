import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from toy_task import equal

from zoo.train import modular_addition as addition
from zoo.train import pairs
from zoo.train.loop import train
from zoo.transformer.model import Transformer, forward

RUN = jax.jit(forward, static_argnums=0)
SMALL = addition.config(p=7, d_model=16, heads=2, d_mlp=24)


def parameters(config, seed=0):
    """Random parameters, biases among them."""
    tokens = jnp.zeros((1, 3), jnp.int32)
    start = jax.jit(Transformer(config).init)(jax.random.key(seed), tokens)["params"]
    rng = np.random.default_rng(seed)
    return jax.tree.map(lambda x: x + rng.normal(0, 0.1, x.shape).astype(np.float32), start)


def test_the_defaults_are_the_paper():
    c = addition.config()
    assert (c.layers, c.heads, c.d_model, c.d_head, c.d_mlp) == (1, 4, 128, 32, 512)
    assert (c.d_vocab, c.d_vocab_out, c.context, c.last) == (114, 113, 3, True)
    assert (c.biases, c.layer_norm, c.activation) == (("mlp",), False, "relu")
    assert addition.Settings() == addition.Settings(0.3, 1e-3, 1.0, memorise=False)


def test_training_pairs_are_a_seeded_part():
    chosen = addition.training_pairs(0)
    assert len(chosen) == len(set(chosen)) == int(0.3 * 113**2) == 3830
    assert (np.diff(chosen) > 0).all()
    assert 0 <= chosen[0] < chosen[-1] < 113**2
    np.testing.assert_array_equal(chosen, addition.training_pairs(0))
    shared = np.intersect1d(chosen, addition.training_pairs(1))
    assert 0.25 < len(shared) / len(chosen) < 0.35


def test_measures_are_of_the_right_pairs():
    task = addition.task(0, 100, shape=SMALL, every=50)
    params, tokens = parameters(SMALL), pairs.pairs(7)
    chosen = addition.training_pairs(0, 0.3, 7)
    logits = np.asarray(RUN(SMALL, params, jnp.asarray(tokens)), np.float64)
    answers = tokens[:, :2].sum(1) % 7
    losses = np.log(np.exp(logits).sum(1)) - logits[np.arange(49), answers]
    trained = np.isin(np.arange(49), chosen)
    measures = jax.jit(task.measure)(params)
    np.testing.assert_allclose(measures["train_loss"], losses[trained].mean(), rtol=1e-4)
    np.testing.assert_allclose(measures["test_loss"], losses[~trained].mean(), rtol=1e-4)
    right = logits.argmax(1) == answers
    np.testing.assert_allclose(measures["train_accuracy"], right[trained].mean(), rtol=1e-5)
    np.testing.assert_allclose(measures["test_accuracy"], right[~trained].mean(), rtol=1e-5)
    np.testing.assert_allclose(jax.jit(task.loss)(params, None), losses[trained].mean(), rtol=1e-4)


def test_a_small_network_learns_and_goes_on_from_a_checkpoint(tmp_path):
    settings = addition.Settings(fraction=0.8, learning_rate=1e-2)
    task = addition.task(0, 100, settings, SMALL, every=25)
    whole, records = train(task, tmp_path / "whole", progress=False)
    assert records[-1]["train_loss"] < 0.1 * records[0]["train_loss"]
    assert records[-1]["train_accuracy"] == 1.0

    def killed(record):
        if record["step"] == 75:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        train(dataclasses.replace(task, done=killed), tmp_path / "cut", 1, progress=False)
    assert equal(train(task, tmp_path / "cut", 1, progress=False)[0], whole)


def test_memorising_stops_when_the_training_pairs_are_known(tmp_path):
    settings = addition.Settings(learning_rate=1e-2, weight_decay=0.0, memorise=True)
    task = addition.task(0, 4000, settings, SMALL, every=100)
    assert task.name == "modular_addition_memorised"
    final = train(task, tmp_path, progress=False)[1][-1]
    assert final["step"] < 4000
    assert final["train_loss"] < addition.MEMORISED
    assert final["train_accuracy"] == 1.0
    assert final["test_accuracy"] < 0.6
