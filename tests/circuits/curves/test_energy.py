import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.curves import energy

C = aann.Constants({"wavelength": jnp.float32(4), "contrast": jnp.float32(7)})


def grating(degrees, amplitude=60.0, size=96):
    """Waves of 8 pixels whose lines have this orientation, counted from right towards up."""
    y, x = np.mgrid[:size, :size]
    angle = np.deg2rad(degrees + 90)
    wave = np.cos(2 * np.pi * (x * np.cos(angle) - y * np.sin(angle)) / 8)
    return jnp.asarray(np.repeat((117 + amplitude * wave)[None, ..., None], 3, -1), jnp.float32)


@pytest.mark.parametrize("k", [0, 3, 8, 13])
def test_the_strongest_line_is_that_of_the_picture(k):
    found = energy.oriented_energy(grating(180 * k / energy.ORIENTATIONS), C)
    assert int(found[0, 12, 12].argmax()) == k


def test_light_and_dark_are_alike():
    light, dark = (np.asarray(energy.oriented_energy(grating(30, a), C)) for a in (60, -60))
    inside = np.s_[0, 6:18, 6:18]
    np.testing.assert_allclose(light[inside], dark[inside], rtol=0.1, atol=0.5)


def test_shares_of_strong_lines_do_not_depend_on_contrast():
    weak, strong = (energy.shares(energy.oriented_energy(grating(30, a), C), C) for a in (60, 120))
    np.testing.assert_allclose(weak[0, 12, 12], strong[0, 12, 12], atol=0.02)
    nothing = energy.shares(jnp.zeros((1, 2, 2, energy.ORIENTATIONS)), C)
    assert float(nothing.max()) == 0


def test_a_line_faces_both_ways_at_right_angles_to_it():
    np.testing.assert_allclose(energy.normals() - energy.facings() / 2, np.pi / 2, rtol=1e-6)
