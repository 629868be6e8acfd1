"""The whole run on a toy, with the programs of ``evals.eis_vii_transformer.case``."""

import argparse
import json

import numpy as np
import pairs_toy
import pytest

import aann
import zoo
from circuits.eis_vii_transformer import thresholds, trade
from evals.eis_vii_transformer import __main__ as main
from evals.eis_vii_transformer import case
from evals.shared import networks

FEW = {"KNOTS": (4,), "KINDS": (6,), "TURNS": 2}


@pytest.fixture
def toys(monkeypatch):
    """The zoo with a hand-made network of pairs in it, and short fits."""
    everything = pairs_toy.pairs(every=12)
    rows = np.arange(len(everything))

    def data(name, split=None, labels="true"):
        design = aann.design(everything.take(rows[::2].tolist()))
        if split == "design":
            return design
        if split == "heldout":
            return aann.held_out(everything.take(rows[1::2].tolist()), design)
        return everything

    def load(name, variant=None):
        if variant == "published":
            raise zoo.AssetError("no network here\nat all")
        return pairs_toy.network()

    monkeypatch.setattr(zoo, "load", load)
    monkeypatch.setattr(zoo, "data", data)
    monkeypatch.setattr(main, "DRAWS", 200)
    monkeypatch.setattr(main.figures, "planes", lambda found: {})
    monkeypatch.setattr(case, "DIRECTIONS", (1,))
    monkeypatch.setattr(thresholds, "STEPS", 100)
    for name, value in FEW.items():
        monkeypatch.setattr(trade, name, value)


def test_the_whole_run_on_toys(toys, attempted, tmp_path, capsys):
    main.main(["--limit", "300", "--out", str(tmp_path), "--seed", "1"])
    said = capsys.readouterr()
    assert "left out published: no network here\n" in said.err
    plain = json.loads((tmp_path / "report.json").read_text())
    assert (plain["eval"], plain["seed"]) == ("eis_vii_transformer, thresholds", 1)
    assert plain["data"]["n"] == 300
    table = json.loads((tmp_path / "seeds.json").read_text())["rows"]
    found = {(row["circuit"], row["program"]): row for row in table}
    stages = {circuit for circuit, _ in found}
    assert stages == {"attention", "what the MLP reads", "MLP", "thresholds"} == set(attempted)
    assert plain["untrained"]["found"] == "tried"
    main_rows = {"two thresholds", "two planes of what the MLP reads", "mean attention"}
    assert main_rows <= {r.name for programs in attempted.values() for r in programs}
    for stage, name in (
        ("attention", "mean attention"),
        ("MLP", "two planes of what the MLP reads"),
    ):
        assert found[stage, name]["recovered"]["kl"]["estimate"] > 0.9
    assert found["thresholds", "A and B exchanged"]["kind"] == "control"
    assert found["thresholds", "two thresholds"]["note"].startswith("all pairs: ")
    figures = {"look_ups", "sums", "trade", "recovered"}
    written = {path.name for path in tmp_path.iterdir()}
    assert {f"{name}.png" for name in figures} | {"labels.json", "labels.md"} <= written
    labels = json.loads((tmp_path / "labels.json").read_text())["rows"]
    told = {row["program"]: row for row in labels}
    assert told["network"]["heldout"]["network"]["estimate"] == 1
    assert told["mean attention"]["heldout"]["network"]["estimate"] > 0.95
    assert "Labels of programs and networks" in (tmp_path / "report.html").read_text()


def test_a_network_that_has_to_be_there(toys, tmp_path):
    with pytest.raises(zoo.AssetError, match="no network here"):
        main.main(["--networks", "published,seed0", "--out", str(tmp_path)])


def test_halves_are_those_of_the_training(assets):
    design, heldout = networks.given_halves(
        main.NAME, argparse.Namespace(n=None, limit=None, seed=0)
    )
    assert (len(design), len(heldout)) == (6384, 6385)
    assert isinstance(design, aann.Design)
    assert isinstance(heldout, aann.HeldOut)
