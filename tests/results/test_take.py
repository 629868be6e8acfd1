"""What is kept of the files that evaluations and benchmarks write."""

import json

import numpy as np
import pytest
from report_files import report
from toys import batch, mlp_model

import aann
from benchmarks import saving
from evals.shared import seeds
from results import runs, take, views

COMMAND = "/x/evals/curve_detectors.py --out somewhere"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """What an evaluation wrote; nothing is written over what is saved."""
    monkeypatch.setattr(runs, "SAVED", tmp_path / "saved")
    report(command=COMMAND).save(tmp_path / "out")
    return tmp_path / "out"


def test_a_report_is_kept_without_arrays_and_sources(folder):
    name, kept = take.take(folder)
    assert name == "curve_detectors"
    path = take.write(name, kept)
    assert runs.load("curve_detectors") == json.loads(json.dumps(kept))
    assert path.stat().st_size < (folder / "report.json").stat().st_size
    assert kept["command"] == "python -m evals.curve_detectors"
    (saved,) = kept["reports"].values()
    assert {"data", "seed", "versions", "weights"} <= set(saved)
    full = json.loads((folder / "report.json").read_text())
    for mine, theirs in zip(saved["rows"], full["rows"], strict=True):
        assert "source" not in mine
        for metric, estimate in mine["recovered"].items():
            assert estimate == pytest.approx(theirs["recovered"][metric], rel=1e-8)
    lines = path.read_text().splitlines()
    assert sum('"name": "ours"' in line for line in lines) == 1, "a line for a row"


def test_parts_and_tables_are_kept(folder):
    part = report(command=COMMAND, eval="part")
    part.save(folder / "early")
    found = views.view(take.take(folder)[1])
    ours = report().row("ours")
    assert f"{found.early['ours'].kl:3}" == f"{found['ours'].kl:3}" == str(ours.recovered["kl"])
    row = seeds.Row.of(ours, "program", "both", "seed0", "h: 0", report(), {"ours": "7 of 9 wrong"})
    seeds.save([row], folder)
    _, kept = take.take(folder)
    table = views.view(kept)
    assert table["seed0"]["ours"].wrong == table["seed0"]["both/ours"].wrong == "7"
    assert f"{table.every['ours'].constants:range}" == "1"
    assert (
        f"{table['seed0']['ours'].share:.3f}" == f"{ours.loss['nll'] / report().intact['nll']:.3f}"
    )
    assert table.first.rows == {}, "the table has them"


def test_the_weights_that_a_program_reads_with_are_kept_as_correlations(folder):
    arrays = dict(np.load(folder / "report.npz"))
    arrays["read_out_units"] = np.asarray([5, 9])
    arrays["natural_read_out"] = np.asarray([[1.0, 2, 3], [1, 2, 3]])
    arrays["artificial_read_out"] = np.asarray([[1.0, 2, 3], [3, 2, 1]])
    np.savez(folder / "report.npz", **arrays)
    kept = take.take(folder)[1]["reports"][""]
    assert kept["extra"]["read_out"] == {"5": pytest.approx(1), "9": pytest.approx(-1)}


def test_a_benchmark_is_kept_with_its_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(saving.sys, "argv", ["/x/benchmarks/bootstrap.py", "--save", "b.json"])
    args = type("Args", (), {"save": tmp_path / "new" / "b.json"})
    saving.save(args, {"best": 1.7123456789})
    name, kept = take.take(tmp_path / "new" / "b.json")
    assert (name, kept["benchmark"]) == ("bootstrap", {"best": 1.71235})
    assert kept["command"] == "python -m benchmarks.bootstrap"
    assert {"cores", "load", "system"} == set(kept["machine"])
    assert f"{views.view(kept)['best']:.1f}" == "1.7"
    saving.save(type("Args", (), {"save": None}), {})


def test_what_is_no_result_is_refused(folder, tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"no results at .*: pass a folder with scrubs.json, report.json"
    ):
        take.take(tmp_path / "nowhere")
    (tmp_path / "list.json").write_text("[]")
    with pytest.raises(ValueError, match="holds no results"):
        take.take(tmp_path / "list.json")
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(ValueError, match="is no file of a benchmark's --save"):
        take.take(tmp_path / "other.json")
    (folder / "report.json").write_text("{")
    with pytest.raises(ValueError, match=r"report.json is no JSON .*; run the command again"):
        take.take(folder)


def test_reports_of_other_runs_and_of_older_versions_are_refused(folder):
    path = folder / "report.json"
    plain = json.loads(path.read_text())
    path.write_text(json.dumps(plain | {"command": f"{COMMAND} --limit 12"}))
    with pytest.raises(ValueError, match="no page quotes what .* --limit 12' gives"):
        take.take(folder)
    for row in plain["rows"]:
        del row["values"]
    path.write_text(json.dumps(plain))
    with pytest.raises(ValueError, match="has no 'values': run the evaluation again"):
        take.take(folder)


def test_scrubs_are_kept_by_kl(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "SAVED", tmp_path / "saved")

    def program(x):
        return aann.value("s", x.sum(-1).round())

    data = aann.from_arrays("batch", np.asarray(batch(20)))
    claim = aann.Hypothesis(program, {"s": "h"}, rest="keep", name="claim")
    found = aann.scrub(mlp_model(), claim, data, scrubs=2, draws=200, progress=False)
    command = "/x/evals/scrub/__main__.py max_of_k --out here"
    text = json.dumps({"command": command, "scrubs": {"layer": found.to_json()}})
    (tmp_path / "scrubs.json").write_text(text)
    name, kept = take.take(tmp_path)
    take.write(name, kept)
    assert name == "scrub_max_of_k"
    view = views.view(runs.load(name))
    row = found.row("claim")
    assert f"{view['layer/claim'].kl:3}" == str(row.recovered["kl"])
    assert f"{view['layer/claim'].tested:.0f}" == f"{100 * row.tested:.0f}"
    assert (view.n.value, view.scrubs.value) == (20, 2)
    with pytest.raises(KeyError, match="no 'layer/x'; there are layer/claim"):
        view["layer/x"]


def test_tables_of_labels_are_kept_and_values_of_hundreds_are_not(folder):
    command = "/x/evals/eis_vii_mnist/__main__.py"
    report(command=command).save(folder)
    row = seeds.Row.of(report().row("ours"), "program", "both", "published", "h: 0", report(), {})
    seeds.save([row], folder)
    estimate = {"estimate": 0.5, "low": 0.25, "high": 0.75}
    rows = [{"program": "p", "constants": 7, "besides": 3, "recovered": estimate,
             "agreement": estimate}]  # fmt: skip
    (folder / "challenge.json").write_text(json.dumps({"schema": 1, "rows": rows}))
    name, kept = take.take(folder)
    assert name == "eis_vii_mnist"
    assert not any("values" in x for x in kept["table"])
    found = views.view(kept).challenge["p"]
    assert f"{found.agreement:2} {found.besides:d}" == "0.50 [0.25, 0.75] 3"
