import json

import pytest
import report_files

from evals import power
from zoo.scripts import script


@pytest.fixture
def pilot(tmp_path):
    report_files.report(200).save(tmp_path / "pilot")
    return tmp_path


def run(folder, *arguments):
    given = [str(folder / "pilot"), "--from", "0.85", "--to", "0.9", "--formula", *arguments]
    power.main(given)


def test_the_size_is_printed_and_saved(pilot, capsys):
    run(pilot, "--out", str(pilot / "out"), "--n", "100", "--like", "wrong")
    said = capsys.readouterr()
    plain = json.loads((pilot / "out" / "power.json").read_text())
    assert plain["like"] == "wrong"
    assert f"delta method: {plain['paired']['formula']:,} and " in said.out
    assert "n = 100 would give" in said.out
    assert "wrote power.json" in said.err


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["--level", "5"], "level lies between 0 and 1, got 5"),
        (["--to", "0.85"], "nothing tells 0.85 from 0.85"),
        (["--metric", "top1"], "no losses of metric 'top1'"),
        (["--n", "3"], "an interval needs at least 10 examples, got 3"),
        (["--n", "none"], "expected a non-negative integer, got 'none'"),
        (["--to", "much"], "argument --to: invalid float value: 'much'"),
    ],
)
def test_wrong_arguments_are_told(pilot, given, match, capsys):
    with pytest.raises(SystemExit):
        script.run(lambda: run(pilot, *given))
    assert match in capsys.readouterr().err
