import json

import jax.numpy as jnp
import numpy as np
import pytest
from safetensors import safe_open
from toy_task import SHAPE, toy_task

from zoo.train import command
from zoo.transformer.model import TransformerConfig, forward


def options(*words):
    return command.parser("toy", "Train.\nMore.", steps=40).parse_args(words)


def read(path):
    with safe_open(path, "np") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return arrays, {key: json.loads(value) for key, value in file.metadata().items()}


def nested(arrays):
    tree = {}
    for name, array in arrays.items():
        *folders, last = name.split(".")
        here = tree
        for folder in folders:
            here = here.setdefault(folder, {})
        here[last] = jnp.asarray(array, jnp.float32)
    return tree


def test_options_have_defaults_that_help_states(capsys):
    assert vars(options()) == {"seed": 0, "steps": 40, "out": None, "snapshot_every": None}
    with pytest.raises(SystemExit):
        options("--help")
    shown = capsys.readouterr().out
    assert "Train." in shown
    assert "More." not in shown
    assert "default: 40" in shown


def test_a_run_leaves_weights_a_log_and_a_picture(tmp_path, capsys):
    path = command.run(
        toy_task(), options("--out", str(tmp_path)), finish=lambda p: {"all_mistakes": 3.0}
    )
    assert path == tmp_path / "toy_seed0.safetensors"
    arrays, about = read(path)
    assert sorted(arrays) == sorted(
        ["embed.W_E", "pos_embed.W_pos", "unembed.W_U"]
        + [f"blocks_0.attn.W_{letter}" for letter in "QKVO"]
    )
    config = {**about["config"], "biases": tuple(about["config"]["biases"])}
    assert TransformerConfig(**config) == SHAPE
    assert about["run"] == {
        "name": "toy_seed0", "seed": 0, "steps": 40, "every": 5, "rate": 0.03
    }  # fmt: skip
    assert about["final"]["all_mistakes"] == 3.0
    tokens = jnp.asarray([[1, 2], [4, 0]])
    right = jnp.take_along_axis(forward(SHAPE, nested(arrays), tokens), tokens[:, 1:], 1)
    assert np.isfinite(right).all()
    log = json.loads(path.with_suffix(".json").read_text())
    assert log["run"] == about["run"]
    assert log["course"]["step"] == list(range(0, 41, 5))
    assert len(log["course"]["loss"]) == 8
    np.testing.assert_allclose(log["final"]["test_loss"], log["course"]["test_loss"][-1], rtol=1e-5)
    assert path.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    assert str(path) in capsys.readouterr().out


def test_final_measures_are_of_the_weights_on_disk(tmp_path):
    task = toy_task()
    path = command.run(task, options("--out", str(tmp_path)), dtype=jnp.float16)
    arrays, about = read(path)
    assert {a.dtype for a in arrays.values()} == {np.dtype("float16")}
    measured = float(task.measure(nested(arrays))["test_loss"])
    np.testing.assert_allclose(about["final"]["test_loss"], measured, rtol=1e-5)
    log = json.loads(path.with_suffix(".json").read_text())
    assert log["course"]["test_loss"][-1] != log["final"]["test_loss"]


def test_long_runs_are_thinned_and_keep_both_ends(tmp_path):
    records = [{"step": n, "seconds": 0.1 * n, "test_loss": 1 / (n + 3)} for n in range(5000)]
    command.write_log(tmp_path / "x.json", toy_task(), records, records[-1])
    text = (tmp_path / "x.json").read_text()
    log = json.loads(text)
    steps = log["course"]["step"]
    assert len(steps) == 400
    assert (steps[0], steps[-1]) == (0, 4999)
    assert set(np.diff(steps)) <= {12, 13}
    np.testing.assert_allclose(log["course"]["test_loss"], 1 / (np.asarray(steps) + 3.0), rtol=1e-5)
    assert text.count("\n") < 60


def test_the_default_folder_is_named_after_the_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = command.run(toy_task(), options())
    assert (tmp_path / path) == tmp_path / "out/train/toy_seed0/toy_seed0.safetensors"
    assert (tmp_path / path).exists()
