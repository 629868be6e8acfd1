import json

import modular_toy as toy
import pytest

import aann
import zoo
from evals.modular_addition import __main__ as modular_addition
from evals.modular_addition import case as modular_case


@pytest.fixture
def toys(monkeypatch):
    """The zoo with toys in it: a network that adds, and one that memorised."""

    def load(name, variant=None):
        if variant not in ("seed0", "memorised"):
            raise zoo.AssetError("no network here\nat all")
        return {"seed0": toy.model, "memorised": toy.memory}[variant]()

    monkeypatch.setattr(zoo, "load", load)
    monkeypatch.setattr(zoo, "data", lambda name: toy.examples())


def test_the_whole_run_on_toys(toys, attempted, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(modular_addition, "_reported", lambda case: case.circuits[-2:])  # faster
    modular_addition.main(
        ["--networks", "seed0,published", "--limit", "60", "--out", str(tmp_path),
         "--seed", "1", "--draws", "200"]
    )  # fmt: skip
    said = capsys.readouterr()
    assert "left out published: no network here\n" in said.err
    assert "seed0: frequencies 2, 5\n" in said.out
    plain = json.loads((tmp_path / "report.json").read_text())
    assert (plain["schema"], plain["seed"], plain["data"]["n"]) == (1, 1, 60)
    assert plain["untrained"]["found"] == "tried"
    assert set(modular_addition.UNTRAINED) <= set(attempted)
    assert {"zero", "linear", "network", "a - b", "a + b + 1", "other frequencies"} <= {
        row["name"] for row in plain["rows"]
    }
    folders = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert folders == {"attention"}
    for name in ("spectra", "neurons", "heads", "recovered", "recovered_against_bits"):
        assert f"({name}.png)" in (tmp_path / "report.md").read_text()
    table = json.loads((tmp_path / "seeds.json").read_text())["rows"]
    assert [row["circuit"] for row in table[:2]] == ["intact", "neurons"]
    assert table[-1]["circuit"] == "network"
    assert table[-1]["exhaustive"]["kl"] > 0.99
    assert (tmp_path / "seeds.md").read_text().count("\n| seed0 |") == len(table)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["--n", "9"], "--n 9 is too few for an interval: at least 10"),
        (["--n", "30", "--limit", "20"], "--n 30 asks for more examples than --limit 20"),
        (["--draws", "50"], "argument --draws: 50 draws are too few for an interval: at least 100"),
        (["--networks", "seed0,seed0"], "expected different names with commas, got 'seed0,seed0'"),
        (["--networks", "seed0,,seed1"], "expected different names with commas"),
    ],
)
def test_wrong_arguments_get_a_usage_error(given, match, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        modular_addition.main([*given, "--out", str(tmp_path)])
    assert stop.value.code == 2
    assert match in capsys.readouterr().err


def test_the_first_network_cannot_be_left_out(toys, tmp_path):
    with pytest.raises(zoo.AssetError, match="no network here"):
        modular_addition.main(["--networks", "published,seed0", "--out", str(tmp_path)])


def test_all_neurons_have_a_report_where_none_is_explained(toys):
    design, _ = aann.split(toy.examples())
    names = [
        [c.main.name for c in modular_addition._reported(modular_case.fit("x", model, design))]
        for model in (toy.model(), toy.memory())
    ]
    assert names[0] == ["neurons", "mlp", "mlp plane", "attention", "network"]
    assert names[1] == ["all neurons", "mlp", "mlp plane", "attention", "network"]
