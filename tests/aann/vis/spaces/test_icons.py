import jax.numpy as jnp
import numpy as np
import pytest
from pictures_toy import colour_model, grey_model, pictures

from aann.vis.spaces.icons import cropped, drawn, drawn_channels, towards


@pytest.mark.parametrize("power", [0.0, 2.0])
def test_the_objective_is_what_numpy_says(power):
    rng = np.random.default_rng(0)
    here, along = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(2, 5))
    dot = np.einsum("nyxc,nc->nyx", here, along)
    lengths = np.linalg.norm(here, axis=-1) * np.linalg.norm(along, axis=1)[:, None, None]
    expected = (dot * np.maximum(dot / lengths, 0.1) ** power).mean((1, 2))
    objective = towards("layer", along, power)
    found = objective.of({"layer": jnp.asarray(here, jnp.float32)})
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    assert objective.sites == ("layer",)


def test_each_direction_gets_its_own_picture():
    found = drawn(colour_model(), "low", np.eye(3), steps=12, batch=2, power=1.0)
    assert found.shape == (3, 16, 16, 3)
    assert found.min() >= 0
    assert found.max() <= 1
    np.testing.assert_array_equal(found.mean((1, 2)).argmax(1), range(3))
    alone = drawn_channels(colour_model(), "low", [2], steps=4, size=(8, 8))
    assert alone[2].shape == (8, 8, 3)


def test_crops_are_where_the_channel_is_strongest():
    some = pictures(4)
    found = cropped(colour_model(), "cells", [0, 2], some)
    for channel, part in found.items():
        assert part.shape == (2, 2, 3)
        assert part[..., channel].max() == some[..., channel].max()
    grey = cropped(grey_model(), "edges", [1], pictures(2, 28, 1), low_high=(0.0, 1.0), share=1.0)
    assert grey[1].shape == (28, 28, 1)


def test_wrong_directions_are_refused():
    with pytest.raises(ValueError, match=r"site 'low' has 3 channels: vectors are \(k, 3\), got"):
        drawn(colour_model(), "low", np.eye(4))
    with pytest.raises(ValueError, match="vectors: some numbers are NaN"):
        drawn(colour_model(), "low", np.full((1, 3), np.nan))
    with pytest.raises(ValueError, match="units 0 to 2, got 3"):
        drawn_channels(colour_model(), "low", [3])
    with pytest.raises(ValueError, match="share is above 0 and at most 1, got 2"):
        cropped(colour_model(), "low", [0], pictures(), share=2.0)
