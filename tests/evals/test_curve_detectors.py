import json
import shutil

import prepared
import pytest
from PIL import Image

import zoo
from evals import curve_detectors
from zoo.pictures import synsets


@pytest.fixture(scope="module")
def pictures(assets, tmp_path_factory):
    """Twelve held-out pictures and two design pictures in a folder of the user's own, one of these
    saved anew.
    """
    folder = tmp_path_factory.mktemp("mine")
    heldout = zoo.data("imagenet_samples", split="heldout")
    for name in (*heldout.names[:12], heldout.design.names[0]):
        shutil.copy(assets / "imagenet_samples" / name, folder / name)
    name = heldout.design.names[1]
    with Image.open(assets / "imagenet_samples" / name) as picture:
        picture.save((folder / name).with_suffix(".png"))
    return folder


def test_design_pictures_are_left_out_of_the_users_own(pictures, capsys):
    args = curve_detectors._parser().parse_args(["--images", str(pictures)])
    design, heldout = curve_detectors._examples(args)
    assert len(heldout) == 12
    assert not set(heldout.digests) & set(design.digests)
    assert "left out 2 of 14 pictures: design images" in capsys.readouterr().err


def test_all_of_a_data_set_is_held_out(assets, tmp_path, monkeypatch):
    files = {f"imagenette2/val/n01440764/{i}.JPEG": prepared.jpeg(i) for i in range(3)}
    files["imagenette2/train/n01440764/9.JPEG"] = prepared.jpeg(9)
    source = prepared.write(tmp_path / "source", files)
    prepared.prepare("imagenette/full-size-v2", tmp_path / "data", source)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "data"))
    args = curve_detectors._parser().parse_args(["--data", "imagenette"])
    design, heldout = curve_detectors._examples(args)
    assert (heldout.name, len(heldout), heldout.split) == ("imagenette", 3, "heldout")
    assert heldout.labels.tolist() == [synsets.unit_of_wnid()["n01440764"]] * 3
    assert heldout.design is design


def test_the_whole_run_on_the_users_pictures(pictures, tmp_path, capsys):
    curve_detectors.main(
        ["--images", str(pictures), "--limit", "12", "--out", str(tmp_path), "--seed", "1"]
    )
    plain = json.loads((tmp_path / "report.json").read_text())
    assert (plain["schema"], plain["seed"], plain["data"]["n"]) == (1, 1, 12)
    assert plain["data"]["split"] == "heldout"
    names = {row["name"] for row in plain["rows"]}
    assert {"zero", "linear", "curves", "without colour", "turned by 180 degrees"} <= names
    written = {path.name for path in tmp_path.iterdir()}
    figures = {"recovered.png", "recovered_against_bits.png", "maps.png", "tuning.png"}
    assert {"report.html", "report.json", "report.md", "report.npz"} | figures == written
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
