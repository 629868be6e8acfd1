import curve_toy as toy
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import ndimage

import aann
from circuits.fitting import descent


def ramp(seen, c):
    return c.gain[None, None, None, :] * jnp.maximum(seen - c.threshold, 0)


def evidence(threshold=0.3, gain=(2.0, 5.0)):
    seen = np.random.default_rng(0).uniform(0, 1, (64, 4, 4, 2)).astype(np.float32)
    c = aann.Constants({"gain": jnp.asarray(gain), "threshold": jnp.float32(threshold)})
    return descent.Evidence(seen, np.asarray(ramp(jnp.asarray(seen), c)))


def start():
    return aann.Constants({"gain": jnp.ones(2), "threshold": jnp.float32(0.1)})


def test_descent_finds_the_constants_that_made_the_values():
    steps = {"gain": 0.5, "threshold": 0.2}
    found = descent.descend(
        ramp, start(), evidence(), steps=steps, logarithmic=("gain",), epochs=30
    )
    np.testing.assert_allclose(found.gain, [2, 5], rtol=0.05)
    np.testing.assert_allclose(found.threshold, 0.3, atol=0.02)


def test_constants_without_a_step_stay():
    found = descent.descend(ramp, start(), evidence(), steps={"gain": 0.5})
    assert found.threshold == start().threshold


def test_the_least_squares_gain_is_that_of_regression_through_the_origin():
    seen = evidence()
    c = start()
    shown = np.asarray(descent.with_maxima(ramp(jnp.asarray(seen.seen), c)), np.float64)
    natural = np.asarray(descent.with_maxima(jnp.asarray(seen.natural)))
    expected = [
        np.linalg.lstsq(shown[..., u].reshape(-1, 1), natural[..., u].ravel())[0][0]
        for u in range(2)
    ]
    np.testing.assert_allclose(descent.least_squares_gain(ramp, c, seen), expected, rtol=1e-4)


def test_maxima_are_those_of_the_neighbours():
    image = jnp.asarray(np.random.default_rng(0).normal(size=(2, 5, 6, 3)), jnp.float32)
    both = np.asarray(descent.with_maxima(image))
    np.testing.assert_array_equal(both[:, :5], image)
    expected = ndimage.maximum_filter(np.asarray(image), (1, 3, 3, 1), mode="nearest")
    np.testing.assert_array_equal(both[:, 5:], expected)


def test_a_silent_unit_has_gain_one():
    seen = evidence()
    silent = aann.Constants({"gain": jnp.ones(2), "threshold": jnp.float32(9.0)})
    np.testing.assert_array_equal(descent.least_squares_gain(ramp, silent, seen), [1, 1])


def test_spread_takes_images_evenly_by_name():
    design, _ = toy.designs(20)
    chosen = descent.spread(design, 5)
    assert list(chosen.names) == sorted(design.names)[::4]
    assert set(descent.spread(design, 50).names) == set(design.names)


def test_gathered_values_are_those_of_model_and_program():
    design, _ = toy.designs(10)
    found = descent.gather(toy.model(), "cells", (2, 0), design, lambda x: x[:, ::8, ::8])
    images = jnp.asarray(design.load(range(10)))
    _, values = aann.capture(toy.model(), ["cells"])(images)
    np.testing.assert_allclose(found.natural, values["cells"][..., [2, 0]], rtol=1e-4, atol=0.5)
    np.testing.assert_array_equal(found.seen, images[:, ::8, ::8])


def test_heldout_images_are_refused(unchecked):
    _, heldout = toy.designs(4)
    with pytest.raises(TypeError, match="design images only"):
        descent.gather(toy.model(), "cells", (0,), heldout, lambda x: x)
