"""``zoo.mnist.pictures`` from the mirror and from what tensorflow-datasets prepared."""

import io
import sys

import numpy as np
import prepared
import pytest
import tensorflow_datasets as tfds
from PIL import Image

import zoo
from zoo.files import assets as files
from zoo.mnist import pictures


def test_the_order_is_that_of_the_canonical_files(assets):
    for row, name in zip(pictures.order(), pictures.PARTS, strict=True):
        np.testing.assert_array_equal(pictures.marks(pictures.part(name).pictures), row)


def test_no_two_pictures_are_the_same():
    assert len(np.unique(pictures.order())) == pictures.order().size == 20_000


def test_the_first_pictures_are_the_well_known_ones(assets):
    train, test = pictures.part("train"), pictures.part("test")
    assert train.digits[:8].tolist() == [5, 0, 4, 1, 9, 2, 1, 3]
    assert test.digits[:8].tolist() == [7, 2, 1, 0, 4, 1, 4, 9]
    assert train.pictures.shape == test.pictures.shape == (10_000, 28, 28)
    assert not train.pictures.flags.writeable
    assert not test.digits.flags.writeable


def test_shuffled_pictures_come_back_in_their_order(assets):
    found = pictures.part("test")
    mixed = np.random.default_rng(0).permutation(pictures.COUNT)
    again = pictures._sorted(list(found.pictures[mixed]), list(found.digits[mixed]), "test")
    np.testing.assert_array_equal(again.pictures, found.pictures)
    np.testing.assert_array_equal(again.digits, found.digits)
    with pytest.raises(ValueError, match=r"1 of the first 10,000 test .* .the first is number 7.:"):
        pictures._sorted(
            list(np.delete(found.pictures, 7, 0)), list(np.delete(found.digits, 7)), "test"
        )


def test_another_kind_of_picture_is_refused():
    file = io.BytesIO()
    Image.new("RGB", (28, 28)).save(file, "PNG")
    with pytest.raises(ValueError, match=r"grey pictures of 28 x 28, found RGB \(28, 28\)"):
        pictures._decoded(file.getvalue())
    file = io.BytesIO()
    grey = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    Image.fromarray(grey).save(file, "PNG")
    np.testing.assert_array_equal(pictures._decoded(file.getvalue()), grey)


def test_without_a_mirror_tensorflow_datasets_is_asked(monkeypatch, tmp_path):
    monkeypatch.delenv(files.MIRROR_VARIABLE, raising=False)
    monkeypatch.setattr(pictures.tfds_prepared, "_unreachable", lambda url: "no network in tests")
    with pytest.raises(zoo.AssetError, match="the data set mnist is not to be had"):
        pictures.part("train", tmp_path)


def test_what_tensorflow_datasets_prepares_is_the_same(assets, monkeypatch, tmp_path):
    count, module = 50, sys.modules[type(tfds.builder("mnist", data_dir=tmp_path)).__module__]
    order = pictures.order()[:, :count]
    monkeypatch.setattr(pictures, "order", lambda: order)
    files = {}
    for name in pictures.PARTS:
        found = pictures.part(name)
        monkeypatch.setattr(module, f"_{name.upper()}_EXAMPLES", count + 10)
        files |= {
            f"{name}_data": write(tmp_path / f"{name}_data", 16, found.pictures[: count + 10]),
            f"{name}_labels": write(tmp_path / f"{name}_labels", 8, found.digits[: count + 10]),
        }
    prepared.prepare("mnist", tmp_path / "data", files)
    for name in pictures.PARTS:
        expected, again = pictures.part(name), pictures.part(name, tmp_path / "data")
        np.testing.assert_array_equal(again.pictures, expected.pictures[:count])
        np.testing.assert_array_equal(again.digits, expected.digits[:count])
        assert again.digits.dtype == expected.digits.dtype == np.int32


def write(path, header, numbers):
    path.write_bytes(bytes(header) + numbers.astype(np.uint8).tobytes())
    return str(path)
