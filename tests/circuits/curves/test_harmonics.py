import functools

import curve_toy
import numpy as np
import pytest

from aann.vis.tuning.radial import Curves, Radial, radial
from circuits.curves import harmonics

DIRECTIONS = tuple(np.arange(24) * 15.0)


def made(a, b):
    """Curves of two units of modes 1 and 2, at four conditions that differ in loudness."""
    angle = np.deg2rad(DIRECTIONS)
    curve = 5 + np.stack([a * np.cos(angle) + b * np.cos(2 * angle)] * 2)
    loud = np.array([0.5, 1.0, 1.5, 2.0]).reshape(2, 2)
    return Curves(curve[:, :, None, None, None] * loud[None, None, :, :, None])


def test_parts_are_those_of_the_waves_whatever_the_condition():
    found = harmonics.shares(made(3.0, 1.0), DIRECTIONS)
    for x in found:
        np.testing.assert_allclose(x[:2], [0.9, 0.1])


def test_the_interval_holds_the_spread_over_conditions():
    answers = np.concatenate([made(3.0, 1.0).answers, made(1.0, 3.0).answers], axis=3)
    found = harmonics.shares(Curves(answers), DIRECTIONS)
    assert found.low[0] < found.estimate[0] < found.high[0]
    assert found.estimate[0] == pytest.approx(0.5)


def test_the_table_says_what_is_what():
    found = Radial("mixed3b", (1, 2), DIRECTIONS, made(3.0, 1.0), made(1.0, 1.0))
    said = harmonics.table(found).splitlines()
    assert said[1].split() == ["published", "59", "18", "12"]
    assert said[2].split()[:3] == ["natural", "90.0", "[90,"]
    assert said[3].split()[:2] == ["artificial", "50.0"]
    both = harmonics.table(found, Radial("before", (1, 2), DIRECTIONS, made(2.0, 1.0))).splitlines()
    assert both[3].split()[:3] == ["before", "ReLU", "80.0"]
    assert [line for line in both if "ReLU" not in line] == said
    assert said[-1].startswith("2 units of mixed3b, 24 directions; [95% bootstrap intervals over 4")


def test_a_program_in_its_own_place_has_its_own_tuning(monkeypatch):
    monkeypatch.setattr(harmonics, "DIRECTIONS", 8)
    few = functools.partial(radial, radii=(25.0,), shifts=((0.0, 0.0),), kinds=((1.0, False),))
    monkeypatch.setattr(harmonics, "radial", few)
    program = curve_toy.replacement()
    model = curve_toy.model(order=(0, 1, 2, 3, 4, 5, 6))
    found = harmonics.measure(model, program, (63.0, 63.0))
    np.testing.assert_allclose(found.artificial.mean, found.natural.mean, rtol=1e-3, atol=1e-3)


def test_units_before_the_relu_are_those_of_the_branch(monkeypatch):
    asked = []
    monkeypatch.setattr(harmonics, "radial", lambda *words, **more: asked.append((words, more)))
    harmonics.measure_before("model", harmonics.curve_detectors, (1.0, 2.0))
    ((model, site, units),) = (words for words, _ in asked)
    assert (model, site) == ("model", "mixed3b_5x5_pre_relu")
    assert [u + 320 for u in units] == list(harmonics.curve_detectors.units)
