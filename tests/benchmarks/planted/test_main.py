"""The short form: the essential order, which a metric that looks elsewhere does not have."""

import json

import pytest

from benchmarks.planted import __main__ as planted
from benchmarks.planted import judged, programs, trials


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    file = tmp_path_factory.mktemp("planted") / "found.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planted, "STANDING", planted.STANDING[1:])
        patch.setattr(planted, "FEW_EXPERIMENTS", 3)
        for name in ("JITTER", "GAINS", "SHRUNK", "NOISE", "TABLES"):
            patch.setattr(programs, name, getattr(programs, name)[1::2])
        planted.main(["--short", "--save", str(file)])
    return json.loads(file.read_text())["benchmark"]


@pytest.mark.parametrize("metric", ["kl", "nll", "R2"])
def test_losses_order_the_programs(run, metric):
    assert run[f"{metric}, all"] > 0.95


def test_correlation_is_blind_to_gains(run):
    assert run["correlation, gain"] == pytest.approx(0.5, abs=0.2)
    assert run["correlation, noise added"] == 1


def test_bits_alone_say_nothing_of_the_truth(run):
    assert run["bits, all"] < run["two-part code, all"]


def test_experiments_are_summed_up(run):
    for n in trials.SIZES:
        assert run[f"n = {n}, identified"] == 1
        assert run[f"n = {n}, misled"] == 0
        assert 0 < run[f"n = {n}, width"] < 1


def test_all_that_is_judged_is_shown(capsys):
    numbers = {"kl, gain": 0.75, "kl, all": 0.75}
    for n in trials.SIZES:
        numbers |= {
            f"n = {n}, {x}": 0.125
            for x in ("identified", "bias", "coverage", "width", "told apart", "misled")
        }
    planted._show(numbers, ["kl", "p"], ["gain", "all"])
    said = capsys.readouterr().out.splitlines()
    assert said[2].split() == ["metric", "gain", "all"]
    assert said[4].split() == ["kl", "0.75", "0.75"]
    assert said[5].split() == ["p", "-", "-"]


def test_verdicts_are_those_of_the_tests():
    from aann.report.tested import EquivalenceTest

    for name in judged.VERDICTS:
        assert f'``"{name}"``' in (EquivalenceTest.__doc__ or "")
