import jax
import jax.numpy as jnp
import numpy as np
import pytest
from pictures_toy import colour_model, grey_model, pictures
from PIL import Image
from sklearn.decomposition import FastICA

import aann
from aann.vis.features.png import pixels
from aann.vis.spaces.factors import factors

CHANNELS = 9


def planted(n=5, side=8, seed=0):
    """A model whose layer is three non-negative directions, and where each is in its pictures."""
    rng = np.random.default_rng(seed)
    parts = np.zeros((3, CHANNELS))
    for k in range(3):
        parts[k, 3 * k : 3 * k + 3] = rng.uniform(0.5, 1, 3)
    parts /= np.linalg.norm(parts, axis=1, keepdims=True)
    where = rng.uniform(size=(n, side, side, 3)) * (rng.uniform(size=(n, side, side, 3)) < 0.4)
    where *= np.asarray([0.2, 1.0, 0.6])

    def apply(p, x):
        return aann.site("layer", x @ p).mean((1, 2))

    inputs = jax.ShapeDtypeStruct((side, side, 3), jnp.float32)
    return aann.Model(apply, jnp.asarray(parts, jnp.float32), "planted", inputs), where, parts


def test_planted_directions_are_found_the_largest_first():
    model, where, parts = planted()
    found = factors(model, "layer", where, k=3, low_high=(0.0, 1.0))
    order = [1, 2, 0]
    np.testing.assert_allclose(found.components, parts[order], atol=0.02)
    np.testing.assert_allclose(found.maps, where[..., order], atol=0.05)
    assert found.explained > 0.999
    assert (np.diff(found.shares) <= 0).all()
    assert found.shares.sum() == pytest.approx(found.explained, abs=0.01)
    np.testing.assert_allclose(np.linalg.norm(found.components, axis=1), 1, rtol=1e-5)
    assert found.method == "NMF"
    assert found.strongest(0, 2) == sorted(range(CHANNELS), key=lambda c: -parts[1, c])[:2]


def test_pca_is_that_of_the_activations():
    model, where, _ = planted()
    found = factors(model, "layer", where, k=2, method="pca", low_high=(0.0, 1.0))
    flat = (where @ np.asarray(model.params)).reshape(-1, CHANNELS)
    values, vectors = np.linalg.eigh(np.cov(flat.T))
    np.testing.assert_allclose(found.shares, values[::-1][:2] / values.sum(), rtol=1e-3)
    cosine = np.abs(np.sum(found.components * vectors[:, ::-1].T[:2], axis=1))
    np.testing.assert_allclose(cosine, 1, atol=1e-4)
    np.testing.assert_allclose(found.centre, flat.mean(0), atol=1e-5)
    peaks = found.components[range(2), np.abs(found.components).argmax(1)]
    assert (peaks > 0).all()


def test_signed_layers_are_refused_or_split():
    with pytest.raises(ValueError, match="NMF is for activations from 0 up.*signed='split'"):
        factors(colour_model(), "signed", pictures(), k=2)
    found = factors(colour_model(), "signed", pictures(), k=4, signed="split")
    assert found.method == "NMF of both signs"
    assert (found.components < 0).any()
    assert (found.maps >= 0).all()
    assert found.explained > 0.5


def test_estimators_of_ones_own():
    own = FastICA(2, random_state=0, whiten="unit-variance")
    found = factors(colour_model(), "cells", pictures(), method=own)
    assert found.method == "FastICA"
    assert found.maps.shape == (6, 8, 8, 2)


def test_the_seed_decides():
    first, again = (factors(colour_model(), "cells", pictures(), k=3, seed=4) for _ in range(2))
    np.testing.assert_array_equal(first.maps, again.maps)


def test_one_channel_and_the_figure(tmp_path):
    some = pictures(3, 28, 1)
    found = factors(grey_model(), "edges", some, k=2, low_high=(0.0, 1.0))
    axes = found.figure(most=2).axes
    assert len(axes) == 2 * 3
    assert axes[0].get_title() == f"edges, NMF:\n{found.explained:.0%} explained"
    assert axes[1].get_title().startswith(f"0: {found.shares[0]:.0%}\n")
    files = found.save(tmp_path, most=2)
    assert len(files) == 6
    for file, at in zip(files, axes, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(file)), at.images[0].get_array())
    overlay = found.overlay(found.telling(2)[0], 1)
    assert overlay.min() >= 0
    assert overlay.max() <= 1
    np.testing.assert_array_equal(pixels(overlay), np.asarray(Image.open(files[2])))


def test_all_problems_at_once():
    with pytest.raises(ValueError, match=r"no site 'cels'") as caught:
        factors(colour_model(), "cels", pictures(), k=0, method="svd", signed="maybe")
    for said in ("k is a whole number", "methods are nmf, pca", "signed is one of refuse, split"):
        assert said in str(caught.value)
    with pytest.raises(ValueError, match="0 everywhere on these pictures"):
        factors(colour_model(), "cells", np.zeros((2, 16, 16, 3)), k=2)
    with pytest.raises(ValueError, match="k is at most .* 4, got 5"):
        factors(colour_model(), "cells", pictures(), k=5)
