import numpy as np
import pytest
from PIL import Image

import aann
from zoo.pictures.images import Pictures
from zoo.pictures.same import pixel_digests, unseen


@pytest.fixture
def noise():
    return np.random.default_rng(0).integers(0, 256, (5, 260, 260, 3), dtype=np.uint8)


def examples(folder, pictures, ending, **options):
    folder.mkdir()
    paths = [folder / f"{i}.{ending}" for i in range(len(pictures))]
    for path, picture in zip(paths, pictures, strict=True):
        Image.fromarray(picture).save(path, **options)
    digests = [f"{folder.name}{i}" for i in range(len(pictures))]
    return aann.Examples("d", tuple(p.name for p in paths), tuple(digests), Pictures(paths))


def test_design_pictures_that_were_saved_anew_are_seen(tmp_path, noise):
    design = examples(tmp_path / "design", noise[:3], "png")
    mine = examples(tmp_path / "mine", noise[1:], "webp", lossless=True)
    assert list(unseen(mine, design)) == [2, 3]
    again = examples(tmp_path / "again", noise[1:], "jpg")  # compressed with loss: other pixels
    assert list(unseen(again, design)) == [0, 1, 2, 3]


def test_copies_of_files_are_seen_whatever_loads_them():
    zeros, ones = np.zeros((1, 2)), np.ones((1, 2))
    design = aann.from_arrays("d", np.concatenate([zeros, ones]))
    file = design.digests[0]
    mine = aann.Examples("m", ("a", "b"), (file, "other"), lambda i: np.full((len(i), 2), 3.0))
    assert list(unseen(mine, design)) == [1]


def test_whole_numbers_are_the_pixels_that_they_become():
    pixels = np.arange(200 * 4, dtype=np.uint8).reshape(200, 4)  # several batches
    whole = pixel_digests(aann.from_arrays("d", pixels))
    assert whole == pixel_digests(aann.from_arrays("d", pixels.astype(np.float32)))
    assert len(whole) == 200
