"""Layouts of a site's values beside the units."""

import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.bench import linear
from aann.residuals.cells import layout, rows_of


def at(shape, *, axis=-1, positions=None):
    return aann.make(
        lambda x, c: x, model="m", site="m", units=(0,), axis=axis, positions=positions
    ), shape


def values(*shape):
    return jnp.asarray(np.random.default_rng(0).normal(size=shape).astype(np.float32))


@pytest.mark.parametrize("sizes", [(4, 4), (8, 4), (12, 8)])
def test_cells_fold_as_those_of_the_linear_row(sizes):
    import jax

    r, site = at((2, 4, 4, 5))
    x = values(2, *sizes, 3)
    plan = layout(x.shape, site, r, (4, 4), neighbours=True)
    natural = jax.ShapeDtypeStruct((2, 4, 4, 1), jnp.float32)
    expected = linear.features([x], natural)[:, :-1]
    np.testing.assert_array_equal(rows_of(x, plan), expected)
    assert plan.width == expected.shape[1]
    channels = np.asarray(rows_of(jnp.ones_like(x) * jnp.arange(3.0)[None, None, None], plan))
    for channel, mine in enumerate(plan.features()):
        assert set(channels[:, mine].ravel()) <= {0.0, float(channel)}


def test_too_many_cells_are_averaged():
    r, site = at((1, 2, 2, 5))
    x = values(1, 64, 64, 8)
    plan = layout(x.shape, site, r, (2, 2), neighbours=False)
    assert (plan.how, plan.width, plan.words) == ("averaged", 8, "mean of 32 x 32 cells")
    np.testing.assert_allclose(rows_of(x, plan)[0], x[0, :32, :32].mean((0, 1)), atol=1e-6)


def test_what_has_no_common_grid_is_pooled():
    r, site = at((2, 4, 4, 5))
    x = values(2, 3, 3, 6)
    plan = layout(x.shape, site, r, (4, 4), neighbours=False)
    assert plan.words == "mean over positions"
    rows = rows_of(x, plan).reshape(2, 16, 6)
    np.testing.assert_allclose(rows[:, 7], x.mean((1, 2)), atol=1e-6)


def test_units_without_positions_read_all():
    r, site = at((2, 5))
    x = values(2, 3, 4)
    plan = layout(x.shape, site, r, (), neighbours=True)
    assert (plan.words, plan.label(5)) == ("whole example", (1, 1))
    np.testing.assert_array_equal(rows_of(x, plan), x.reshape(2, -1))


def test_channels_first():
    r, site = at((2, 5, 4, 4), axis=1)
    x = values(2, 3, 4, 4)
    plan = layout(x.shape, site, r, (4, 4), neighbours=False)
    np.testing.assert_array_equal(rows_of(x, plan).reshape(2, 4, 4, 3), jnp.moveaxis(x, 1, -1))


def test_attention_lies_by_its_queries():
    r, site = at((2, 3, 6, 6), axis=1)
    plan = layout((2, 3, 6, 6), site, r, (6,), neighbours=False)
    x = values(2, 3, 6, 6)
    np.testing.assert_array_equal(rows_of(x, plan).reshape(2, 6, 6, 3), jnp.moveaxis(x, 1, -1))
    scores = layout((2, 3, 6, 6), (2, 6, 8), at((2, 6, 8))[0], (6,), neighbours=False)
    np.testing.assert_array_equal(rows_of(x, scores).reshape(2, 6, 3, 6), jnp.moveaxis(x, 2, 1))
    assert scores.label(7) == (1, 1)


def test_positions_are_taken():
    r, site = at((2, 6, 8), positions=(4, 1))
    x = values(2, 6, 3)
    plan = layout(x.shape, site, r, (2,), neighbours=False)
    np.testing.assert_array_equal(rows_of(x, plan).reshape(2, 2, 3), x[:, jnp.asarray([4, 1])])
