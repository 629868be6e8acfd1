"""The short form of the benchmark, which is what CI runs of it."""

import json

import pytest

from benchmarks import coverage, populations


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    file = tmp_path_factory.mktemp("coverage") / "found.json"
    coverage.main(["--short", "--save", str(file)])
    return json.loads(file.read_text(encoding="utf-8"))["benchmark"]


def test_every_population_and_statistic_is_measured(numbers):
    for name in {*populations.MADE, *populations.REAL} - {"zero-inflated"}:  # seldom identified
        for what in ("recovered", "difference"):
            assert 0 < numbers[f"{name} {what} n=50 studentised"] <= 100


def test_what_misses_misses_on_one_side(numbers):
    for method in coverage.METHODS:
        key = f"lognormal recovered n=50 {method}"
        sides = numbers[f"{key} too low"] + numbers[f"{key} too high"]
        assert numbers[key] == pytest.approx(100 - sides, abs=0.03)
    assert numbers["lognormal recovered n=50 percentile width"] == 1


def test_choosing_costs_and_held_out_examples_mend_it(numbers):
    own, at_once, heldout = (
        numbers[f"best of 20, {name}"] for name in ("own", "at once", "held out")
    )
    assert own < at_once
    assert own < heldout


def test_donors_of_small_pools_are_not_covered(numbers):
    assert numbers["donors 12"] < numbers["donors 250"]
