import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.vis import Alpha, Fourier, Pixels, Shared, channel, opacity, visualise
from aann.vis.features.parametrisations import Parametrisation

SHAPE = (3, 8, 9, 3)


@pytest.mark.parametrize("made", [Alpha(), Alpha(Pixels()), Shared(), Shared(Pixels())])
def test_pictures_have_their_shape_and_range(made):
    assert isinstance(made, Parametrisation)
    pictures = made.pictures(made.start(jax.random.key(0), SHAPE), SHAPE)
    assert pictures.shape == (*SHAPE[:3], 4 if isinstance(made, Alpha) else 3)
    assert float(pictures.min()) > 0
    assert float(pictures.max()) < 1
    given = np.random.default_rng(0).uniform(0.1, 0.9, SHAPE).astype(np.float32)
    found = np.asarray(made.pictures(made.at(jnp.asarray(given)), SHAPE))
    np.testing.assert_allclose(found[..., :3], given, atol=1e-3)
    np.testing.assert_allclose(found[..., 3:], 0.5, atol=1e-3)


def test_what_is_common_moves_all_pictures():
    made = Shared(Pixels())
    free = made.start(jax.random.key(0), SHAPE)
    louder = {**free, "common": free["common"] + 1.0}
    assert free["common"].shape == (1, *SHAPE[1:])
    moved = made.pictures(louder, SHAPE) - made.pictures(free, SHAPE)
    assert float(jnp.abs(moved).min()) > 0.01


def toy():
    """Answers to red in the left half alone."""

    def network(p, x):
        half = jnp.where(jnp.arange(12) < 6, p, 0.0)
        return aann.site("h", (x[..., :1] - x[..., 1:2]) / 255 * half[None, None, :, None])

    return aann.Model(
        network, jnp.float32(1), "toy", jax.ShapeDtypeStruct((12, 12, 3), jnp.float32)
    )


def test_what_does_not_matter_becomes_transparent(tmp_path):
    found = visualise(
        toy(), channel("h", 0) - 0.1 * opacity(), steps=80, transforms=(), progress=False,
        parametrisation=Alpha(Fourier()),
    )  # fmt: skip
    assert found.pictures.shape == (1, 1, 12, 12, 4)
    opaque = found.pictures[0, 0, :, :, 3]
    assert opaque[:, :5].mean() > opaque[:, 7:].mean() + 0.3
    (path,) = found.save(tmp_path)
    from PIL import Image

    with Image.open(path) as image:
        assert image.mode == "RGBA"
        np.testing.assert_allclose(np.asarray(image) / 255, found.pictures[0, 0], atol=2 / 255)
