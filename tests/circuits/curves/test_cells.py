import curve_toy as toy
import foreign_toy as foreign
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.curves import cells
from circuits.curves.inputs import Inputs


def averaged(size=64, stride=8, window=7, padding=(3, 3), channels=5, axis=-1):
    """A site of means over windows, whose middles are known."""

    def apply(params, x):
        summed = jax.lax.reduce_window(
            x.mean(-1, keepdims=True), 0.0, jax.lax.add, (1, window, window, 1),
            (1, stride, stride, 1), ((0, 0), padding, padding, (0, 0)),
        )  # fmt: skip
        site = jnp.moveaxis(
            summed * jnp.arange(1.0, channels + 1)[None, None, None, :] * params, -1, axis
        )
        return aann.site("cells", site).sum((1, 2, 3))[:, None]

    given = jax.ShapeDtypeStruct((size, size, 3), jnp.float32)
    return aann.Model(apply, jnp.float32(1), "averaged", given)


pytestmark = pytest.mark.usefixtures("optimised_module")


@pytest.mark.parametrize("axis", [-1, 1])
@pytest.mark.parametrize(
    ("stride", "padding", "size"),
    [(8, (3, 3), 64), (8, (2, 4), 64), (4, (0, 0), 67), (16, (0, 7), 90)],
)
def test_the_grid_is_that_of_the_windows(stride, padding, size, axis):
    found = cells.measure(averaged(size, stride, 7, padding, axis=axis), "cells", Inputs())
    assert found.axis == axis
    assert found.channels == 5
    np.testing.assert_allclose(found.first, 3 - padding[0], atol=0.7)
    np.testing.assert_allclose(found.pitch, stride, rtol=0.03)


def test_a_pixel_of_padding_moves_the_grid_by_a_pixel():
    one, other = (
        cells.measure(averaged(padding=p), "cells", Inputs()).first for p in ((3, 3), (4, 2))
    )
    np.testing.assert_allclose(np.subtract(one, other), 1, atol=0.3)


@pytest.mark.parametrize("axis", [-1, 1])
def test_as_many_channels_as_rows_are_told_apart(axis):
    found = cells.measure(averaged(channels=8, axis=axis), "cells", Inputs())
    assert (found.axis, found.rows, found.columns, found.channels) == (axis, 8, 8, 8)
    assert found.shape == (1, 8, 8, 8)


def test_the_toys_grids_are_found():
    own = cells.measure(toy.model(), "cells", Inputs())
    np.testing.assert_allclose(own.first, 7, atol=1)
    np.testing.assert_allclose(own.pitch, 8, rtol=0.02)
    other = cells.measure(foreign.shifted(first=True), "cells", Inputs(channels_first=True))
    assert other.shape == (1, 6, foreign.CELLS, foreign.CELLS)
    # its five units, unlike hundreds of a layer, look to one side in the mean
    np.testing.assert_allclose(other.first, 15 - foreign.SHIFT, atol=2)


def test_the_range_of_pictures_does_not_matter():
    plain = cells.measure(toy.model(), "cells", Inputs())
    scaled = foreign.ranged(toy.model(), foreign.SCALED)
    found = cells.measure(scaled, "cells", foreign.SCALED)
    np.testing.assert_allclose(found.first, plain.first, atol=0.01)
    np.testing.assert_allclose(found.centre, plain.centre)


def test_the_reader_reads_the_central_cell():
    model = foreign.shifted(first=True)
    given = Inputs(channels_first=True)
    found = cells.measure(model, "cells", given)
    x = np.random.default_rng(0).uniform(0, 255, (2, foreign.SIZE, foreign.SIZE, 3))
    value = aann.capture(model, ["cells"])(given.from_rows(jnp.asarray(x, jnp.float32)))[1]["cells"]
    middle = foreign.CELLS // 2
    np.testing.assert_allclose(
        found.reader(model, given)(x), value[:, :, middle, middle], rtol=1e-4, atol=1e-3
    )


def flat(params, x):
    return aann.site("flat", x.sum((1, 2)))


def everywhere(params, x):
    whole = jnp.broadcast_to(x.mean((1, 2, 3), keepdims=True), (len(x), 8, 8, 4))
    return aann.site("whole", whole * params).sum((1, 2))


@pytest.mark.parametrize(
    ("apply", "site", "match"),
    [
        (
            flat,
            "flat",
            r"four axes, batch, rows, columns and channels; 'flat' of 'net' is \(1, 3\)",
        ),
        (flat, "flta", "no site 'flta'"),
        (everywhere, "whole", "do not look at places of the picture"),
    ],
)
def test_sites_without_rows_and_columns_are_refused(apply, site, match):
    model = aann.Model(apply, jnp.float32(1), "net", toy.model().inputs)
    with pytest.raises(ValueError, match=match):
        cells.measure(model, site, Inputs())
