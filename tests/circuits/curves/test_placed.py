import curve_toy as toy
import foreign_toy as foreign
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.counting import complexity
from circuits.curves import controls as curve_controls
from circuits.curves import placed
from circuits.curves import program as curve_detectors
from circuits.curves.cells import Cells
from circuits.curves.energy import oriented_energy
from circuits.curves.inputs import Inputs


def grid(first=(7.0, 7.0), rows=14, axis=-1, pitch=8.0):
    return Cells("cells", rows, rows, 7, axis, first, (pitch, pitch))


@settings(max_examples=15, deadline=None)
@given(st.integers(40, 130), st.floats(-12, 40), st.floats(-12, 40))
def test_each_cell_is_the_programs_nearest(size, top, left):
    rows = size // 8 - 2
    place = placed.placing(Inputs(), (size, size, 1), grid((top, left), rows))
    numbers = jnp.arange(size, dtype=jnp.float32)
    image = jnp.stack(jnp.meshgrid(numbers, numbers, indexing="ij"), -1)[None]
    mean = np.asarray(image.mean((1, 2)))[0]
    found = np.asarray(place.place(lambda x, c: x[:, 7::8, 7::8])(image, None))[0]
    assert found.shape == (rows, rows, 2)
    for axis, first in enumerate((top, left)):
        wanted = first + 8 * np.arange(rows)
        shown = found[:, 0, 0] if axis == 0 else found[0, :, 1]
        inside = (wanted >= 4) & (wanted <= size - 5)
        # beyond the picture there is its mean
        seen = np.abs(shown - wanted) <= 4.01
        assert (seen | ~inside | np.isclose(shown, mean[axis])).all()


def test_on_its_own_grid_a_program_stays_as_it_is():
    place = placed.placing(Inputs(), (112, 112, 3), grid((5.8, 6.9)))
    assert place.plain
    assert place.place(curve_detectors.curves) is curve_detectors.curves
    assert placed.between(curve_detectors.curves, -1) is curve_detectors.curves


@pytest.mark.parametrize(
    ("first", "expected"),
    [((7.0, 7.0), (0, 0)), ((5.5, 6.0), (-1.0, 1.5)), ((10.0, 2.5), (3.5, -3))],
)
def test_what_is_left_is_at_most_half_a_cell(first, expected):
    assert placed.left_over(grid(first)) == pytest.approx(expected)


@pytest.mark.parametrize("pitch", [4.0, 8.6, 16.2, -8.0])
def test_cells_that_are_not_8_pixels_apart_are_refused_with_how_far_they_are(pitch):
    with pytest.raises(ValueError, match=rf"'cells' are {pitch:.1f} pixels apart down.*program 8"):
        placed.placing(Inputs(), (112, 112, 3), grid(pitch=pitch))


@pytest.fixture(scope="module")
def there():
    """The toy's program placed at a site with channels first, on 13 cells under 115 pixels."""
    cells = grid((10.0, 10.0), foreign.CELLS, axis=1)
    place = placed.placing(Inputs(channels_first=True), (foreign.SIZE, foreign.SIZE, 3), cells)
    return curve_detectors.replacement("toy", "cells", (0, 1, 2, 3, 4), toy.constants(), place)


def test_a_placed_program_returns_the_sites_shape(there):
    image = jnp.asarray(np.random.default_rng(0).uniform(0, 255, (2, 3, 115, 115)), jnp.float32)
    assert there.axis == 1
    assert there.compute(image).shape == (2, 5, foreign.CELLS, foreign.CELLS)
    assert there.claim == toy.replacement().claim


def test_controls_are_placed_as_their_program_is(there):
    rng = np.random.default_rng(0)
    image = jnp.asarray(rng.uniform(0, 255, (1, 3, 115, 115)), jnp.float32)
    grey = jnp.broadcast_to(image.mean(1, keepdims=True), image.shape)
    plain = curve_controls.without_colour(there)
    np.testing.assert_allclose(plain.compute(image), there.compute(grey), atol=0.5)


def test_what_a_place_knows_is_counted(there):
    own = complexity.measure(toy.replacement(), [toy.model().batch(1)])
    other = complexity.measure(there, [jax.ShapeDtypeStruct((1, 3, 115, 115), jnp.float32)])
    assert own.constants < other.constants <= own.constants + 12
    assert other.bits > own.bits


def test_no_picture_has_a_frame():
    """Where the picture ends is no line, whatever its colour and range."""
    rng = np.random.default_rng(0)
    colour = jnp.asarray(rng.uniform(0, 255, (3, 1, 1, 3)), jnp.float32)
    flat = jnp.broadcast_to(colour, (3, 64, 64, 3))
    energy = oriented_energy(flat, toy.replacement().values)
    assert float(energy.max()) < 1e-2
    assert float(toy.replacement().compute(flat).max()) == 0


def test_sites_with_channels_first_are_read_and_written_there():
    moved = placed.between(lambda seen, c: seen[..., :2], 1)
    x = jnp.asarray(np.random.default_rng(0).normal(size=(2, 5, 4, 3)))
    np.testing.assert_array_equal(moved(x, None), x[:, :2])
