"""Tables of refits in reports.

Serves ``refitted`` too.
"""

import dataclasses

import report_files

from aann.report import whole_fit
from aann.report.refitted import Refits, Refitted, Spread, UnitFound
from aann.report.report import Report


def refitted(**more):
    facts = {
        "program": "ours", "fits": 20, "failed": {"nothing found": 2}, "seed": 0, "design": 40,
        "n": 60,
        "metrics": {
            "kl": Refits(0.9, 0.85, 0.94, 0.7, 1.0, 0.08, [0.9, 0.8]),
            "nll": Refits(None, None, None, None, None, None, [None, 0.1]),
        },
        "units": [UnitFound("s", 3, True, 0.95), UnitFound("s", 9, False, 0.1)],
        "constants": [Spread("gain", 1, 20, [2.0], [1.5], [2.5], 1.0, 2.0)],
    }  # fmt: skip
    return Refitted(**(facts | more))


def texts(grid):
    return [[cell.text for cell in row] for row in grid.rows]


def test_tables_say_what_the_fit_adds():
    report = report_files.report(refit=refitted())
    assert texts(whole_fit.intervals(report)) == [
        ["kl", "0.900", "[0.850, 0.940]", "[0.700, 1.000]", "0.08"],
        ["nll", "not identified", "-", "-", "-"],
    ]
    notes = whole_fit.intervals(report).notes
    assert "2 refits failed: nothing found" in notes
    assert any(note.startswith("units: 1 of 1 are found in at least 90%") for note in notes)
    assert texts(whole_fit.units(report)) == [["s", "3", "yes", "95%"], ["s", "9", "no", "10%"]]
    assert texts(whole_fit.constants(report)) == [["gain", "1", "2", "1", "20"]]


def test_refits_without_damage_are_named():
    metrics = {"kl": Refits(0.9, 0.85, 0.94, 0.7, 1.0, 0.08, [*[0.9, 0.8] * 3, None])}
    line = "kl: zeroing the units of 1 refit does no damage to recover"
    assert any(x.startswith(line) for x in refitted(metrics=metrics).head())
    assert not any("no damage" in x for x in refitted().head())


def test_without_refits_there_are_none():
    report = report_files.report()
    for table in (whole_fit.intervals, whole_fit.units, whole_fit.constants):
        assert not table(report).rows
    bare = report_files.report(refit=refitted(units=[], constants=[]))
    assert not whole_fit.units(bare).rows
    assert not whole_fit.constants(bare).rows
    assert refitted(units=[]).stability() == []


def test_they_are_saved_and_read(tmp_path):
    report = report_files.report(refit=refitted())
    report.save(tmp_path, figures=False)
    again = Report.load(tmp_path)
    assert dataclasses.asdict(again.refit) == dataclasses.asdict(report.refit)
    for page in (str(again), again.markdown(), again.html()):
        assert "With the whole fit drawn anew" in page
        assert "Constants of refits" in page
