import jax
import jax.numpy as jnp
import numpy as np
import pytest
from pictures_toy import colour_model, grey_model, pictures
from PIL import Image

import aann
from aann.vis.features.inversion import invert
from aann.vis.features.parametrisations import Pixels


def mixed_model():
    """An invertible linear layer: colours mixed, pixels in another order."""
    mix = np.asarray([[1.0, 0.4, 0.1], [-0.2, 0.9, 0.3], [0.1, -0.3, 1.1]], np.float32)

    def apply(p, x):
        return aann.site("layer", (x[:, ::-1] / 255) @ p).mean((1, 2))

    inputs = jax.ShapeDtypeStruct((8, 8, 3), jnp.float32)
    return aann.Model(apply, jnp.asarray(mix), "mixed", inputs)


def test_an_invertible_layer_gives_the_picture_back():
    some = np.clip(pictures(2, 8), 0.1, 0.9)
    found = invert(mixed_model(), "layer", some, steps=250, progress=False,
                   parametrisation=Pixels(decorrelate=False))  # fmt: skip
    np.testing.assert_allclose(found.pictures, some, atol=0.02)
    assert (found.error < 0.01).all()
    assert (found.start > 0.2).all()
    assert (found.pixels < 0.01).all()


def test_what_the_layer_does_not_keep_does_not_come_back():
    rng = np.random.default_rng(0)
    some = rng.uniform(0.2, 0.8, size=(1, 16, 16, 3)).astype(np.float32)
    found = invert(colour_model(), "low", some, steps=150, progress=False,
                   parametrisation=Pixels(decorrelate=False))  # fmt: skip
    assert found.error < 0.02
    assert found.pixels > 0.1
    means = [p.reshape(8, 2, 8, 2, 3).mean((1, 3)) for p in (found.pictures[0], some[0])]
    np.testing.assert_allclose(means[0], means[1], atol=0.05)


def test_smooth_pictures_are_smoother():
    some = np.random.default_rng(0).uniform(size=(1, 28, 28, 1))
    rough, smooth = (
        invert(grey_model(), "edges", some, steps=30, smooth=s, low_high=(0.0, 1.0), progress=False)
        for s in (0.0, 10.0)
    )
    assert np.abs(np.diff(smooth.pictures, axis=1)).mean() < 0.5 * np.abs(
        np.diff(rough.pictures, axis=1)
    ).mean()  # fmt: skip


def test_the_seed_and_the_figure(tmp_path):
    some = pictures(2)
    first, again = (invert(colour_model(), "low", some, steps=4, progress=False) for _ in range(2))
    np.testing.assert_array_equal(first.pictures, again.pictures)
    axes = first.figure().axes
    assert axes[1].get_title() == f"from low, {first.error[0]:.1%} off"
    for file, at in zip(first.save(tmp_path), axes, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(file)), at.images[0].get_array())


def test_all_problems_at_once():
    with pytest.raises(ValueError, match="no site 'x'") as caught:
        invert(colour_model(), "x", np.full((1, 4, 4, 3), 7.0), smooth=-1.0)
    assert "smooth is a number from 0 up" in str(caught.value)
    assert "got 7 to 7" in str(caught.value)
