"""Also of ``cases``."""

import json

import hand_made
import pytest

import aann
import zoo
from evals.scrub import __main__ as scrub
from evals.scrub import cases


@pytest.fixture
def toys(monkeypatch):
    """The zoo with hand-made networks in it."""
    models = {"induction": hand_made.induction, "max_of_k": hand_made.largest}
    data = {"induction": hand_made.repeats, "max_of_k": hand_made.numbers}
    monkeypatch.setattr(zoo, "load", lambda name, variant=None: models[name]())
    monkeypatch.setattr(zoo, "data", lambda name, n=None, **more: data[name](400))


def test_a_run_on_a_toy(toys, tmp_path, capsys):
    scrub.main(
        ["max_of_k", "--limit", "60", "--scrubs", "1", "--out", str(tmp_path), "--seed", "3"]
    )
    said = capsys.readouterr()
    for folder in ("attention", "what_the_head_writes"):
        written = {path.name for path in (tmp_path / folder).iterdir()}
        assert {"report.html", "report.json", "scrub.json", "scrub.md", "recovered.png"} <= written
    report = aann.Report.load(tmp_path / "what_the_head_writes")
    assert (report.eval, report.seed, report.data["n"]) == ("scrub max_of_k", 3, 60)
    kinds = {row.name: row.kind for row in report.rows}
    assert kinds["zero"] == kinds["any donors"] == "ablation"
    assert kinds["largest token"] == "program"
    assert kinds["smallest token"] == kinds["largest token, shuffled"] == "control"
    assert report.row("largest token").recovered["kl"].estimate > 0.9
    plain = json.loads((tmp_path / "what_the_head_writes" / "scrub.json").read_text())
    assert plain["scrubs"] == 1
    assert "└─ token = " in said.out
    assert (tmp_path / "report.html").is_file()


def test_heads_are_found_on_design_sequences(toys, tmp_path):
    scrub.main(["induction", "--limit", "40", "--scrubs", "1", "--out", str(tmp_path)])
    report = aann.Report.load(tmp_path / "induction_heads")
    assert report.row("which positions match").recovered["kl"].estimate > 0.9


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["max_of_l"], "invalid choice: 'max_of_l'"),
        ([], "the following arguments are required: NAME"),
        (["max_of_k", "--devices", "2"], "scrubbing runs on one device: leave out --devices"),
        (["max_of_k", "--limit", "9"], "--limit 9 is too few for an interval"),
        (["max_of_k", "--scrubs", "0"], "--scrubs"),
    ],
)
def test_usage(given, match, capsys):
    with pytest.raises(SystemExit):
        scrub.main(given)
    assert match in capsys.readouterr().err


def test_every_case_has_a_network_of_its_own():
    assert {"eis_vii_mnist", "modular_addition", "max_of_k", "induction", "curve_detectors"} <= {
        *cases.CASES
    }
