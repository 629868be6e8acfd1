import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

import aann
from aann.vis.features.objectives import LOGITS, Objective, channel, diversity
from aann.vis.features.parametrisations import Pixels
from aann.vis.features.visualise import visualise

SIZE = 16


def network(p, x):
    """Channel 0 is red less green at every pixel, channel 1 vertical edges."""
    x = x / 255
    red = x[..., 0] - x[..., 1]
    edge = jnp.abs(x[:, :, 1:, 2] - x[:, :, :-1, 2])
    conv = aann.site("conv", jnp.stack([red[:, :, 1:], edge], -1) * p)
    return conv.mean((1, 2))


def model(function=network, shape=(SIZE, SIZE, 3), dtype=jnp.float32):
    return aann.Model(function, jnp.float32(1), "toy", jax.ShapeDtypeStruct(shape, dtype))


QUICK = {"steps": 60, "transforms": (), "progress": False}


def test_what_is_found_is_what_the_channel_is_for():
    found = visualise(model(), ["conv:0", channel("conv", 1)], n=2, **QUICK)
    assert found.names == ("conv:0", "conv:1")
    assert found.pictures.shape == (2, 2, SIZE, SIZE, 3)
    assert found.values.shape == (2, 2)
    assert found.course.shape == (60, 2, 2)
    red = found.pictures[0]
    assert (red[..., 0] - red[..., 1]).mean() > 0.1
    assert (found.values > found.course[0] + 0.1).all()
    outputs = np.asarray(model()(255 * found.pictures.reshape(-1, SIZE, SIZE, 3)))
    np.testing.assert_allclose(
        found.values.reshape(-1), [*outputs[:2, 0], *outputs[2:, 1]], rtol=1e-4
    )


def test_the_seed_decides_and_objectives_stand_apart():
    both = visualise(model(), ["conv:0", "conv:1"], seed=3, **QUICK)
    again = visualise(model(), ["conv:0", "conv:1"], seed=3, **QUICK)
    np.testing.assert_array_equal(both.pictures, again.pictures)
    alone = visualise(model(), "conv:0", seed=3, **QUICK)
    np.testing.assert_array_equal(both.pictures[0], alone.pictures[0])
    other = visualise(model(), "conv:0", seed=4, **QUICK)
    assert np.abs(other.pictures - alone.pictures).max() > 0.01


def test_robust_pictures_of_another_size_and_of_one_channel():
    def grey(p, x):
        return aann.site("h", x[..., 0] * p).mean((1, 2))[:, None]

    one = model(grey, (12, 12, 1))
    found = visualise(one, "h", size=(20, 24), steps=8, progress=False, low_high=(0.0, 1.0))
    assert found.pictures.shape == (1, 1, 20, 24, 1)
    assert found.course[-1].mean() > found.course[0].mean()


def test_diversity_keeps_pictures_apart():
    options = {**QUICK, "n": 3, "parametrisation": Pixels()}
    alike = visualise(model(), "conv:1", **options)
    apart = visualise(model(), channel("conv", 1) + 5.0 * diversity("conv"), **options)

    def cosine(found):
        seen = np.asarray(aann.capture(model(), ["conv"])(255 * found.pictures[0])[1]["conv"])
        return -np.mean(diversity("conv").of({"conv": jnp.asarray(seen)}))

    assert cosine(apart) < cosine(alike)


def test_what_is_saved_is_what_is_shown(tmp_path):
    found = visualise(model(), ["conv:0", "conv:1"], n=2, **QUICK)
    files = found.save(tmp_path)
    assert [f.name for f in files] == [
        "conv_0_0.png",
        "conv_0_1.png",
        "conv_1_0.png",
        "conv_1_1.png",
    ]
    for path, picture in zip(files, found.pictures.reshape(-1, SIZE, SIZE, 3), strict=True):
        with Image.open(path) as image:
            np.testing.assert_allclose(np.asarray(image) / 255, picture, atol=0.5 / 255 + 1e-6)
    drawing = found.figure()
    assert len(drawing.axes) == 4
    assert drawing.axes[0].get_title().startswith("conv:0: ")
    np.testing.assert_array_equal(drawing.axes[0].images[0].get_array(), found.pictures[0, 0])


@pytest.mark.parametrize(
    ("given", "more", "match"),
    [
        ("conf:0", {}, "no site 'conf' in this model: did you mean 'conv'"),
        ("conv:2", {}, "site 'conv' has units 0 to 1, got 2"),
        ([], {}, "no objective: name one"),
        ("conv:0", {"n": 0}, "n is a whole number from 1 up, got 0"),
        ("conv:0", {"steps": 0, "size": (4, -1)}, "steps is .*got 0; columns is .* got -1"),
        (Objective("odd", (), lambda v: v[LOGITS]), {}, r"one number a picture, shape \(1,\)"),
        (Objective("nan", (), lambda v: jnp.log(-v[LOGITS][:, 1])), {}, "'nan' is NaN or infinite"),
    ],
)
def test_what_cannot_be_drawn_is_refused(given, more, match):
    with pytest.raises(ValueError, match=match):
        visualise(model(), given, **{**QUICK, "steps": 2, **more})


def test_a_model_without_pictures_is_refused():
    flat = model(lambda p, x: aann.site("h", x * p), (7,))
    with pytest.raises(ValueError, match=r"model 'toy' takes \(7,\); pictures are"):
        visualise(flat, "h", **QUICK)
