"""Today's code counts what was saved, and what pages quote with it."""

import functools
import json

import pytest

from aann.counting import complexity
from results import recount, runs

COUNTED = [n for n in runs.RUNS if n in recount.CURVES or n in recount.TOKENS]
COUNTED += [recount.ADDITION, "pareto"]


@functools.cache
def counted(name):
    """Once for both tests."""
    return list(recount.counted(name))


@pytest.mark.parametrize("name", COUNTED)
def test_programs_are_charged_what_was_saved(name):
    assert [str(row) for row in counted(name) if not row.same] == [], runs.remake(name)


def test_every_row_with_a_program_is_counted():
    for name in COUNTED:
        saved = runs.load(name)
        rows = [row for report in saved.get("reports", {}).values() for row in report["rows"]]
        rows += saved.get("table", [])
        charged = [row for row in rows if row.get("values") or row.get("units") is not None]
        assert len(counted(name)) >= len(charged), name


@pytest.fixture
def changed(monkeypatch):
    """Saved results in which something else was saved."""

    def change(name, **new):
        saved = runs.load(name)
        (row,) = [r for r in saved["reports"][""]["rows"] if r["name"] == "curves"]
        row.update(new)
        monkeypatch.setattr(runs, "load", lambda name: json.loads(json.dumps(saved)))
        return row

    return change


def test_other_saved_counts_are_told_with_what_to_run(changed):
    changed("curve_detectors", constants=63, bits=13_444.0)
    line, advice = recount.problems(["curve_detectors"])
    assert line.startswith(
        "curve_detectors, 'curves': saved are 63 constants and 13,444 bits, today's code counts 196"
    )
    assert "run `python -m evals.curve_detectors --out out/curve_detectors`" in advice


def test_constants_that_changed_in_the_code_are_told(changed, monkeypatch):
    program = recount.rebuild.curves.curve_detectors
    monkeypatch.setattr(
        recount.rebuild, "REGISTERED", (program.with_constants(bend_curvature=0.03),)
    )
    line, _ = recount.problems(["curve_detectors"])
    assert "registered" in line
    assert "bend_curvature" in line


def test_a_change_of_counting_is_told(monkeypatch):
    precision = complexity.precision
    monkeypatch.setattr(complexity, "precision", lambda values: precision(values) + 1)
    told = recount.problems(["curve_detectors", "pareto"])
    assert sum("curve_detectors, " in line for line in told) == 10
    assert any(line.startswith("pareto, '2 frequencies, 1 digit'") for line in told)


def test_a_change_of_a_program_is_told(monkeypatch):
    lines = recount.rebuild.baselines.lines

    def raised(image, c):
        """The same, and one constant more."""
        return lines(image, c) + 0.5

    monkeypatch.setattr(recount.rebuild.baselines, "lines", raised)
    line, _ = recount.problems(["curve_detectors"])
    assert line.startswith("curve_detectors, 'lines alone': saved are 69 constants")
    assert "today's code counts 70 constants" in line
