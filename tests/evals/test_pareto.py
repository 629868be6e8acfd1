import json

import modular_toy as toy
import pytest

import zoo
from evals import pareto
from zoo.scripts import script


@pytest.fixture
def toys(monkeypatch):
    monkeypatch.setattr(zoo, "load", lambda name, variant: toy.model())
    monkeypatch.setattr(zoo, "data", lambda name: toy.examples())


def test_the_whole_run_on_a_toy(toys, tmp_path, capsys):
    pareto.main(["--frequencies", "3", "--digits", "1,2", "--draws", "300", "--out", str(tmp_path)])
    found = json.loads((tmp_path / "pareto.json").read_text())
    best = [p for p in found["points"] if p["on_front"]]
    assert len(found["points"]) == 6
    assert best[-1]["name"].startswith("2 frequencies")  # of which the toy is made
    assert best[-1]["heldout"]["estimate"] > 0.99
    assert best[-1]["constants"] == 5  # two amplitudes, two frequencies and the modulus
    assert found["data"]["heldout"]["n"] == 145
    assert {p.name for p in tmp_path.iterdir()} == {
        "pareto.json", "pareto.md", "pareto.npz", "pareto.png",
    }  # fmt: skip
    said = capsys.readouterr()
    assert "held-out [95%]" in said.out
    assert "choosing among 6 settings on 144 design pairs" in said.err


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["--frequencies", "9"], "has 8 frequencies, 9 were asked for"),
        (["--digits", "0"], "argument --digits"),
        (["--digits", "1,1"], "expected different names with commas, got '1,1'"),
        (["--n", "5"], "too few for an interval"),
        (["--draws", "50"], "argument --draws: 50 draws are too few for an interval"),
        (["--circuit", "heads"], "invalid choice: 'heads'"),
    ],
)
def test_wrong_arguments_are_told(toys, given, match, tmp_path, capsys):
    with pytest.raises(SystemExit):
        script.run(lambda: pareto.main([*given, "--out", str(tmp_path)]))
    assert match in capsys.readouterr().err
