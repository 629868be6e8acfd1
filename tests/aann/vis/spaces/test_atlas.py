import numpy as np
import pytest
from pictures_toy import colour_model, pictures
from PIL import Image

import aann
from aann.vis.spaces.atlas import atlas

QUICK = {"layout": "pca", "steps": 4, "size": (8, 8), "progress": False}


def vectors(found, some):
    here = np.asarray(aann.capture(colour_model(), ["cells"])(255 * some)[1]["cells"])
    return here[found.pictures, found.positions[:, 0], found.positions[:, 1]]


def test_cells_hold_the_mean_directions_of_what_lies_in_them(tmp_path):
    some = pictures(12)
    found = atlas(colour_model(), "cells", some, per_picture=4, grid=3, **QUICK)
    seen = vectors(found, some)
    at = np.minimum((found.points * 3).astype(int), 2)
    for (row, column), count, along in zip(found.cells, found.counts, found.directions):
        here = (at[:, 1] == row) & (at[:, 0] == column)
        assert here.sum() == count >= 3
        mean = seen[here].mean(0)
        np.testing.assert_allclose(along, mean / np.linalg.norm(mean), atol=1e-5)
    assert found.icons.shape == (len(found.cells), 8, 8, 3)
    assert 0 <= found.icons.min() <= found.icons.max() <= 1
    dots, map_ = found.figure().axes
    assert len(dots.collections[0].get_offsets()) == len(found.points)
    assert len(map_.images) == len(found.cells)
    assert "laid out by pca" in dots.get_title()
    for file, image in zip(found.save(tmp_path), map_.images, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(file)), image.get_array())


def test_whitened_directions_are_solved_for_and_the_seed_decides():
    some = pictures(12)
    options = {"per_picture": 4, "grid": 2, "whiten": True, "seed": 3, **QUICK}
    found, again = (atlas(colour_model(), "cells", some, **options) for _ in range(2))
    np.testing.assert_array_equal(found.icons, again.icons)
    plain = atlas(colour_model(), "cells", some, **{**options, "whiten": False})
    seen = vectors(found, some)
    second = seen.T @ seen / len(seen)
    shrunk = 0.9 * second + 0.1 * np.trace(second) / 4 * np.eye(4)
    back = found.directions @ shrunk
    back /= np.linalg.norm(back, axis=1, keepdims=True)
    np.testing.assert_allclose(back, plain.directions, atol=1e-3)
    assert found.figure().axes[1].get_title().startswith("whitened mean direction")


def test_too_little_is_refused():
    with pytest.raises(ValueError, match="no cell of 8 x 8 holds least=30 of"):
        atlas(colour_model(), "cells", pictures(), least=30, **QUICK)
    with pytest.raises(ValueError, match=r"a layout is of 4 activations that are not 0"):
        atlas(colour_model(), "cells", np.zeros((9, 16, 16, 3)), **QUICK)
    with pytest.raises(ValueError, match="layouts are umap, tsne, pca, got 'x'") as caught:
        atlas(colour_model(), "nothing", pictures(), layout="x", grid=0)
    assert "grid is a whole number from 1 up" in str(caught.value)
    assert "no site 'nothing'" in str(caught.value)
