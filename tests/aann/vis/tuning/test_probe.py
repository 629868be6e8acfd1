import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import tuned_toy as toy

import aann
from aann.vis.stimuli.paint import paint
from aann.vis.tuning import probe as probing
from aann.vis.tuning.probe import probe

MODEL = toy.model()


def test_the_central_cell_looks_where_it_looks():
    found = probe(MODEL, "cells")
    # Windows of 9 pixels, "SAME" at stride 8: cell 3 is centred at 8 * 3 + 3 = 27 or 28.
    assert found.place == pytest.approx((28, 28), abs=0.75)
    assert found.units == tuple(range(8))
    assert found.size == (48, 48)


def test_answers_are_those_of_the_central_cell_whatever_the_batch(monkeypatch):
    pictures = np.random.default_rng(0).uniform(0, 255, (5, 48, 48, 3)).astype(np.float32)
    _, values = aann.capture(MODEL, ["cells"])(jnp.asarray(pictures))
    expected = np.asarray(values["cells"])[:, 3, 3, [6, 1]]
    found = probe(MODEL, "cells", (6, 1), place=(27.0, 27.0))
    np.testing.assert_allclose(found.answers(pictures), expected, rtol=1e-4, atol=1e-2)
    monkeypatch.setattr(probing, "BATCH", 2)
    np.testing.assert_allclose(found.answers([pictures[:3], pictures[3:]]), expected, rtol=1e-4,
                               atol=1e-2)  # fmt: skip
    np.testing.assert_allclose(
        found.maps(pictures), np.asarray(values["cells"])[..., [6, 1]], rtol=1e-4, atol=1e-2
    )
    assert found.answers([]).shape == (0, 2)


def test_covers_are_painted_light_and_dark_in_the_models_range():
    cover = np.zeros((1, 48, 48), np.float32)
    cover[:, 10:20, 5:30] = 1
    found = probe(MODEL, "cells", place=(27.0, 27.0))
    for sign in (1.0, -1.0):
        expected = found.answers(paint(cover, contrast=sign * 80.0))
        np.testing.assert_allclose(found.shows(cover, sign), expected, rtol=1e-5)
    small = dataclasses.replace(found, low_high=(0.0, 1.0))
    assert small.background == pytest.approx(117 / 255)
    assert small.contrast == pytest.approx(80 / 255)


def test_channels_first_one_channel_and_sites_without_cells():
    first = aann.Model(
        lambda p, x: aann.site("s", jax.lax.reduce_window(
            x, 0.0, jax.lax.add, (1, 1, 5, 5), (1, 1, 4, 4), "VALID")) * p,
        jnp.float32(1), "first", jax.ShapeDtypeStruct((3, 21, 25), jnp.float32),
    )  # fmt: skip
    found = probe(first, "s")
    assert found.shape == (21, 25, 3)
    assert found.channels_first
    assert found.place == pytest.approx((2 * 4 + 2, 3 * 4 + 2), abs=0.5)
    pictures = np.random.default_rng(0).uniform(0, 255, (2, 21, 25, 3)).astype(np.float32)
    np.testing.assert_allclose(
        found.answers(pictures), pictures[:, 8:13, 12:17].sum((1, 2)), rtol=1e-4
    )
    flat = aann.Model(
        lambda p, x: aann.site("s", x.reshape(len(x), -1) @ p),
        jnp.ones((36, 2)), "flat", jax.ShapeDtypeStruct((6, 6), jnp.float32),
    )  # fmt: skip
    assert probe(flat, "s").place == (2.5, 2.5)
    np.testing.assert_allclose(probe(flat, "s").answers(np.ones((2, 6, 6, 1))), 36)


def test_problems_are_told_together():
    with pytest.raises(ValueError, match=r"units of 'cells' are from 0 to 7, got 8, -1; low_high"):
        probe(MODEL, "cells", (8, 1, -1), low_high=(1.0, 0.0))
    with pytest.raises(ValueError, match="units of 'cells' are from 0 to 7, got none"):
        probe(MODEL, "cells", ())
    with pytest.raises(ValueError, match="cell"):
        probe(MODEL, "sells")
    numbers = aann.Model(lambda p, x: x, jnp.float32(1), "n", jax.ShapeDtypeStruct((7,), "float32"))
    with pytest.raises(ValueError, match=r"'n' takes inputs of shape \(7,\)"):
        probe(numbers, "input")
    deaf = aann.Model(
        lambda p, x: aann.site("s", 0 * x[:, ::4, ::4]), jnp.float32(1), "deaf",
        jax.ShapeDtypeStruct((8, 8, 3), jnp.float32),
    )  # fmt: skip
    with pytest.raises(ValueError, match="does not depend on noise pictures: say where it looks"):
        probe(deaf, "s")
    with pytest.raises(ValueError, match=r"'s' of 'deaf'|cells"):
        probe(MODEL, "cells").of(deaf)
