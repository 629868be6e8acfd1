import json

import jax
import jax.numpy as jnp
import modular_toy as toy
import numpy as np
import pytest

import aann
import zoo
from aann.statistics.interval import Setting
from evals.modular_addition import __main__ as modular_addition
from evals.modular_addition import case as modular_case
from evals.modular_addition import figures as modular_figures
from evals.modular_addition import table as modular_table


def memory():
    """A network that knows the answers of a third of the pairs by heart, and no others."""
    rng = np.random.default_rng(0)
    known = rng.random((toy.P, toy.P, 1)) < 0.35
    a, b = np.meshgrid(np.arange(toy.P), np.arange(toy.P), indexing="ij")
    right = np.eye(toy.P)[(a + b) % toy.P]
    wrong = np.eye(toy.P)[rng.integers(0, toy.P, (toy.P, toy.P))]
    table = 9.0 * np.where(known, right, wrong)

    def apply(params, tokens):
        network = toy.model(noise_only=True)
        logits = aann.site("table", params["table"][tokens[:, 0], tokens[:, 1]])
        return network.apply(params, tokens, logits)

    model = toy.model(noise_only=True)
    params = {**model.params, "table": jnp.asarray(table, jnp.float32)}
    return aann.Model(apply, params, "toy:memorised", model.inputs)


@pytest.fixture
def toys(monkeypatch):
    """The zoo with toys in it: a network that adds, and one that memorised."""

    def load(name, variant=None):
        if variant not in ("seed0", "memorised"):
            raise zoo.AssetError("no network here\nat all")
        return {"seed0": toy.model, "memorised": memory}[variant]()

    monkeypatch.setattr(zoo, "load", load)
    monkeypatch.setattr(zoo, "data", lambda name: toy.examples())


def test_the_whole_run_on_toys(toys, tmp_path, capsys, monkeypatch):
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


def test_the_table_shows_that_programs_fail_on_a_network_that_memorised(toys):
    population = toy.examples()
    design, heldout = aann.split(population)
    case = modular_case.fit("memorised", memory(), design)
    program = case.circuit("network").main
    intact, row = modular_table.rows(
        "memorised",
        case.model,
        [program],
        population,
        heldout,
        Setting(draws=200),
        aann.Machine(),
    )
    assert row.exhaustive["kl"] < 0.5
    assert row.recovered["kl"].high < 0.5
    assert intact.loss["nll"] > np.log(toy.P)
    shown = modular_table.text([intact, row], ["a note"])
    assert "not identified" in shown  # nll: the network is worse than chance
    assert "a note" in shown


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


def test_leads_come_back_from_cross_entropies():
    lead = np.asarray([-40.0, -1.0, 0.0, 3.0, 25.0], np.float32)
    nll = np.asarray(jax.nn.softplus(-lead))
    mean, spread, least = modular_table.lead(nll)
    assert (mean, spread, least) == pytest.approx((lead.mean(), lead.std(), -40.0), rel=1e-4)


def test_every_circuit_is_missing_or_there(toys):
    design, _ = aann.split(toy.examples())
    case = modular_case.fit("memorised", memory(), design)
    assert case.circuit("neurons") is None
    assert case.circuit("all neurons") is not None
    assert any("no frequency stands out" in note for note in case.notes)
    assert any("none has 85%" in note for note in case.notes)


def test_all_neurons_have_a_report_where_none_is_explained(toys):
    design, _ = aann.split(toy.examples())
    names = [
        [c.main.name for c in modular_addition._reported(modular_case.fit("x", model, design))]
        for model in (toy.model(), memory())
    ]
    assert names[0] == ["neurons", "mlp", "mlp plane", "attention", "network"]
    assert names[1] == ["all neurons", "mlp", "mlp plane", "attention", "network"]


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
