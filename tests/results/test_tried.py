"""What is kept of how hard a program was tried, and how pages write it."""

import json

import jax.numpy as jnp
import numpy as np
import pytest
from toy_replacement import data, replacement, truth
from toys import mlp_model

import aann
from results import tried


@pytest.fixture(scope="module")
def report():
    """Of a program that is wrong by a factor for each unit, as ``report.json`` has it."""
    program = replacement(lambda h, c: truth(h, c) * jnp.asarray([[0.8, 1.3, 1.1]]))
    design, heldout = aann.split(data())
    made = aann.evaluate(
        mlp_model(), program, heldout, design=design, rows=["best constant"], draws=500,
        mixing=(0.5,), subsets=2, controls=aann.shuffles(program, n=4),
    )  # fmt: skip
    return json.loads(made.to_json())


def test_what_is_kept_is_what_the_report_says(report):
    kept = tried.slim(report)
    assert kept["above"]["estimate"] == pytest.approx(
        kept["program"]["estimate"] - kept["constant"]["estimate"]
    )
    (shuffled,) = kept["shuffles"]
    draws = report["shuffles"][0]["metrics"]["kl"]["draws"]
    assert shuffled["median"] == pytest.approx(np.median(draws))
    assert shuffled["most"] == max(draws)
    assert kept["untrained"] is None


def test_a_page_writes_it(report):
    found = tried.everything([{"where": "", **tried.slim(report)}])["whole"]
    wanted = report["above_constant"]["kl"]["estimate"]
    assert f"{found.above:.3f}" == f"{wanted:.3f}"
    assert found.verdict in ("equivalent", "non-inferior", "worse", "undecided")
    assert f"{found.untrained:2}" == "-"
    assert f"{found.shuffles[0].p:~.2g}".startswith(f"{found.shuffles[0].p.value:.2g} [")


def test_a_report_that_was_not_asked_has_nothing(report):
    assert tried.slim(report | {"above_constant": {}}) == {}


def test_a_network_that_learnt_nothing():
    above = {"estimate": 0.0123, "low": -0.01, "high": 0.03}
    assert f"{tried.Untrained({'n': None, 'above': None}):2?}" == "nothing found"
    assert f"{tried.Untrained({'n': 200, 'above': above}):2}" == "0.01 [-0.01, 0.03]"
