import jax
import jax.numpy as jnp
import numpy as np
import pytest

from aann.vis.features.differences import chosen, far, from_grey, length
from aann.vis.features.objectives.objective import PICTURES


@pytest.mark.parametrize("others", [False, True])
def test_differences_are_relative_to_the_given_picture(others):
    rng = np.random.default_rng(0)
    here, there = rng.normal(size=(2, 3, 4, 4, 5)).astype(np.float32)
    kept = [0, 2, 4] if others else [1, 3]
    expected = [
        np.linalg.norm((a - b)[..., kept]) / np.linalg.norm(b[..., kept])
        for a, b in zip(here, there)
    ]
    values, given = {"s": jnp.asarray(here)}, {"s": jnp.asarray(there)}
    found = far("s", [1, 3], others=others)(values, given)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert chosen(values["s"], None).shape[-1] == 5
    np.testing.assert_allclose(length(values["s"])[0], np.linalg.norm(here[0]), rtol=1e-5)


def test_gradients_are_those_of_finite_differences():
    rng = np.random.default_rng(0)
    there = {"s": jnp.asarray(rng.normal(size=(1, 6)), jnp.float32)}
    at, along = rng.normal(size=(2, 6)).astype(np.float32)

    def number(step):
        return far("s")({"s": (jnp.asarray(at) + step * jnp.asarray(along))[None]}, there)[0]

    expected = (number(1e-2) - number(-1e-2)) / 2e-2
    np.testing.assert_allclose(jax.grad(number)(0.0), expected, rtol=1e-2)


def test_pixels_are_measured_from_grey():
    given, here = np.full((1, 2, 2, 3), 0.75), np.full((1, 2, 2, 3), 0.5)
    values, before = {PICTURES: jnp.asarray(here)}, {PICTURES: jnp.asarray(given)}
    np.testing.assert_allclose(from_grey(values, before), [1.0], rtol=1e-5)
