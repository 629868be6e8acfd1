import argparse

import prepared

from evals.curves_from_3a import __main__ as curves_from_3a
from evals.shared import arguments, pictures
from zoo.pictures import synsets


def parsed(*words):
    parser = arguments.parser("toy", "Says.", "out/toy")
    pictures.add(parser)
    return parser.parse_args(words)


def test_design_pictures_are_left_out_of_the_users_own(pictures_of_mine, capsys):
    design, heldout = pictures.examples(parsed("--images", str(pictures_of_mine)))
    assert len(heldout) == 12
    assert not set(heldout.digests) & set(design.digests)
    assert "left out 2 of 14 pictures: design images" in capsys.readouterr().err


def test_both_evaluations_of_curves_take_them(pictures_of_mine):
    args = curves_from_3a._parser().parse_args(["--images", str(pictures_of_mine), "--alone"])
    design, heldout = pictures.examples(args)
    assert len(heldout) == 12
    assert design.name == "imagenet_samples"


def test_all_of_a_data_set_is_held_out(assets, tmp_path, monkeypatch):
    files = {f"imagenette2/val/n01440764/{i}.JPEG": prepared.jpeg(i) for i in range(3)}
    files["imagenette2/train/n01440764/9.JPEG"] = prepared.jpeg(9)
    source = prepared.write(tmp_path / "source", files)
    prepared.prepare("imagenette/full-size-v2", tmp_path / "data", source)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "data"))
    design, heldout = pictures.examples(parsed("--data", "imagenette"))
    assert (heldout.name, len(heldout), heldout.split) == ("imagenette", 3, "heldout")
    assert heldout.labels.tolist() == [synsets.unit_of_wnid()["n01440764"]] * 3
    assert heldout.design is design


def test_without_either_the_samples_are_reported_on(assets):
    design, heldout = pictures.examples(parsed("--limit", "20"))
    assert (len(design), len(heldout)) == (20, 20)
    assert design.name == heldout.name == "imagenet_samples"


def test_classes_without_pictures_are_a_problem():
    args = argparse.Namespace(labels="classes.csv", images=None)
    assert "--labels names the classes of the pictures in --images" in pictures.problem(args)
    assert pictures.problem(argparse.Namespace(labels=None, images=None)) is None
