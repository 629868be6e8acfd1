import jax
import jax.numpy as jnp
import numpy as np
import pytest
from pictures_toy import colour_model, grey_model, pictures
from PIL import Image

import aann
from aann.vis.features.holding import settling
from aann.vis.features.metamers import metamers
from aann.vis.features.parametrisations import Pixels

QUICK = {"steps": 60, "progress": False, "parametrisation": Pixels(decorrelate=False)}


def half_model():
    """The layer sees the left half alone."""

    def apply(p, x):
        return aann.site("left", x[:, :, :8] / 255 * p).mean((1, 2))

    inputs = jax.ShapeDtypeStruct((16, 16, 3), jnp.float32)
    return aann.Model(apply, jnp.float32(1), "half", inputs)


@pytest.mark.parametrize("start", ["noise", "given"])
def test_what_the_layer_does_not_see_changes_and_nothing_else(start):
    some = np.clip(pictures(2), 0.1, 0.9)
    found = metamers(half_model(), "left", some, start=start, tolerance=0.05,
                     **{**QUICK, "steps": 120, "optimizer": settling(0.1, 120)})  # fmt: skip
    assert found.reached.all()
    assert (found.held <= 0.05).all()
    left = np.abs(found.pictures - some)[:, :, :8]
    right = np.abs(found.pictures - some)[:, :, 8:]
    assert left.mean() < 0.03
    assert right.mean() > 0.4
    assert found.pixels.min() > 1.2
    assert found.natural_held > 0.3


def test_units_are_held_while_the_others_move_and_numbers_are_true():
    some = pictures(3)
    found = metamers(colour_model(), "low", some, units=(0,), tolerance=0.1,
                     optimizer=settling(0.1, 60), **QUICK)  # fmt: skip
    assert found.reached.all()
    layers = [
        np.asarray(aann.capture(colour_model(), ["low"])(255 * p)[1]["low"])
        for p in (found.pictures, some)
    ]

    def off(a, b, channels):
        a, b = (x[..., channels].reshape(len(x), -1) for x in (a, b))
        return np.linalg.norm(a - b, axis=1) / np.linalg.norm(b, axis=1)

    np.testing.assert_allclose(found.held, off(*layers, [0]), rtol=1e-3)
    np.testing.assert_allclose(found.apart, off(*layers, [1, 2]), rtol=1e-3)
    assert found.apart.min() > 5 * found.held.max()
    natural = layers[1]
    pairs = [
        off(natural[i : i + 1], natural[j : j + 1], [0])[0] for i, j in [(0, 1), (0, 2), (1, 2)]
    ]
    assert found.natural_held == pytest.approx(np.median(pairs), rel=1e-3)


def test_what_cannot_be_reached_is_said():
    def apply(p, x):
        return aann.site("all", x / 255).mean((1, 2))

    model = aann.Model(apply, 0.0, "all", jax.ShapeDtypeStruct((8, 8, 3), jnp.float32))
    found = metamers(model, "all", pictures(1, 8), tolerance=1e-6, start="noise", steps=3,
                     progress=False)  # fmt: skip
    assert not found.reached.any()
    assert found.natural_held is None
    assert "over 0%" in found.figure().axes[1].get_title()


def test_another_layer_one_channel_the_seed_and_the_figure(tmp_path):
    some = pictures(2, 28, 1)
    first, again = (
        metamers(grey_model(), "edges", some, units=[1], apart="pixels", low_high=(0.0, 1.0),
                 steps=4, progress=False, natural=pictures(3, 28, 1, seed=1))
        for _ in range(2)
    )  # fmt: skip
    np.testing.assert_array_equal(first.pictures, again.pictures)
    drawing = first.figure()
    assert drawing.get_suptitle().startswith("held: edges:1; rest: pixels\ntwo natural pictures")
    for file, at in zip(first.save(tmp_path), drawing.axes, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(file)), at.images[0].get_array())
    other = metamers(colour_model(), "signed", pictures(1), units=[0], apart="low", steps=2,
                     progress=False)  # fmt: skip
    assert other.apart_at == "low"


def test_all_problems_at_once():
    model, some = colour_model(), pictures()
    with pytest.raises(ValueError, match="no site 'x'") as caught:
        metamers(model, "x", some, start="there", tolerance=0.0, apart="y", natural=some[:0])
    for said in ("no site 'y'", "start is one of noise, given", "tolerance is a share above 0",
                 "no picture is given"):  # fmt: skip
        assert said in str(caught.value)
    with pytest.raises(ValueError, match="all 3 units of 'low' are held: name apart='pixels'"):
        metamers(model, "low", some, units=range(3))
    with pytest.raises(ValueError, match="units: name one at least"):
        metamers(model, "low", some, units=[])
    with pytest.raises(ValueError, match="site 'low' is held whole: move another layer, or pixels"):
        metamers(model, "low", some, apart="low")
