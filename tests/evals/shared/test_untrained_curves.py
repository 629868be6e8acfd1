"""Where the finder refuses nothing is fitted; a family that were there would be."""

from types import SimpleNamespace

import pytest

from circuits.curves import family as curve_family
from circuits.curves import fit
from evals.shared import untrained_curves


class Family(SimpleNamespace):
    units, site, inputs = (3, 5), "cells", None


@pytest.fixture
def attempted(monkeypatch):
    """What is attempted, without a network."""

    def tried(model, design, attempt, names, *, seed, examples):
        return {name: attempt("random", "few") for name in names}

    monkeypatch.setattr(untrained_curves.untrained, "tried", tried)
    trained = Family(tuned=(3, 5), selectivity=(0.9, 0.8), exists=True)
    return lambda: untrained_curves.tried("net", "design", trained, "curves", 0)


def test_no_family(attempted, monkeypatch):
    none = Family(tuned=(3,), selectivity=(0.5, 0.1), exists=False)
    monkeypatch.setattr(curve_family, "find_family", lambda *given: none)
    monkeypatch.setattr(fit, "calibrate", pytest.fail)
    found = attempted()
    assert found.programs == {}
    assert found.said == (
        "1 of the 2 units most like curve detectors are tuned to the direction of curves; a family "
        "needs more than 50% of them (trained: 2 of 2). Their mean selectivity is 0.30 (trained: "
        "0.85)"
    )


def test_a_family_by_chance_is_calibrated(attempted, monkeypatch):
    some = Family(tuned=(3, 5), selectivity=(0.5, 0.5), exists=True)
    asked = []

    def calibrate(model, family, design):
        asked.append((model, family, design))
        return SimpleNamespace(replacement="curves")

    monkeypatch.setattr(curve_family, "find_family", lambda *given: some)
    monkeypatch.setattr(fit, "calibrate", calibrate)
    assert attempted().programs == {"curves": ("curves",)}
    assert asked == [("random", some, "few")]
