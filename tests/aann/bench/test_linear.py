import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
from aann.bench import linear


def shape(*sizes):
    return jax.ShapeDtypeStruct(sizes, jnp.float32)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.data())
def test_grid_features_are_the_pixels_around_a_position(fold, channels, cells, data):
    size = fold * cells
    read = jnp.asarray(np.random.default_rng(0).normal(size=(2, size, size, channels)), jnp.float32)
    rows = np.asarray(linear.features([read], shape(2, cells, cells, 5)))
    assert rows.shape == (2 * cells * cells, 9 * fold * fold * channels + 1)
    b, i, j = (data.draw(st.integers(0, n - 1)) for n in (2, cells, cells))
    padded = np.pad(read, ((0, 0), (fold, fold), (fold, fold), (0, 0)))
    window = padded[b, i * fold : (i + 3) * fold, j * fold : (j + 3) * fold]
    row = rows[(b * cells + i) * cells + j]
    np.testing.assert_array_equal(np.sort(row[:-1]), np.sort(window.ravel()))
    assert row[-1] == 1


def test_the_centre_cell_stands_in_the_middle():
    read = jnp.arange(36.0).reshape(1, 6, 6, 1)
    rows = np.asarray(linear.features([read], shape(1, 3, 3, 2)))
    centre = rows[4, 4 * 4 : 5 * 4]
    np.testing.assert_array_equal(centre, np.asarray(read)[0, 2:4, 2:4, 0].ravel())


def test_reads_without_a_grid_are_flattened():
    read, site = shape(3, 4, 5), shape(3, 2)
    assert not linear.on_grid([read], site)
    rows = linear.features([jnp.ones((3, 4, 5))], site)
    assert rows.shape == (3, 21)
    assert linear.targets(jnp.ones((3, 7, 2)), False).shape == (3, 14)


def test_nan_at_padding_is_0_and_elsewhere_stays():
    read = jnp.asarray([[1.0, jnp.nan]])
    np.testing.assert_array_equal(linear.features([read], shape(1, 2), (), True), [[1, 0, 1]])
    np.testing.assert_array_equal(linear.features([read], shape(1, 2)), [[1, np.nan, 1]])


@pytest.mark.parametrize("positions", [(0, 1, 2), (11, 7, 3), (3, 2, 1, 0)])
def test_units_at_some_positions_are_predicted_from_all_of_the_read(positions):
    rng = np.random.default_rng(0)
    weights = jnp.asarray(rng.normal(size=(5, 5)), jnp.float32)

    def apply(p, x):
        g = aann.site("g", aann.site("h", jnp.tanh(x)) @ weights)
        return aann.site("logits", g.reshape(len(x), -1)[:, :6])

    model = aann.Model(apply, {}, "toy", jax.ShapeDtypeStruct((12, 5), jnp.float32))
    inputs = rng.normal(size=(400, 12, 5)).astype(np.float32)
    _, heldout = aann.split(aann.from_arrays("d", inputs, rng.integers(0, 6, 400)))

    def program(h, c):
        """Nothing."""
        return jnp.zeros((len(h), len(positions), 2)) + h[:, :1, :1]

    place = {"site": "g", "units": (0, 1), "reads": ("h",), "positions": positions}
    report = aann.evaluate(model, aann.make(program, model="toy", **place), heldout, draws=200)
    assert report.row("linear").r2 == pytest.approx([1, 1], abs=0.01)
