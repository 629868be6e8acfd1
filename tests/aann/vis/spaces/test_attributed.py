import numpy as np
from pictures_toy import channels_first, colour_model, pictures

import aann
from aann.vis.spaces.attributed import attributed, blurred

POSITIONS = np.asarray([[0, 0], [3, 5], [7, 7]])


def signed(some, unit):
    found = aann.capture(colour_model(), ["signed"])(255 * some)[1]["signed"]
    return np.asarray(found)[range(len(some)), POSITIONS[:, 0], POSITIONS[:, 1], unit]


def test_of_a_linear_unit_it_adds_up_and_lies_where_the_unit_looks():
    """Red less grey over 2 x 2 pixels is linear: attribution from grey is all of it."""
    some = pictures(3)
    found = attributed(colour_model(), "signed", 0, some, POSITIONS, batch=2)
    assert found.shape == (3, 16, 16)
    np.testing.assert_allclose(found.sum((1, 2)), signed(some, 0), atol=1e-5)
    for values, (y, x) in zip(found, POSITIONS):
        outside = values.copy()
        outside[2 * y : 2 * y + 2, 2 * x : 2 * x + 2] = 0
        assert not outside.any()


def test_to_a_layer_below_it_is_gradient_times_activation():
    some = pictures(3)
    found = attributed(colour_model(), "signed", 1, some, POSITIONS, to="low")
    assert found.shape == (3, 8, 8)
    expected = signed(some, 1) + 1  # 2 (green - 0.5), attributed from 0
    np.testing.assert_allclose(found.sum((1, 2)), expected, atol=1e-5)


def test_models_with_channels_first_are_attributed_alike():
    first = channels_first(colour_model())
    for to in ("input", "low"):
        found, same = (
            attributed(model, "cells", 1, pictures(3), POSITIONS, to=to)
            for model in (first, colour_model())
        )
        np.testing.assert_allclose(found, same, atol=1e-6)


def test_a_blur_keeps_sums():
    seen = np.random.default_rng(0).normal(size=(2, 16, 16)).astype(np.float32)
    smooth = blurred(seen, 0.1)
    np.testing.assert_allclose(smooth.sum((1, 2)), seen.sum((1, 2)), atol=1e-3)
    assert smooth.std() < 0.5 * seen.std()
    np.testing.assert_array_equal(blurred(seen, 0.0), seen)


def test_gradients_are_those_of_finite_differences():
    some = np.clip(pictures(3) + 0.3, 0, 1)[:, :, :, ::-1]
    found = attributed(colour_model(), "cells", 3, some, POSITIONS)
    step = 1e-2
    for i, (y, x) in enumerate(POSITIONS):
        at = (i, 2 * y + 1, 2 * x)
        expected = 0.0
        for colour in range(3):
            ends = []
            for sign in (1, -1):
                moved = some.copy()
                moved[(*at, colour)] += sign * step
                seen = aann.capture(colour_model(), ["cells"])(255 * moved)[1]["cells"]
                ends.append(float(seen[i, y, x, 3]))
            expected += (ends[0] - ends[1]) / (2 * step) * (some[(*at, colour)] - 0.5)
        np.testing.assert_allclose(found[at], expected, atol=1e-4)
