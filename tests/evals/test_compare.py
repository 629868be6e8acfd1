import json

import pytest
import report_files

from aann.comparison.compare import compare_rows
from aann.statistics.interval import Setting
from aann.vis.forest import forest
from evals import compare
from zoo.scripts import script


@pytest.fixture
def two(tmp_path):
    for name, changes in (("a", {"main": "one"}), ("b", {"main": "two"})):
        report_files.report(**changes).save(tmp_path / name)
    return tmp_path


def run(folder, *arguments):
    given = [str(folder / "a"), str(folder / "b" / "report.json"), "--draws", "300"]
    compare.main([*given, "--out", str(folder / "out"), *arguments])
    return json.loads((folder / "out" / "comparison.json").read_text())["differences"]


def pairs(differences):
    return [(d["first"], d["second"]) for d in differences]


def test_the_programs_and_all_rows_of_one_name_are_compared(two, capsys):
    assert pairs(run(two)) == [("one", "two"), ("wrong", "wrong")]
    assert {p.name for p in (two / "out").iterdir()} == {
        "comparison.json", "comparison.md", "comparison.png",
    }  # fmt: skip
    assert "(comparison.png)" in (two / "out" / "comparison.md").read_text()
    assert "one    two     kl      0.8" in capsys.readouterr().out


def test_rows_and_metrics_can_be_chosen(two):
    found = run(two, "--row-a", "wrong", "--row-b", "two", "--metric", "nll,kl")
    assert [(d["first"], d["second"], d["metric"]) for d in found] == [
        ("wrong", "two", "nll"), ("wrong", "two", "kl"),
    ]  # fmt: skip


def test_one_report_is_compared_row_by_row(two):
    given = [str(two / "a"), str(two / "a" / "report.json"), "--draws", "300"]
    for chosen, expected in (
        ([], [("one", "one, recalibrated"), ("one", "wrong")]),
        (["--row-b", "wrong"], [("one", "wrong"), ("one, recalibrated", "wrong")]),
    ):
        compare.main([*given, *chosen, "--out", str(two / "out")])
        plain = json.loads((two / "out" / "comparison.json").read_text())
        assert pairs(plain["differences"]) == expected


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["--row-a", "none"], "no row 'none'; rows are zero, one"),
        (["--metric", "top1"], "no losses of metric 'top1' in toy; both have kl, nll"),
        (["--confidence", "95"], "confidence lies between 0 and 1, got 95"),
    ],
)
def test_wrong_arguments_are_told(two, given, match, capsys):
    with pytest.raises(SystemExit) as stop:
        script.run(lambda: run(two, *given))
    assert stop.value.code == 1
    assert match in capsys.readouterr().err


def test_too_few_draws_are_a_usage_error(two, capsys):
    with pytest.raises(SystemExit) as stop:
        run(two, "--draws", "5")
    assert stop.value.code == 2
    assert "5 draws are too few for an interval: at least 100" in capsys.readouterr().err


def test_a_missing_report_is_told(tmp_path, capsys):
    with pytest.raises(SystemExit):
        script.run(lambda: compare.main([str(tmp_path), str(tmp_path)]))
    assert capsys.readouterr().err.startswith(f"error: no report at {tmp_path}")


def test_the_figure_shows_what_is_clear_and_what_is_not():
    report = report_files.report()
    chosen = [("ours", "wrong"), ("ours", "ours, recalibrated")]
    drawing = forest(compare_rows(report, report, chosen, (), Setting(draws=200)))
    assert [axes.get_title() for axes in drawing.axes] == ["kl", "nll"]
    names = [label.get_text() for label in drawing.axes[0].get_yticklabels()]
    assert names == ["ours \u2212 wrong", "ours \u2212 ours, recalibrated"]
