import jax.numpy as jnp
import numpy as np

import aann
from benchmarks.brightness import UNITS, brightness


def test_units_follow_their_cells():
    image = np.zeros((1, 16, 24, 3), np.float32)
    image[0, 8:, :8] = 30.0
    found = brightness(jnp.asarray(image), aann.Constants({"gain": jnp.float32(2.0)}))
    assert found.shape == (1, 2, 3, len(UNITS))
    np.testing.assert_allclose(found[0, :, :, 0], [[0, 0, 0], [60, 0, 0]])
    assert (np.ptp(found, axis=-1) == 0).all()
