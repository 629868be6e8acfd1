import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
from aann.vis import tuning

ANGLES = tuple(float(a) for a in range(0, 360, 15))


def pooled(params, x):
    """A site of stride 4 whose cell (i, j) is the mean of the 4 x 4 pixels below it."""
    b, h, w, c = x.shape
    small = x.reshape(b, h // 4, 4, w // 4, 4, c).mean((2, 4))
    return aann.site("cells", small * params).sum((1, 2, 3))


MODEL = aann.Model(
    pooled, jnp.float32(2), name="pooled", inputs=jax.ShapeDtypeStruct((32, 24, 3), jnp.float32)
)


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 359), st.floats(0.1, 8))
def test_the_mean_vector_finds_the_peak(peak, sharpness):
    off = np.deg2rad(np.asarray(ANGLES) - peak)
    length, angle = tuning.mean_vector(np.exp(sharpness * np.cos(off))[None], ANGLES)
    assert tuning.angle_between(angle[0], peak) < 0.5
    assert 0 < length[0] < 1


def test_flat_and_silent_units_are_not_selective():
    length, _ = tuning.mean_vector(np.stack([np.ones(24), np.zeros(24)]), ANGLES)
    np.testing.assert_allclose(length, 0, atol=1e-12)


def test_directions_and_responses_agree_in_number():
    with pytest.raises(ValueError, match="tuning has 3 directions, but 24"):
        tuning.mean_vector(np.ones((2, 3)), ANGLES)


def test_the_field_of_the_central_cell_is_found():
    assert tuning.grid(MODEL, "cells") == (8, 6, 3)
    row, column = tuning.field_centre(tuning.central_reader(MODEL, "cells"), MODEL.inputs)
    assert abs(row - 17.5) <= 1
    assert abs(column - 13.5) <= 1


def test_reading_takes_the_largest_central_cell():
    x = np.zeros((1, 32, 24, 3), np.float32)
    x[0, 12, 12, 0] = 16
    assert tuning.central_reader(MODEL, "cells")(jnp.asarray(x))[0, 0] == 0
    assert tuning.central_reader(MODEL, "cells", reach=1)(jnp.asarray(x))[0, 0] == 2


def test_a_site_that_is_not_spatial_is_refused():
    def flat(params, x):
        return aann.site("flat", x.sum((1, 2)))

    model = aann.Model(flat, (), inputs=MODEL.inputs)
    with pytest.raises(ValueError, match="site of shape \\(batch, rows, columns, channels\\)"):
        tuning.grid(model, "flat")
    with pytest.raises(ValueError, match="no site 'flta'"):
        tuning.grid(model, "flta")


def test_a_model_of_vectors_is_refused():
    model = aann.Model(lambda p, x: x, (), inputs=jax.ShapeDtypeStruct((7,), jnp.float32))
    with pytest.raises(ValueError, match="model of images"):
        tuning.grid(model, "input")


def test_angles_differ_by_at_most_half_a_turn():
    np.testing.assert_allclose(tuning.angle_between([350, 10, 0], [10, 350, 180]), [20, 20, 180])
