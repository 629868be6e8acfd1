import functools
import inspect
import json
from types import SimpleNamespace

import pytest

from aann.report.data import Untrained
from aann.vis.units_seen import units_seen
from circuits.curves.controls import without_colour
from evals import curve_detectors
from evals.shared import curve_figures, shuffled, units_page, untrained_curves


def pages(drawn, *args, **kwargs):
    """Stands in for the page of units, which tests/aann/vis/test_units_seen.py draws."""
    asked = inspect.signature(units_seen).bind(*args, **kwargs).arguments
    drawn.append((asked["site"], len(asked["units"]), asked["tuning"].artificial is not None))
    return SimpleNamespace(save=lambda folder: [folder / "units.html"])


@pytest.mark.usefixtures("optimised")
def test_the_whole_run_on_the_users_pictures(pictures_of_mine, tmp_path, capsys, monkeypatch):
    drawn = []
    monkeypatch.setattr(units_page, "units_seen", functools.partial(pages, drawn))
    few = {"directions": 12, "shifts": ((0.0, 0.0),), "kinds": ((1.0, False),)}
    monkeypatch.setattr(curve_figures, "FEW", few)
    monkeypatch.setattr(shuffled, "PICTURES", 9)
    monkeypatch.setattr(curve_detectors, "_reduced", lambda curves: [without_colour(curves)])
    monkeypatch.setattr(untrained_curves, "tried", lambda *given: Untrained("none found", 1))
    curve_detectors.main(
        ["--images", str(pictures_of_mine), "--limit", "12", "--out", str(tmp_path), "--seed", "1",
         "--family", "2"]
    )  # fmt: skip
    plain = json.loads((tmp_path / "report.json").read_text())
    assert (plain["schema"], plain["seed"], plain["data"]["n"]) == (1, 1, 12)
    assert plain["data"]["split"] == "heldout"
    assert len(plain["units"]) == 2
    assert plain["untrained"]["found"] == "none found"
    names = {row["name"] for row in plain["rows"]}
    assert {"zero", "linear", "curves", "without colour", "turned by 180 degrees"} <= names
    written = {path.name for path in tmp_path.iterdir()}
    figures = {
        "recovered.png",
        "recovered_against_bits.png",
        "maps.png",
        "tuning.png",
        "shuffles.png",
    }
    assert {"report.html", "report.json", "report.md", "report.npz"} | figures <= written
    assert drawn == [("mixed3b", 2, True)]
    for figure in figures:
        assert f"({figure})" in (tmp_path / "report.md").read_text()
    assert "turned by 180 degrees" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["--labels", __file__], "--labels names the classes of the pictures in --images"),
        (["--images", ".", "--data", "imagenette"], "not allowed with argument --images"),
        (["--images", "/no/such/folder"], "no folder '/no/such/folder'"),
        (["--n", "9"], "--n 9 is too few for an interval: at least 10"),
        (["--n", "30", "--limit", "20"], "--n 30 asks for more pictures than --limit 20"),
        (["--site", "mixed3bb"], "did you mean 'mixed3b'"),
    ],
)
def test_wrong_arguments_get_a_usage_error(given, match, tmp_path, capsys, request):
    if "--site" in given:
        request.getfixturevalue("assets")
    with pytest.raises(SystemExit) as stop:
        curve_detectors.main([*given, "--out", str(tmp_path)])
    assert stop.value.code == 2
    assert match in capsys.readouterr().err
