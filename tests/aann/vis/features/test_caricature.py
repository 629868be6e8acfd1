import jax.numpy as jnp
import numpy as np
import pytest
from pictures_toy import colour_model, grey_model, pictures
from PIL import Image

import aann
from aann.vis.features.caricature import alike, caricature


@pytest.mark.parametrize("power", [0.0, 1.0, 3.0])
def test_the_objective_is_what_numpy_says(power):
    rng = np.random.default_rng(1)
    here, there = rng.normal(size=(2, 4, 3, 3, 5)).astype(np.float32)
    expected = []
    for a, b in zip(here.reshape(4, -1), there.reshape(4, -1)):
        cosine = max(a @ b / np.linalg.norm(a) / np.linalg.norm(b), 0.1)
        expected.append(a @ b / (b @ b) * cosine**power)
    found = alike("s", power)({"s": jnp.asarray(here)}, {"s": jnp.asarray(there)})
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_a_caricature_is_like_the_picture_and_more_so():
    some = np.clip(pictures(2), 0.3, 0.7)
    found = caricature(colour_model(), "cells", some, steps=60, transforms=(), progress=False)
    assert (found.cosine > 0.7).all()
    assert (found.size > 1).all()
    layers = [
        np.asarray(aann.capture(colour_model(), ["cells"])(255 * p)[1]["cells"]).reshape(2, -1)
        for p in (found.pictures, some)
    ]
    dot = (layers[0] * layers[1]).sum(1)
    norms = [np.linalg.norm(layer, axis=1) for layer in layers]
    np.testing.assert_allclose(found.cosine, dot / norms[0] / norms[1], rtol=1e-3)
    np.testing.assert_allclose(found.size, dot / norms[1] ** 2, rtol=1e-3)


def test_one_channel_the_seed_and_the_figure(tmp_path):
    first, again = (
        caricature(grey_model(), "edges", pictures(1, 28, 1), steps=4, low_high=(0.0, 1.0),
                   progress=False)
        for _ in range(2)
    )  # fmt: skip
    np.testing.assert_array_equal(first.pictures, again.pictures)
    axes = first.figure().axes
    assert axes[1].get_title().startswith(f"edges: cosine {first.cosine[0]:.2f}")
    for file, at in zip(first.save(tmp_path), axes, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(file)), at.images[0].get_array())


def test_all_problems_at_once():
    with pytest.raises(ValueError, match="no site 'x'") as caught:
        caricature(colour_model(), "x", pictures(), power=-1.0, steps=0)
    assert "power is a number from 0 up" in str(caught.value)
    assert "steps is a whole number" in str(caught.value)
    with pytest.raises(ValueError, match="site 'cells' is 0 on picture 0: nothing to caricature"):
        caricature(colour_model(), "cells", np.zeros((1, 16, 16, 3)))
