import pytest

from results import runs


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/x/evals/curve_detectors.py --out /tmp/a", "curve_detectors"),
        ("/x/evals/curve_detectors.py --family 16 --memory 2GiB --resume", "curve_detectors_16"),
        ("evals/default.py", "curve_detectors"),
        ("/x/evals/curves_from_3a/__main__.py --devices=2 --out=o", "curves_from_3a"),
        ("/x/benchmarks/replacements.py --images 60 --save r.json", "replacements"),
    ],
)
def test_a_command_line_makes_a_run(command, name):
    assert runs.name_of(command) == name


@pytest.mark.parametrize(
    "command",
    [
        "/x/evals/curve_detectors.py --limit 32", "/x/evals/curve_detectors.py --bf16",
        "/x/evals/power.py report", "/x/evals/curve_detectors.py --seed 1", "pytest", "",
    ],
)  # fmt: skip
def test_other_runs_are_refused_with_those_that_are_quoted(command):
    with pytest.raises(ValueError, match="(?s)no page quotes what .*python -m evals.curve"):
        runs.name_of(command)


def test_what_to_run_again():
    assert runs.remake("curve_detectors_16") == (
        "run `python -m evals.curve_detectors --family 16 --out out/curve_detectors_16`, then "
        "`python -m results --take out/curve_detectors_16 --write`"
    )
    assert "benchmarks.bootstrap --save out/bootstrap.json" in runs.remake("bootstrap")


def test_nothing_saved_names_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "SAVED", tmp_path)
    with pytest.raises(
        FileNotFoundError, match="nothing saved of 'pareto': run `python -m evals.p"
    ):
        runs.load("pareto")
