"""What is said of a network that learnt nothing: a refusal, or numbers beside constants."""

import dataclasses

import numpy as np
import pytest
from report_made import report, row

from aann.report.data import Untrained
from aann.report.estimate import Damage, Estimate
from aann.report.report import Report
from aann.report.untrained import untrained

HALF = Estimate(0.5, 0.25, 0.75)
NAUGHT = Estimate(0.0, -0.125, 0.125)


def made(tried):
    rows = row("mean", HALF, kind="ablation"), row("ours", Estimate(0.9, 0.85, 0.95))
    return dataclasses.replace(report(*rows), untrained=tried)


def test_reports_without_it_have_no_table():
    assert untrained(made(None)).rows == []
    assert "untrained" not in str(made(None))


def test_a_refusal_is_told_and_no_number_made_up():
    found = untrained(made(Untrained("1 of 10 units is tuned", seed=3)))
    assert found.rows[1][0].text == "untrained, seed 3"
    assert [cell.text for cell in found.rows[1][1:]] == ["-", "-"]
    assert [cell.text for cell in found.rows[0][1:]] == ["0.1", "0.900 [0.850, 0.950]"]
    assert "untrained: 1 of 10 units is tuned" in found.notes
    assert "there is nothing to fit or to recover in it" in found.notes


@pytest.fixture
def measured():
    return Untrained(
        "heads 0 | 1", 0, 200, {"kl": Damage(0.01, 0.005, 0.02)},
        {"ours": {"kl": HALF}, "mean": {"kl": HALF}}, {"kl": NAUGHT}, ["a <warning>"],
    )  # fmt: skip


def test_what_it_recovers_stands_beside_constants_and_the_trained_network(measured):
    found = untrained(made(measured))
    assert found.head == ["network", "damage (kl)", "program (kl)", "mean"]
    assert [cell.text for cell in found.rows[0]][2:] == [
        "0.900 [0.850, 0.950]", "0.500 [0.250, 0.750]"
    ]  # fmt: skip
    assert [cell.text for cell in found.rows[1]][1:] == ["0.01", *["0.500 [0.250, 0.750]"] * 2]
    said = "above the best of these constants the program recovers 0.000 [-0.125, 0.125] of kl"
    assert any(note.startswith(said) and "n = 200" in note for note in found.notes)
    for text in (str(made(measured)), made(measured).markdown(), made(measured).html()):
        assert "An untrained network" in text
    assert "a &lt;warning&gt;" in made(measured).html()


def test_where_nothing_is_identified_it_says_so(measured):
    unknown = Estimate(None, None, None, identified=False)
    found = untrained(made(dataclasses.replace(measured, above={"kl": unknown})))
    assert any("recovers not identified of kl" in note for note in found.notes)


def test_it_comes_back_from_disk(measured, tmp_path):
    losses = np.full((3, 20), 0.5, np.float32)
    losses[2] = 0
    made(measured).with_arrays(**{"losses/kl": losses}).save(tmp_path, figures=False)
    assert Report.load(tmp_path).untrained == measured
