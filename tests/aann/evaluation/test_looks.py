"""Programs that were looked at, in reports (``looks``); also what they say: ``aann.report.looked``,
``aann.report.looks``; and ``aann.residuals.peeking``, where one looks."""

import dataclasses
import json

import pytest
from toy_replacement import data, replacement
from toys import mlp_model

import aann
from aann.report.looked import Looked
from aann.report.report import Report
from aann.store import looked
from aann.store.looked import VARIABLE


@pytest.fixture(autouse=True)
def ledger(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "state"))
    monkeypatch.setattr(looked, "_unwritten", [])
    return tmp_path / "state"


@pytest.fixture(scope="module")
def halves():
    return aann.split(data())


def evaluated(halves, **more):
    return aann.evaluate(
        mlp_model(), replacement(), halves[1], rows=("mean",), linear=False, draws=100,
        progress=False, **more,
    )  # fmt: skip


def look(examples, program=None):
    return aann.residuals(mlp_model(), program or replacement(), examples, progress=False)


def test_reports_of_programs_that_nobody_looked_at_say_nothing(halves):
    look(halves[0])
    report = evaluated(halves)
    assert report.looked == {}
    assert "looked" not in json.loads(report.to_json())
    for text in (str(report), repr(report), report.markdown(), report.html()):
        assert "ooked at" not in text
        assert "LOOKED AT" not in text


def test_a_look_is_loud_and_stands_in_every_later_report(halves, tmp_path):
    _, heldout = halves
    with pytest.warns(UserWarning, match=r"looks at residuals of 'ours' on the HELD-OUT half of"):
        lab = look(heldout.take(range(12)))
    with pytest.warns(UserWarning, match=r"were looked at \(1 times before; the ledger is .*jsonl"):
        look(heldout, replacement(gain=2.0, offset=0.0))
    assert "NOT DESIGN EXAMPLES" in str(lab.units())
    wrong = dataclasses.replace(replacement(), name="another", program=lambda h, c: 0 * h[:, :3])
    report = evaluated(halves, programs=[wrong])
    assert list(report.looked) == ["ours"]
    assert report.looked["ours"].times == 2
    day = report.looked["ours"].first
    for text in (str(report), repr(report), report.markdown(), report.html()):
        assert "2 times" in text
        assert day in text
    report.save(tmp_path / "saved", figures=False)
    assert Report.load(tmp_path / "saved").looked == report.looked
    assert json.loads(report.to_json())["looked"] == {"ours": {"times": 2, "first": day}}


def test_undivided_examples_hold_the_held_out_ones(halves):
    with pytest.warns(UserWarning, match=r"'toy data', which was not divided: held-out examples"):
        look(data())
    assert evaluated(halves).looked["ours"].times == 1


def test_a_ledger_that_cannot_be_written_is_said(halves, tmp_path, monkeypatch):
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "taken"))
    with (
        pytest.warns(UserWarning, match="HELD-OUT half"),
        pytest.warns(UserWarning, match=f"could not be written .* Set {VARIABLE} to a folder"),
    ):
        look(halves[1])
    assert evaluated(halves).looked["ours"].times == 1


def test_a_look_that_fails_is_none(halves):
    machine = aann.Machine(memory=500)
    with (
        pytest.warns(UserWarning, match="HELD-OUT"),
        pytest.raises(ValueError, match="look at fewer examples"),
    ):
        aann.residuals(mlp_model(), replacement(), halves[1], progress=False, machine=machine)
    assert evaluated(halves).looked == {}


def test_words():
    assert str(Looked(1, "2026-01-02")) == "1 time, first on 2026-01-02"
    assert str(Looked(1200, "2026-01-02")).startswith("1,200 times")
