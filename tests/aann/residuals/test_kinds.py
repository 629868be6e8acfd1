"""Kinds of misses, and what they are told apart with: ``corrections``, ``halved``, ``mixtures``,
``quarters``."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed_made import observed, smooth
from scipy.ndimage import shift as moved_by
from sklearn.linear_model import LinearRegression

import aann
from aann.residuals import corrections, mixtures
from aann.residuals.halved import Halved, moves, shifted
from aann.residuals.kinds import KINDS, kinds
from aann.residuals.quarters import quarters

Y = smooth()


def shares(natural, artificial, **more):
    found = kinds(observed(natural, artificial, **more))
    np.testing.assert_allclose(found.together[:, 0].sum(), 1)
    return dict(zip(KINDS, found.together[:, 0], strict=True)), found


def test_a_program_at_another_scale():
    found, _ = shares(Y, 1.7 * Y + 0.3)
    assert found["scale"] == pytest.approx(1, abs=1e-6)


def test_a_program_in_another_place():
    found, whole = shares(Y, np.roll(Y, (1, -2), (1, 2)))
    assert found["shift"] > 0.85
    assert whole.share("place") >= found["shift"]


def test_a_program_of_another_shape():
    found, _ = shares(Y, np.sqrt(Y))
    assert found["shape"] > 0.5
    assert found["scale"] + found["shape"] > 0.99


def test_a_program_that_mixes_units():
    y = np.random.default_rng(0).normal(size=(40, 8, 8, 3))
    found, _ = shares(y, y + 0.7 * y[..., [1, 2, 0]])
    assert found["cross-talk"] > 0.6
    assert found["rest"] < 0.01


def test_a_program_that_is_blurred_has_its_neighbours_wrong():
    y = np.random.default_rng(0).normal(size=(40, 10, 10, 2))
    found, _ = shares(y + 0.6 * np.roll(y, 1, 1), y)
    assert found["neighbours"] > 0.8


def test_noise_is_the_rest():
    rng = np.random.default_rng(0)
    p = rng.normal(size=(60, 8, 8, 2))
    found, _ = shares(p + rng.normal(size=p.shape), p)
    assert found["rest"] == pytest.approx(1, abs=0.02)


def test_a_program_that_is_right_has_no_kinds():
    found = kinds(observed(Y, Y))
    assert np.isnan(found.together).all()
    assert np.isnan(found.units).all()
    assert (found.squared == 0).all()
    assert str(found)


@given(
    n=st.integers(1, 30), places=st.sampled_from([(), (1,), (5,), (4, 3), (2, 2, 3)]),
    coordinates=st.booleans(), grouped=st.booleans(), padded=st.booleans(),
    seed=st.integers(0, 99),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_shares_sum_to_one(n, places, coordinates, grouped, padded, seed):
    rng = np.random.default_rng(seed)
    inner = (2,) if coordinates else ()
    y, p = rng.normal(size=(2, n, *places, *inner, 2))
    p[..., 1] = 0  # a constant program
    groups = tuple(i // 2 for i in range(n)) if grouped else None
    present = rng.random((n, *places)) < 0.7 if padded and places else None
    part = observed(y, p, coordinates=int(coordinates), groups=groups, present=present)
    found = kinds(part)
    enough = (n if not grouped else -(-n // 2)) >= 4
    assert np.isfinite(found.together[:, 0]).all() == (enough and part.residual().any())
    known = np.isfinite(found.units[..., 0]).all(1)
    np.testing.assert_allclose(found.units[known, :, 0].sum(1), 1)
    if enough and known.all():
        weights = found.squared / found.squared.sum()
        np.testing.assert_allclose(weights @ found.units[..., 0], found.together[:, 0], atol=1e-9)


def test_few_examples_of_noise_are_not_fitted_to():
    """Shares below 0 are small: what does not help both halves is left out."""
    found = []
    for seed in range(10):
        y, p = np.random.default_rng(seed).normal(size=(2, 12, 3, 20))
        found.append(kinds(observed(y, p)).together[:, 0])
    for kind in ("shape", "neighbours", "cross-talk"):
        share = np.stack(found)[:, KINDS.index(kind)]
        assert share.min() > -0.15
        assert abs(share.mean()) < 0.03


def test_what_cannot_be_known_is_told(unchecked):
    found = kinds(observed(Y, 2 * Y), unknowable=0.25)
    assert "25.0% of the error is in no smooth function" in str(found)
    for wrong in (-0.1, 1.5):
        with pytest.raises(ValueError, match="unknowable is a share, from 0 to 1, got"):
            kinds(observed(Y, 2 * Y), unknowable=wrong)
    for reach in (-1, 1.0, True):
        with pytest.raises(ValueError, match="reach is a whole number of cells from 0 up, got"):
            kinds(observed(Y, 2 * Y), reach=reach)
    with pytest.raises(KeyError, match="kinds are shift, scale, .* and place, got 'tilt'"):
        found.share("tilt")


def test_quarters_keep_groups_and_do_not_depend_on_order():
    names = [f"e{i}" for i in range(21)]
    data = aann.design(aann.from_arrays("x", np.zeros((21, 1), np.float32), names=names))
    found = dict(zip(names, quarters(data), strict=True))
    back = data.take(range(20, -1, -1))
    assert dict(zip(back.names, quarters(back), strict=True)) == found
    assert sorted(np.bincount(list(found.values()))) == [5, 5, 5, 6]
    grouped = aann.from_arrays("x", np.zeros((9, 1), np.float32), groups=tuple("aabbccdde"))
    parts = quarters(aann.design(grouped))
    assert all(parts[i] == parts[i + 1] for i in (0, 2, 4, 6))
    assert quarters(data.take([0, 1, 2])) is None


@given(move=st.tuples(st.integers(-2, 2), st.integers(-2, 2)))
@settings(deadline=None)
def test_maps_are_moved_as_scipy_moves_them(move):
    maps = np.random.default_rng(0).normal(size=(2, 4, 5, 3))
    found = shifted(maps.reshape(2, 20, 3), (4, 5), move).reshape(maps.shape)
    expected = moved_by(maps, (0, *move, 0), order=0, mode="nearest")
    np.testing.assert_allclose(found, expected)
    assert move in list(moves((4, 5), 2))


def test_moves_are_within_maps_and_the_shortest_come_first():
    assert next(iter(moves((4, 5), 2))) == (0, 0)
    assert list(moves((), 2)) == [()]
    assert sorted(moves((1, 2), 2)) == [(0, -1), (0, 0), (0, 1)]


def halves(y, p):
    n, places = y.shape[:2]
    half = np.where(np.arange(n) < n // 2, np.arange(n) % 2, -1)
    return Halved(y, p, np.ones((n, places), bool), (places,), half)


def test_mixtures_are_least_squares():
    rng = np.random.default_rng(0)
    p = rng.normal(size=(80, 10, 3))
    left = p @ rng.normal(size=(3, 3)) + 2
    data = halves(left, p)
    np.testing.assert_allclose(mixtures.cross_talk(data, left, p), left, atol=1e-3)
    noisy = left + rng.normal(size=left.shape)
    rows = data.half >= 0
    fit = LinearRegression().fit(p[rows].reshape(-1, 3), noisy[rows].reshape(-1, 3))
    expected = fit.predict(p.reshape(-1, 3)).reshape(p.shape)
    np.testing.assert_allclose(mixtures.cross_talk(data, noisy, p), expected, atol=0.1)
    assert (mixtures.cross_talk(data, left[..., :1], p[..., :1]) == 0).all()


def test_gain_and_offset_are_numpys():
    rng = np.random.default_rng(0)
    y, p = rng.normal(size=(2, 20, 4, 2))
    gain, offset = corrections.affine(y, p, np.ones((20, 4), bool))
    for i in range(2):
        np.testing.assert_allclose(
            (gain[i], offset[i]), np.polyfit(p[..., i].ravel(), y[..., i].ravel(), 1)
        )
    gain, offset = corrections.affine(y, 0 * p + 3, np.ones((20, 4), bool))
    assert (gain == 0).all()
    np.testing.assert_allclose(offset, y.mean((0, 1)))
