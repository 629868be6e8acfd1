import sys
import types

import numpy as np
import pytest

from aann.vis.spaces import layout
from aann.vis.spaces.layout import laid_out, layout_problems


def clusters(each=20, channels=12):
    rng = np.random.default_rng(0)
    middles = np.eye(3, channels)
    scale = rng.uniform(1, 100, size=(3 * each, 1))
    return scale * (middles.repeat(each, 0) + 0.03 * rng.normal(size=(3 * each, channels)))


@pytest.mark.parametrize("name", ["tsne", "pca"])
def test_like_directions_lie_together_whatever_their_length(name):
    found, points = laid_out(clusters(8), name, seed=0)
    again = laid_out(clusters(8), name, seed=0)[1]
    assert found == name
    np.testing.assert_array_equal(points, again)
    assert points.min() >= 0
    assert points.max() <= 1
    groups = points.reshape(3, 8, 2)
    within = groups.std(1).max()
    between = np.linalg.norm(groups.mean(1)[:, None] - groups.mean(1)[None], axis=-1)
    assert between[np.triu_indices(3, 1)].min() > 2 * within


def test_umap_is_taken_where_it_is_installed(monkeypatch):
    class Fake:
        def __init__(self, **options):
            self.options = options

        def fit_transform(self, unit):
            assert self.options["random_state"] == 5
            return unit[:, :2]

    monkeypatch.setattr(layout, "has_umap", lambda: True)
    monkeypatch.setitem(sys.modules, "umap", types.SimpleNamespace(UMAP=Fake))
    assert laid_out(clusters(), None, seed=5)[0] == "umap"
    monkeypatch.setattr(layout, "has_umap", lambda: False)
    assert laid_out(clusters(4), None, seed=5)[0] == "tsne"


def test_layouts_that_are_not_there(monkeypatch):
    monkeypatch.setattr(layout, "has_umap", lambda: False)
    assert "pip install 'aann[atlas]'" in layout_problems("umap")[0]
    assert layout_problems("map") == ["layouts are umap, tsne, pca, got 'map'"]
    assert layout_problems(None) == layout_problems("pca") == []
    with pytest.raises(ValueError, match="a layout is of 4 activations .* got 2"):
        laid_out(np.eye(2, 5), "pca", 0)
