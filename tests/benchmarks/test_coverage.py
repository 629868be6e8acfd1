"""The short form of the benchmark, which is what CI runs of it."""

import json

import pytest

from benchmarks import coverage


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    file = tmp_path_factory.mktemp("coverage") / "found.json"
    coverage.main(["--short", "--save", str(file)])
    return json.loads(file.read_text(encoding="utf-8"))["benchmark"]


def test_every_population_and_statistic_is_measured(numbers):
    for name in ("lognormal", "pareto", "normal", "induction", "max_of_k", "modular_addition"):
        for what in ("recovered", "difference"):
            for method in coverage.METHODS:
                key = f"{name} {what} n=50 {method}"
                sides = numbers[f"{key} too low"] + numbers[f"{key} too high"]
                assert numbers[key] == pytest.approx(100 - sides, abs=1e-3)
            assert numbers[f"{name} {what} n=50 percentile width"] == 1


def test_the_default_covers_more_than_what_it_replaced(numbers):
    made = [f"{name} {what} n=50" for name in ("lognormal", "pareto", "normal")
            for what in ("recovered", "difference")]  # fmt: skip
    now = sum(numbers[f"{key} studentised"] for key in made) / len(made)
    before = sum(numbers[f"{key} bca"] for key in made) / len(made)
    assert now > 90
    assert now > before + 1


def test_choosing_costs_and_held_out_examples_mend_it(numbers):
    own, at_once, heldout = (
        numbers[f"best of 20, {name}"] for name in ("own", "at once", "held out")
    )
    assert own < at_once
    assert own < heldout


def test_donors_of_small_pools_are_not_covered(numbers):
    assert numbers["donors 12"] < numbers["donors 250"]
