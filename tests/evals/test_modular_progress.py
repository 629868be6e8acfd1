import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax.traverse_util import flatten_dict
from safetensors.flax import save_file

from circuits.modular_addition import progress as measures
from evals import modular_progress
from zoo.train import modular_addition as training
from zoo.transformer.model import Transformer, as_model

P = 11
CONFIG = training.config(p=P, d_model=8, heads=2, d_mlp=12)


def params(seed, planted):
    """Random weights; the neurons write waves of one frequency where it is planted."""
    made = Transformer(CONFIG).init(jax.random.key(seed), jnp.zeros((1, 3), jnp.int32))["params"]
    if planted:
        angle = 2 * jnp.pi * 2.0 * jnp.arange(float(P)) / P
        waves = jnp.stack([jnp.cos(angle), jnp.sin(angle)])
        made["unembed"]["W_U"] = jax.random.normal(jax.random.key(9), (8, 2)) @ waves
    return made


@pytest.fixture
def run(tmp_path):
    (tmp_path / "snapshots").mkdir()
    for step, planted in ((1000, True), (0, False), (200, False)):
        path = tmp_path / "snapshots" / f"step_{step:06d}.safetensors"
        save_file(flatten_dict(params(step, planted), sep="."), path)
    return tmp_path


def test_every_snapshot_is_measured_with_the_frequencies_of_the_last(run, tmp_path, capsys):
    modular_progress.main(["--run", str(run), "--seed", "3", "--out", str(tmp_path / "out")])
    (path,) = (tmp_path / "out").iterdir()
    assert path.name == "modular_addition_seed3_progress.json"
    plain = json.loads(path.read_text())
    assert plain["frequencies"] == [2]
    curves = plain["curves"]
    assert curves["step"] == [0, 200, 1000]
    trained = np.zeros(P * P, bool)
    trained[training.training_pairs(3, 0.3, P)] = True
    for i, (step, planted) in enumerate([(0, False), (200, False), (1000, True)]):
        model = as_model(CONFIG, params(step, planted), "one")
        expected = measures.measure(model, (2,), trained.reshape(P, P))
        found = [curves[name][i] for name in expected._fields]
        np.testing.assert_allclose(found, expected, rtol=1e-3)
    assert "3 snapshots, frequencies (2,)" in capsys.readouterr().out


def test_a_run_without_snapshots_is_said_so(tmp_path):
    with pytest.raises(ValueError, match=r"has no snapshots/step_\*.safetensors: train with"):
        modular_progress.main(["--run", str(tmp_path), "--out", str(tmp_path / "out")])
