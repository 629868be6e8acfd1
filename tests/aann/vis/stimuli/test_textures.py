import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.vis.stimuli.textures import checkerboards, dots, noise


def test_a_checkerboard_is_that_of_arithmetic():
    cover = checkerboards((32, 32), 4.0, place=(1.5, 1.5))[0]
    y, x = np.mgrid[:32, :32]
    np.testing.assert_allclose(cover, (y // 4 + x // 4) % 2 == 0, atol=1e-6)


@settings(max_examples=10, deadline=None)
@given(st.floats(0, 90), st.floats(3, 10))
def test_half_is_filled_and_a_quarter_turn_turns(orientation, square):
    first, second = checkerboards((81, 81), square, [orientation, orientation + 90])
    assert first.mean() == pytest.approx(0.5, abs=0.05)  # the edge cuts squares
    np.testing.assert_allclose(np.rot90(first), second, atol=1e-4)


@settings(max_examples=10, deadline=None)
@given(st.floats(2, 4), st.floats(0, 1), st.integers(0, 99))
def test_every_dot_is_whole(radius, jitter, seed):
    cover = dots((96, 96), 12.0, radius, jitter=jitter, seeds=[seed])[0]
    assert cover.sum() == pytest.approx(64 * np.pi * radius**2, rel=0.04)


def test_dots_without_jitter_are_a_grid_and_seeds_differ():
    still = dots((36, 36), 12.0, jitter=0.0, seeds=[0, 1])
    np.testing.assert_array_equal(still[0], still[1])
    np.testing.assert_allclose(still[0][:12, :12], still[0][12:24, 24:], atol=1e-6)
    moved = dots((36, 36), 12.0, seeds=[0, 1, 0])
    np.testing.assert_array_equal(moved[0], moved[2])
    assert (moved[0] != moved[1]).any()


@pytest.mark.parametrize("slope", [0.0, 1.0, 2.0])
def test_noise_has_the_spectrum_that_was_asked_for(slope):
    found = noise((64, 64), slope, seeds=range(30), spread=0.1)
    assert found.std() == pytest.approx(0.1, rel=0.02)
    power = (np.abs(np.fft.fft2(found - 0.5)) ** 2).mean(0)
    f = np.hypot(np.fft.fftfreq(64)[:, None], np.fft.fftfreq(64)[None])
    some = (f > 0.03) & (f < 0.4)
    fitted = np.polyfit(np.log(f[some]), np.log(power[some]), 1)[0]
    assert fitted == pytest.approx(-2 * slope, abs=0.15)


def test_problems_are_told():
    with pytest.raises(ValueError, match="square is at least 1 pixel"):
        checkerboards((9, 9), 0.5)
    with pytest.raises(ValueError, match="spacing is more than two radii, got 6 for a radius of 3"):
        dots((9, 9), 6.0, 3.0)
    with pytest.raises(ValueError, match="jitter is from 0 to 1"):
        dots((9, 9), jitter=2.0)
    with pytest.raises(ValueError, match="spread is a positive number, got 0; .*slope 2, seed 3"):
        noise((9, 9), [0.0, 1.0], seeds=range(3), spread=0.0)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("render", [dots, noise])
@pytest.mark.parametrize("seeds", [(-1,), (0.5,), 3])
def test_seeds_are_whole_numbers_and_not_rounded(render, seeds):
    with pytest.raises(ValueError, match="seeds are whole numbers from 0 up, one a picture"):
        render((8, 8), seeds=seeds)
    assert (render((8, 8), seeds=(2**53,)) != render((8, 8), seeds=(2**53 + 1,))).any()


@pytest.mark.parametrize("slope", [100.0, -100.0])
def test_steep_noise_is_noise(slope):
    covers = noise((9, 13), slope)
    assert np.isfinite(covers).all()
    assert covers.std() > 0.1
