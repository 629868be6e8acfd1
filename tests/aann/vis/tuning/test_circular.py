import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from aann.vis.tuning import circular

ANGLES = tuple(float(a) for a in range(0, 360, 15))


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 359), st.floats(0.1, 8))
def test_the_mean_vector_finds_the_peak(peak, sharpness):
    off = np.deg2rad(np.asarray(ANGLES) - peak)
    length, angle = circular.mean_vector(np.exp(sharpness * np.cos(off))[None], ANGLES)
    assert circular.angle_between(angle[0], peak) < 0.5
    assert 0 < length[0] < 1


def test_flat_and_silent_units_are_not_selective():
    length, _ = circular.mean_vector(np.stack([np.ones(24), np.zeros(24)]), ANGLES)
    np.testing.assert_allclose(length, 0, atol=1e-12)


def test_directions_and_responses_agree_in_number():
    with pytest.raises(ValueError, match="tuning has 3 directions, but 24"):
        circular.mean_vector(np.ones((2, 3)), ANGLES)


def test_angles_differ_by_at_most_half_a_turn():
    np.testing.assert_allclose(circular.angle_between([350, 10, 0], [10, 350, 180]), [20, 20, 180])


MANY = tuple(np.arange(720) / 2)


def published(assets, site):
    """Distill's tuning curves, (units, 720)."""
    plain = json.loads((assets / "distill_curves" / f"curves-{site}.json").read_text())
    return np.array([plain["activations"][str(n)] for n in plain["neurons"]])


def test_half_widths_of_the_published_curves_are_those_that_were_published(assets):
    widths = circular.half_width(published(assets, "mixed3b"), MANY)
    assert widths.min() == pytest.approx(28, abs=1)
    assert widths.max() == pytest.approx(68, abs=1)


def test_published_curves_have_an_echo_in_mixed3a_and_none_in_mixed3b(assets):
    assert circular.echo(published(assets, "mixed3b"), MANY).max() < 0.03
    early = circular.echo(published(assets, "mixed3a"), MANY)
    assert (early > 0.1).sum() == 10
    assert np.median(early) > 0.15


def test_published_curves_point_where_they_were_said_to(assets):
    peaks = [243, 268.5, 290, 358, 22.5, 66.5, 91.5, 110, 145, 181]
    _, found = circular.mean_vector(published(assets, "mixed3b"), MANY)
    assert circular.angle_between(found, peaks).max() < 15


def test_the_first_modes_of_published_curves_have_most_of_the_variance(assets):
    later = circular.pooled_harmonics(published(assets, "mixed3b"), MANY, 3)
    early = circular.pooled_harmonics(published(assets, "mixed3a"), MANY, 3)
    assert later[0] > later[1] > later[2]
    assert later.sum() > 0.85
    assert early[1] > early[0]  # the echo


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=24, max_size=24))
def test_the_mean_vector_is_scipys(counts):
    length, angle = circular.mean_vector(np.array([counts], float), ANGLES)
    if sum(counts) == 0:
        assert length[0] == 0
        return
    samples = np.repeat(ANGLES, counts)
    assert length[0] == pytest.approx(1 - stats.circvar(samples, high=360), abs=1e-9)
    if length[0] > 1e-6:
        assert circular.angle_between(angle[0], stats.circmean(samples, high=360)) < 1e-3


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 359), st.floats(2, 30), st.floats(0.1, 100))
def test_half_width_is_that_of_the_formula(peak, sharpness, top):
    curve = top * np.exp(sharpness * (np.cos(np.deg2rad(np.array(MANY) - peak)) - 1))
    expected = 2 * np.rad2deg(np.arccos(1 - np.log(2) / sharpness))
    assert circular.half_width(curve, MANY) == pytest.approx(expected, abs=0.3)
    assert circular.echo(curve, MANY) == pytest.approx(0, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 719), st.floats(0.05, 0.9), st.floats(-40, 40))
def test_an_echo_is_the_second_peak(turn, height, aside):
    off = np.deg2rad(np.array(MANY))
    curve = np.exp(9 * (np.cos(off) - 1)) + height * np.exp(
        9 * (np.cos(off - np.pi - np.deg2rad(aside)) - 1)
    )
    assert circular.echo(np.roll(curve, turn), MANY) == pytest.approx(height, rel=0.05)


def test_flat_and_silent_curves_have_no_width_and_no_echo():
    curves = np.stack([np.ones(24), np.zeros(24), -np.ones(24)])
    np.testing.assert_array_equal(circular.half_width(curves, ANGLES), 360)
    np.testing.assert_array_equal(circular.echo(curves, ANGLES), 0)
    np.testing.assert_array_equal(circular.harmonics(curves, ANGLES), 0)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0.5, 3), min_size=3, max_size=3),
    st.lists(st.floats(0, 6), min_size=3, max_size=3),
    st.sampled_from([7, 8, 24, 25]),
)
def test_harmonics_are_parts_of_the_variance(sizes, phases, n):
    angle = np.arange(n) * 2 * np.pi / n
    waves = [
        a * np.cos(k * (angle - p)) for k, (a, p) in enumerate(zip(sizes, phases, strict=True), 1)
    ]
    curve = 5 + np.sum(waves, 0)
    found = circular.harmonics(curve, tuple(np.rad2deg(angle)), 3)
    np.testing.assert_allclose(found, [w.var() / curve.var() for w in waves], atol=1e-9)
    noise = np.random.default_rng(n).normal(size=(4, n))
    whole = circular.harmonics(noise, tuple(np.rad2deg(angle)), n // 2)
    np.testing.assert_allclose(whole.sum(-1), 1)


def test_pooled_harmonics_count_strong_units_more():
    angle = np.deg2rad(ANGLES)
    curves = np.stack([3 * np.cos(angle), np.cos(2 * angle)])
    np.testing.assert_allclose(circular.pooled_harmonics(curves, ANGLES, 2), [0.9, 0.1])


def test_wrong_directions_are_told_together():
    with pytest.raises(ValueError, match=r"tuning has 5 directions, but 3 .*; directions are at l"):
        circular.half_width(np.ones(5), (0.0, 10.0, 20.0))
    with pytest.raises(ValueError, match="24 directions show modes 1 to 12, got 13 modes"):
        circular.harmonics(np.ones(24), ANGLES, 13)


@pytest.mark.parametrize("statistic", ["mean_vector", "half_width", "echo", "harmonics"])
def test_numbers_that_are_none_have_no_statistics(statistic):
    with pytest.raises(ValueError, match="tuning is NaN or infinite somewhere"):
        getattr(circular, statistic)(np.full((1, 12), np.nan), [30.0 * k for k in range(12)])
