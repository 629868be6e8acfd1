import json

import pytest

import evals.shared.training_log as log


def test_logs_of_training(monkeypatch, tmp_path):
    weights = tmp_path / "weights"
    weights.mkdir()
    monkeypatch.setattr(log.zoo, "__file__", str(tmp_path / "__init__.py"))
    assert log.figures("toy", ["seed0"]) == {}
    course = {"step": [0, 10, 20], "loss": [0.5, 0.1], "test_loss": [2.0, 1.0, 0.3]}
    (weights / "toy_seed0.json").write_text(json.dumps({"course": course}))
    curves = log.curves("toy", "seed0")
    assert curves["train"][1:].tolist() == [0.5, 0.1]
    assert str(curves["train"][0]) == "nan"
    figure = log.figures("toy", ["seed0", "seed1"])["training"]
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["seed0"]
    (weights / "toy_seed1.json").write_text("{}")
    with pytest.raises(ValueError, match=r"toy_seed1.json has no course of step, loss, test_loss"):
        log.curves("toy", "seed1")
