import json
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import curve_pictures


def test_the_others_say_the_direction_of_a_curve():
    directions = np.array([20.0, 110.0, 250.0])
    curves = np.array([35.0, 110.0, 240.0])
    angles = np.arange(36) * 10.0
    seen = curves[:, None, None] + angles[None, :, None]  # a curve that is turned
    answers = np.maximum(np.cos(np.deg2rad(seen - directions[None, None])), 0)
    answers[np.arange(3), :, np.arange(3)] = 0  # what a unit says of its own picture is not heard
    found = curve_pictures.by_the_others(
        SimpleNamespace(answers=answers, angles=tuple(angles)), directions
    )
    np.testing.assert_allclose(found, curves, atol=1.0)


@pytest.mark.usefixtures("assets", "optimised")
def test_a_short_run_says_what_it_measured(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(curve_pictures, "TURNS", 6)
    cells = SimpleNamespace(centre=(111.0, 111.0))
    known = SimpleNamespace(units=(343, 415), directions=(20.0, 38.0), cells=cells)
    monkeypatch.setattr(curve_pictures, "find_family", lambda *given: known)
    file = tmp_path / "found.json"
    curve_pictures.main(["--family", "2", "--steps", "2", "--pictures", "20", "--save", str(file)])
    found = json.loads(file.read_text())["benchmark"]
    assert (found["units"], found["pictures"], found["steps"]) == (2, 20, 2)
    assert 0 <= found["near"] <= 2
    assert found["channel least"] <= found["channel most"]
    assert "curve found off by" in capsys.readouterr().out
