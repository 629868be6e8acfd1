"""The whole run on a toy, with ``evals.eis_vii_mnist.case``, ``evals.eis_vii_mnist.table`` and
``evals.eis_vii_mnist.figures``.
"""

import dataclasses
import json

import challenge_toy as toy
import pytest

import aann
import zoo
from circuits.eis_vii_mnist import ceiling, controls
from evals.eis_vii_mnist import __main__ as challenge
from evals.eis_vii_mnist import case, figures
from zoo.mnist import pictures


@pytest.fixture
def toys(monkeypatch):
    design, heldout = toy.halves(400)
    halves = {"design": design, "heldout": heldout}
    monkeypatch.setattr(zoo, "load", lambda name, variant=None: toy.model())
    monkeypatch.setattr(zoo, "data", lambda name, split: halves[split])
    monkeypatch.setattr(pictures, "part", lambda name: toy.part())
    monkeypatch.setattr(challenge, "DRAWS", 200)
    turned = {"the clue turned by 90 degrees": toy.clue().T}
    monkeypatch.setattr(controls, "wrong_templates", lambda clue, others: turned)
    few = {"V of a stroke": case.STROKES["V of a stroke"]}
    monkeypatch.setattr(case, "STROKES", few)
    monkeypatch.setattr(figures, "STROKES", few)
    monkeypatch.setattr(case, "BLOCKS", (7,))
    monkeypatch.setattr(case, "WAVES", (2,))
    every = case.fitted

    def fewer(seen, training):
        found = every(seen, training)
        return dataclasses.replace(found, circuits=found.circuits[2:])

    monkeypatch.setattr(case, "fitted", fewer)
    monkeypatch.setattr(case, "CEILINGS", (ceiling.of_reads,))


def test_the_whole_run_on_toys(toys, attempted, tmp_path, capsys):
    challenge.main(["--n", "60", "--out", str(tmp_path), "--seed", "1"])
    said = capsys.readouterr()
    assert "published: of the units of fc1 3 one, 2 inverse, 1 always, 1 silent" in said.err
    plain = json.loads((tmp_path / "report.json").read_text())
    assert (plain["eval"], plain["seed"]) == ("eis_vii_mnist, logits", 1)
    assert plain["data"]["n"] == 60
    assert plain["untrained"]["found"] == "tried"
    assert {"both groups", "logits", *case.GROUPS} == set(attempted)
    found = {r["program"]: r for r in json.loads((tmp_path / "challenge.json").read_text())["rows"]}
    assert found["V of the clue"]["recovered"]["estimate"] > 0.98
    assert found["V of the clue"]["agreement"]["estimate"] > 0.9
    assert found["V of the clue"]["constants"] - found["V of the clue"]["besides"] == 784
    assert found["V of a stroke"]["besides"] == found["V of a stroke"]["constants"] < 30
    assert found["small network of the reads"]["kind"] == "fit"
    assert found["V of the clue turned by 90 degrees"]["recovered"]["estimate"] < 0.95
    table = json.loads((tmp_path / "seeds.json").read_text())["rows"]
    rows = {row["program"]: row["recovered"]["kl"]["estimate"] for row in table}
    assert rows["like the 1 + like its inverse"] > 0.99
    assert rows["like the 1, other threshold + like its inverse, other threshold"] < 0.95
    names = ("plane", "groups", "disagreements", "templates", "trade", "recovered")
    assert {f"{name}.png" for name in names} <= {path.name for path in tmp_path.iterdir()}
    page = (tmp_path / "report.html").read_text()
    for wanted in ("The labels as programs", "Classes that change without a group", "logits"):
        assert wanted in page
    assert "whose class changes when a group of units is zeroed" in said.out


def test_too_few_examples_are_a_usage_error(toys, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        challenge.main(["--n", "9", "--out", str(tmp_path)])
    assert stop.value.code == 2
    assert "--n 9 is too few for an interval" in capsys.readouterr().err


def test_a_program_is_found_by_its_name(assets):
    found = case.Case(None, None, (), (aann.make(
        lambda x, c: x, model="toy", site="logits", units=(0,), name="V"
    ),), ())  # fmt: skip
    assert found.program("V").name == "V"
