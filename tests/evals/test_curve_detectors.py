import json

import pytest

from evals import curve_detectors
from evals.shared import units_page


@pytest.mark.usefixtures("optimised")
def test_the_whole_run_on_the_users_pictures(pictures_of_mine, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(units_page, "STEPS", 3)
    monkeypatch.setattr(units_page, "SEVERAL", 0)
    curve_detectors.main(
        ["--images", str(pictures_of_mine), "--limit", "12", "--out", str(tmp_path), "--seed", "1"]
    )
    plain = json.loads((tmp_path / "report.json").read_text())
    assert (plain["schema"], plain["seed"], plain["data"]["n"]) == (1, 1, 12)
    assert plain["data"]["split"] == "heldout"
    names = {row["name"] for row in plain["rows"]}
    assert {"zero", "linear", "curves", "without colour", "turned by 180 degrees"} <= names
    written = {path.name for path in tmp_path.iterdir()}
    figures = {"recovered.png", "recovered_against_bits.png", "maps.png", "tuning.png"}
    seen = {name for name in written if name.startswith("units")}
    assert {"report.html", "report.json", "report.md", "report.npz"} | figures == written - seen
    assert {"units.html", "units_features.jpg", "units_histogram.png", "units_tuning.png"} <= seen
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
