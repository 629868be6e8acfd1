"""The networks in zoo/weights are what their logs say, and what their docstrings promise."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from zoo.eis_vii_transformer import planes
from zoo.train import eis_vii_transformer, induction, max_of_k, modular_addition
from zoo.transformer import weights as transformer_weights
from zoo.transformer.model import as_model

FOLDER = transformer_weights.FOLDER
ADDITION = ["seed0", "seed1", "seed2", "memorised"]
SEEDS = ["seed0", "seed1", "seed2"]


def shipped(name):
    """Config, parameters and log."""
    log = json.loads((FOLDER / f"{name}.json").read_text())
    return *transformer_weights.shipped(FOLDER / f"{name}.safetensors"), log


def check_log(task, name, atol=0.0):
    """The run is the task's, and its final measures are those of the weights; they come back."""
    config, params, log = shipped(name)
    assert config == task.config
    identity = task.identity()
    del identity["config"]
    assert log["run"] == identity
    measures = {k: float(v) for k, v in jax.jit(task.measure)(params).items()}
    for measure, value in measures.items():
        # losses near 1e-7 hang on the rounding of logits near 20
        np.testing.assert_allclose(
            value, log["final"][measure], rtol=0.02, atol=atol, err_msg=measure
        )
    return measures


@pytest.mark.parametrize("variant", ADDITION)
def test_modular_addition(variant):
    log = shipped(f"modular_addition_{variant}")[2]["run"]
    settings = {k: log[k] for k in ("fraction", "learning_rate", "weight_decay", "memorise")}
    assert settings == {
        "fraction": 0.3,
        "learning_rate": 1e-3,
        "weight_decay": 0.0 if variant == "memorised" else 1.0,
        "memorise": variant == "memorised",
    }
    settings = modular_addition.Settings(**settings)
    task = modular_addition.task(log["seed"], log["steps"], settings)
    measures = check_log(task, f"modular_addition_{variant}")
    assert measures["train_accuracy"] == 1.0
    if variant == "memorised":
        assert measures["test_accuracy"] < 0.1
        assert measures["test_loss"] > 10
    else:
        assert measures["test_accuracy"] == 1.0
        assert measures["test_loss"] < 1e-5


@pytest.mark.parametrize("variant", SEEDS)
def test_max_of_k(variant):
    log = shipped(f"max_of_k_{variant}")[2]
    task = max_of_k.task(log["run"]["seed"], log["run"]["steps"])
    assert check_log(task, f"max_of_k_{variant}")["test_accuracy"] > 0.9999
    assert log["final"]["all_accuracy"] > 0.999999


@pytest.mark.parametrize("variant", SEEDS)
def test_induction(variant):
    log = shipped(f"induction_{variant}")[2]["run"]
    task = induction.task(log["seed"], log["steps"])
    measures = check_log(task, f"induction_{variant}")
    assert measures["test_accuracy"] > 0.99
    assert measures["test_loss"] < 0.01


@pytest.mark.parametrize("variant", SEEDS[:2])
def test_eis_vii_transformer(variant, assets, optimised):
    """Right on its training half, and about as good as the published network on the other."""
    _, params, log = shipped(f"eis_vii_transformer_{variant}")
    labels, published = (planes.plane(name) for name in planes.LABELS)
    settings = eis_vii_transformer.Settings(log["run"]["learning_rate"], log["run"]["weight_decay"])
    assert settings == eis_vii_transformer.Settings()
    task = eis_vii_transformer.task(log["run"]["seed"], log["run"]["steps"], labels, settings)
    measures = check_log(task, f"eis_vii_transformer_{variant}", atol=1e-8)  # of training
    assert measures["train_accuracy"] == 1.0
    assert measures["test_accuracy"] > 0.97
    compared = eis_vii_transformer.compared(params, task.config, labels, published)
    for name, value in compared.items():
        assert log["final"][name] == pytest.approx(value, abs=2 if "mistakes" in name else 2e-4)
    assert compared["published_agreement"] > 0.97
    # those that both get wrong are far more than two independent networks would share
    share = compared["all_mistakes"] / 6_385
    assert compared["shared_mistakes"] > 5 * share * compared["published_test_mistakes"]


def attention_at(pattern, keys, queries):
    """(heads,) mean attention from each query to its key; (n, pos) with keys -1 left out."""
    rows, places = np.nonzero(queries)
    return pattern[rows, :, places, keys[rows, places]].mean(0)


@pytest.mark.parametrize("variant", SEEDS)
def test_induction_networks_have_the_heads_of_the_published_circuit(variant):
    config, params, _ = shipped(f"induction_{variant}")
    model = as_model(config, params, "induction")
    tokens, labels = induction.sequences(jax.random.key(7), 256)
    names = [f"blocks.{i}.attn.pattern" for i in (0, 1)]
    found = jax.jit(aann.capture(model, names))(tokens)[1]
    first, second = (np.asarray(found[name]) for name in names)
    labels, place = np.asarray(labels), np.broadcast_to(np.arange(48), labels.shape)
    before = attention_at(first, place - 1, place > 0)
    assert before.max() > 0.5
    # where the token that comes next stood in the first occurrence of the block
    same = np.asarray(tokens)[:, None, :] == labels[:, :, None]
    after = attention_at(second, same.argmax(-1), labels != -1)
    assert after.max() > 0.5


def test_every_file_is_covered():
    names = {path.stem for path in FOLDER.glob("*.safetensors")}
    assert names == {
        *(f"modular_addition_{v}" for v in ADDITION),
        *(f"{n}_{v}" for n in ("max_of_k", "induction") for v in SEEDS),
        *(f"eis_vii_transformer_{v}" for v in SEEDS[:2]),
    }
    assert all(path.stat().st_size < 2_000_000 for path in FOLDER.glob("*.safetensors"))
    assert sum(path.stat().st_size for path in FOLDER.glob("*.safetensors")) < 5_500_000
    for name in names:
        _, params, _ = shipped(name)
        assert {x.dtype for x in jax.tree.leaves(params)} == {jnp.dtype("float32")}
