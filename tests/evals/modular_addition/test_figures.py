import numpy as np
import pytest

from evals.modular_addition import figures as modular_figures


def test_networks_without_recorded_training_have_no_curves():
    assert modular_figures.progress("nowhere") is None
    assert modular_figures.training(["nowhere"]) == {}


def test_published_networks_bring_the_losses_of_their_training(assets):
    curves = modular_figures.progress("published")
    assert set(curves) == {"step", "train", "test"}
    assert curves["train"][0] == pytest.approx(np.log(113), abs=0.1)
    assert curves["test"].max() > 20
    assert curves["test"][-1] < 1e-5
    assert curves["step"][-1] > 100_000


def test_in_the_shipped_run_the_circuit_forms_before_the_network_generalises():
    curves = modular_figures.progress("seed0")
    first = {
        name: curves["step"][np.argmax(curves[name] < 0.01)]
        for name in ("train", "restricted", "test")
    }
    assert first["train"] < first["restricted"] < first["test"]
    assert curves["excluded"].min() < 0.1
    assert curves["excluded"][-1] > 3
