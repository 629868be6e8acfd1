import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.vis.stimuli.gratings import gabors, gratings


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 180), st.floats(4, 12))
def test_the_spectrum_peaks_at_the_wave(direction, wavelength):
    cover = gratings((96, 96), direction, wavelength)[0].astype(float) - 0.5
    window = np.hanning(96)
    power = np.abs(np.fft.fft2(cover * window[:, None] * window))
    down, right = np.unravel_index(power.argmax(), power.shape)
    f = np.fft.fftfreq(96)
    assert np.hypot(f[down], f[right]) == pytest.approx(1 / wavelength, abs=0.008)
    angle = np.rad2deg(np.arctan2(-f[down], f[right]))
    assert abs((angle - direction + 90) % 180 - 90) < 6


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 360), st.floats(0, 360), st.booleans())
def test_opposite_phases_are_opposite_contrasts(direction, phase, square):
    a, b = gratings((40, 40), direction, 8.0, phase=[phase, phase + 180], square=square, radius=15)
    np.testing.assert_allclose(a + b, 1, atol=1e-5)
    a, b = gabors((40, 40), direction, 8.0, phase=[phase, phase + 180])
    np.testing.assert_allclose(a + b, 1, atol=1e-5)


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 360), st.floats(0, 360))
def test_turning_the_direction_turns_the_picture(direction, phase):
    for render in (gratings, gabors):
        first, second = render((41, 41), [direction, direction + 90], 8.0, phase=phase)
        np.testing.assert_allclose(np.rot90(first), second, atol=1e-4)


def test_windows_end_and_square_bars_are_light_half_of_the_time():
    cover = gratings((64, 64), 20.0, 8.0, radius=20.0)[0]
    assert cover[0, 0] == cover[0, -1] == 0.5
    bars = gratings((64, 64), 0.0, 8.0, square=True)[0]
    assert bars.mean() == pytest.approx(0.5, abs=0.01)
    assert set(np.unique(bars)) <= {0.0, 0.5, 1.0}


def test_gabors_fade_as_their_window_does():
    cover = gabors((65, 65), 0.0, 8.0, spread=6.0, length=2.0)[0] - 0.5
    assert cover[32, 32] == pytest.approx(0.5)
    assert cover[32, 32 + 8] == pytest.approx(0.5 * np.exp(-((8 / 6) ** 2) / 2), rel=1e-4)
    assert cover[32 - 12, 32] == pytest.approx(0.5 * np.exp(-0.5), rel=1e-4)


def test_waves_finer_than_pixels_are_refused():
    with pytest.raises(ValueError, match="wavelength is at least 2 pixels, got 1; spread is a pos"):
        gabors((9, 9), 0.0, 1.0, spread=0.0)
