import json

import numpy as np
import pytest

import zoo
from benchmarks import scrubbing


@pytest.mark.usefixtures("optimised", "assets")
def test_both_sides_agree_before_times_count(tmp_path, capsys, monkeypatch):
    few = zoo.data("mnist", split="design").take(slice(1500))
    monkeypatch.setattr(zoo, "data", lambda *args, **more: few)
    scrubbing.main(["--repeats", "1", "--save", str(tmp_path / "scrubbing.json")])
    found = json.loads((tmp_path / "scrubbing.json").read_text())["benchmark"]
    assert found["samples"] == 1_500
    assert found["ratio"] == pytest.approx(found["by_hand"] / found["aann"], rel=1e-4)
    assert "scrub samples" in capsys.readouterr().out


@pytest.mark.usefixtures("optimised", "assets")
def test_a_scrub_by_hand_by_the_examples_themselves_loses_nothing():
    from circuits.eis_vii_mnist.groups import Groups

    model, examples = zoo.load("eis_vii_mnist"), zoo.data("mnist", split="design")
    pictures = examples.load(range(scrubbing.BATCH))
    groups = Groups(one=(0, 1), inverse=(2, 3), always=(), silent=())
    own = np.arange(scrubbing.BATCH)
    np.testing.assert_array_equal(scrubbing.by_hand(model, pictures, [own, own], groups), 0)
