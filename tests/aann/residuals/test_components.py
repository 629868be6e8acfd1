import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed_made import observed
from sklearn.decomposition import PCA

from aann.residuals.components import over_places, over_units


def values(shape, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(2, *shape)) * np.arange(1, 1 + shape[-1])


def test_over_units_is_sklearns():
    part = observed(*values((30, 4, 5, 6)), units=range(10, 16))
    found = over_units(part, most=4)
    rows = part.residual().reshape(-1, 6).astype(np.float64)
    other = PCA(4, svd_solver="full").fit(rows)
    np.testing.assert_allclose(found.explained, other.explained_variance_ratio_, rtol=1e-5)
    products = found.directions.reshape(4, 6) @ other.components_.T
    np.testing.assert_allclose(np.abs(products), np.eye(4), atol=1e-3)
    np.testing.assert_allclose(found.mean[0], rows.mean(0), atol=1e-6)
    assert "15:+" in str(found)


@given(n=st.integers(1, 9), side=st.integers(1, 4), units=st.integers(1, 3), padded=st.booleans())
@settings(max_examples=30, deadline=None)
def test_all_components_are_the_residual_again(n, side, units, padded):
    present = None
    if padded:
        present = np.arange(side)[None, :, None] < 1 + np.arange(n)[:, None, None] % side
        present = np.broadcast_to(present, (n, side, side))
    part = observed(*values((n, side, side, units)), present=present)
    y, p = (x.astype(np.float64) for x in part.grids())
    residual = np.where(part.here[..., None], y - p, 0)
    rows = residual[part.here].reshape(-1, 1, units)
    found = over_units(part, most=99)
    np.testing.assert_allclose(found.back(found.scores(rows)), rows, atol=1e-5)
    assert found.variance.sum() == pytest.approx(found.total, abs=1e-9)
    assert found.total == pytest.approx(rows.var(0).sum(), abs=1e-9)
    maps = np.moveaxis(residual.reshape(n, side, side, units), -1, 1).reshape(-1, side, side)
    found = over_places(part, most=99)
    if side == 1:
        assert found is None
        return
    assert found.variance.sum() == pytest.approx(found.total, abs=1e-9)
    if not padded:
        np.testing.assert_allclose(found.back(found.scores(maps)), maps, atol=1e-5)
    flat = found.directions.reshape(len(found.directions), side * side)
    np.testing.assert_allclose(flat @ flat.T, np.eye(len(flat)), atol=1e-6)


@pytest.mark.parametrize("shape", [(30, 4, 4, 2), (6, 9, 9, 2)], ids=["wide", "high"])
def test_over_places_is_sklearns(shape):
    part = observed(*values(shape))
    found = over_places(part, most=3)
    rows = np.moveaxis(part.residual().reshape(shape), -1, 1).reshape(-1, shape[1] * shape[2])
    other = PCA(3, svd_solver="full").fit(rows.astype(np.float64))
    np.testing.assert_allclose(found.explained, other.explained_variance_ratio_, rtol=1e-4)


def test_patches_are_those_of_windows():
    y, p = values((8, 5, 6, 2))
    present = np.ones((8, 5, 6), bool)
    present[0, 0, 0] = False
    part = observed(y, p, present=present)
    found = over_places(part, most=9, patch=3)
    maps = np.moveaxis(part.residual().reshape(8, 5, 6, 2), -1, 1)
    windows = np.lib.stride_tricks.sliding_window_view(maps, (3, 3), (2, 3))
    kept = np.ones(windows.shape[:4], bool)
    kept[0, :, 0, 0] = False
    rows = windows[kept].reshape(-1, 9).astype(np.float64)
    assert found.rows == len(rows)
    np.testing.assert_allclose(found.variance.sum(), rows.var(0).sum(), rtol=1e-6)
    np.testing.assert_allclose(found.mean.ravel(), rows.mean(0), atol=1e-6)


def test_units_that_err_together_are_one_component():
    rng = np.random.default_rng(0)
    common = rng.normal(size=(50, 4, 1))
    y = common * np.array([1.0, 1.0, 0.0, -1.0])
    found = over_units(observed(y, 0 * y), most=2)
    assert found.explained[0] == pytest.approx(1)
    np.testing.assert_allclose(np.abs(found.directions[0, 0]), np.array([1, 1, 0, 1]) / 3**0.5,
                               atol=1e-5)  # fmt: skip


def test_a_bias_is_no_component():
    found = over_units(observed(np.ones((5, 3, 2)), np.zeros((5, 3, 2))))
    assert found.bias == pytest.approx(1)
    assert found.total == pytest.approx(0)
    nothing = over_places(observed(np.ones((5, 3, 2)), np.ones((5, 3, 2))))
    assert np.isnan(nothing.explained).all()
    assert np.isnan(nothing.bias)
    assert str(nothing)


def test_hostile_options(unchecked):
    part = observed(*values((4, 3, 3, 2)))
    assert over_places(observed(*values((4, 2)))) is None
    for most in (0, -1, 2.0):
        with pytest.raises(ValueError, match="components are a whole number from 1 up"):
            over_units(part, most)
    with pytest.raises(ValueError, match=r"patches of 4 do not fit into maps of \(3, 3\)"):
        over_places(part, patch=4)
