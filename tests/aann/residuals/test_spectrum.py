import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed_made import observed

from aann.residuals.spectrum import spectrum


@given(places=st.lists(st.integers(1, 7), min_size=1, max_size=3), coordinates=st.booleans())
@settings(max_examples=25, deadline=None)
def test_powers_sum_to_the_mean_square(places, coordinates):
    rng = np.random.default_rng(0)
    inner = (2,) if coordinates else ()
    y, p = rng.normal(size=(2, 5, *places, *inner, 3))
    part = observed(y, p, coordinates=int(coordinates))
    found = spectrum(part)
    if max(places) < 2:
        assert found is None
        return
    axes = tuple(range(1 + len(places) + coordinates))
    for power, values in (
        (found.natural, part.natural),
        (found.artificial, part.artificial),
        (found.residual, part.natural.astype(np.float64) - part.artificial),
    ):
        np.testing.assert_allclose(
            power.sum(1), (values.astype(np.float64) ** 2).mean(axes), rtol=1e-6
        )
    assert found.modes.sum() == np.prod(places)
    assert found.modes[0] == 1


def test_the_constant_is_the_first_band_and_a_wave_the_band_of_its_length():
    x = np.arange(16)
    wave = np.cos(2 * np.pi * 3 * x / 16)[None, :, None, None] * np.ones((12, 1, 16, 1))
    found = spectrum(observed(2 + wave, np.full_like(wave, 2)))
    np.testing.assert_allclose(found.natural[0, 0], 4)
    np.testing.assert_allclose(found.residual[0, 3], 0.5)
    np.testing.assert_allclose(np.delete(found.residual[0], 3), 0, atol=1e-10)
    assert found.frequency[3] == pytest.approx(3 / 16)
    assert found.left[0, 3] == pytest.approx(1)
    assert "wavelength" in str(found)


def test_padding_is_zero_and_divides_by_what_is_there():
    y = np.ones((2, 4, 1))
    present = np.array([[True] * 4, [True, True, False, False]])
    found = spectrum(observed(np.where(present[..., None], y, 99), 0 * y, present=present))
    assert found.natural.sum() == pytest.approx(1)


def test_one_value_an_example_has_none():
    assert spectrum(observed(np.ones((4, 2)), np.ones((4, 2)))) is None


def test_right_and_silent_programs():
    found = spectrum(observed(np.zeros((3, 4, 1)), np.zeros((3, 4, 1))))
    assert np.isnan(found.left).all()
    assert str(found)
