import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zoo.eis_vii_transformer.halves import training_rows
from zoo.train import eis_vii_transformer as challenge
from zoo.train.loop import train
from zoo.transformer.model import Transformer, forward

P = 9
SMALL = dataclasses.replace(
    challenge.CONFIG, heads=2, d_model=16, d_head=8, d_mlp=24, d_vocab=P + 1
)
A, B = np.divmod(np.arange(P * P), P)
LABELS = ((A > 3) & (A + B > 8)).astype(np.int32).reshape(P, P)
TOKENS = jnp.asarray(np.stack([A, B, np.full(P * P, P)], axis=1).astype(np.int32))


@pytest.fixture(scope="module")
def params():
    start = jax.jit(Transformer(SMALL).init)(jax.random.key(4), TOKENS[:1])["params"]
    return jax.tree.map(lambda x: 1.5 * x, start)


@pytest.fixture(scope="module")
def logits(params):
    return np.asarray(forward(SMALL, params, TOKENS), np.float64)


def test_the_defaults_are_those_of_the_docstring():
    assert challenge.Settings() == challenge.Settings(5e-4, 1.0)
    c = challenge.CONFIG
    assert (c.layers, c.heads, c.d_model, c.d_head, c.d_mlp) == (1, 8, 128, 16, 1024)
    assert (c.d_vocab, c.d_vocab_out, c.context, c.last) == (114, 2, 3, True)
    assert (c.biases, c.layer_norm, c.activation) == (("mlp",), False, "relu")


def test_it_is_trained_and_measured_on_the_halves_of_the_published_network(params, logits):
    task = challenge.task(0, 20, LABELS, shape=SMALL, every=10)
    losses = np.log(np.exp(logits).sum(1)) - logits[np.arange(P * P), LABELS.ravel()]
    right = logits.argmax(1) == LABELS.ravel()
    chosen = np.isin(np.arange(P * P), training_rows(P))
    measures = jax.jit(task.measure)(params)
    expected = {
        "train_loss": losses[chosen].mean(), "train_accuracy": right[chosen].mean(),
        "test_loss": losses[~chosen].mean(), "test_accuracy": right[~chosen].mean(),
    }  # fmt: skip
    assert {k: float(v) for k, v in measures.items()} == pytest.approx(expected, rel=1e-4)
    np.testing.assert_allclose(jax.jit(task.loss)(params, None), losses[chosen].mean(), rtol=1e-4)


def test_the_seed_is_of_the_parameters_alone():
    one, other = (challenge.task(seed, 20, LABELS, shape=SMALL, every=10) for seed in (0, 1))
    assert (one.name, other.name) == ("eis_vii_transformer_seed0", "eis_vii_transformer_seed1")
    differ = {k for k, v in one.identity().items() if other.identity()[k] != v}
    assert differ == {"name", "seed"}


def test_a_small_network_learns(tmp_path):
    settings = challenge.Settings(learning_rate=1e-2)
    task = challenge.task(0, 100, LABELS, settings, SMALL, every=50)
    records = train(task, tmp_path, progress=False)[1]
    assert records[-1]["train_accuracy"] == 1.0
    assert records[-1]["test_accuracy"] > 0.8


def test_networks_are_compared_pair_by_pair(params, logits):
    ours = logits.argmax(1).reshape(P, P)
    published = np.array(LABELS)
    published[2:5, 3:7] = 1 - published[2:5, 3:7]
    wrong, theirs = ours != LABELS, published != LABELS
    unseen = ~np.isin(np.arange(P * P), training_rows(P)).reshape(P, P)
    assert challenge.compared(params, SMALL, LABELS, published) == {
        "all_accuracy": pytest.approx(1 - wrong.mean()),
        "published_agreement": pytest.approx((ours == published).mean()),
        "all_mistakes": wrong.sum(),
        "published_mistakes": 12,
        "shared_mistakes": (wrong & theirs).sum(),
        "published_test_mistakes": (theirs & unseen).sum(),
    }
