import numpy as np
from observed_made import observed, smooth

from aann.residuals.where import where


def test_maps_have_the_means_of_the_units():
    rng = np.random.default_rng(0)
    y = smooth(n=20)
    part = observed(y, y + rng.normal(size=y.shape) + 0.5)
    found = where(part)
    residual = part.natural.astype(np.float64) - part.artificial
    assert found.mean.shape == (3, 12, 12)
    np.testing.assert_allclose(found.mean, np.moveaxis(residual.mean(0), -1, 0), atol=1e-6)
    np.testing.assert_allclose(found.absolute.mean((1, 2)), np.abs(residual).mean((0, 1, 2)))
    np.testing.assert_allclose(found.squared.mean((1, 2)), (residual**2).mean((0, 1, 2)), rtol=1e-6)
    np.testing.assert_allclose(found.together[2].mean(), (residual**2).mean(), rtol=1e-6)
    assert (found.count == 20).all()
    assert "worst at" in str(found)


def test_a_spot_is_found():
    y = np.zeros((15, 6, 7, 2))
    p = y.copy()
    p[:, 4, 2, 1] = 3
    text = str(where(observed(y, p, units=(8, 9))))
    assert "4, 2" in text
    assert "42.00" in text


def test_padding_and_places_that_nobody_has():
    y = np.ones((4, 5, 1))
    present = np.arange(5)[None] < np.array([1, 2, 3, 3])[:, None]
    found = where(observed(y, 0 * y, present=present))
    np.testing.assert_array_equal(found.count, [4, 3, 2, 0, 0])
    np.testing.assert_allclose(found.mean[0, :3], 1)
    assert np.isnan(found.squared[0, 3:]).all()
    assert str(found)


def test_one_value_an_example_and_coordinates():
    y = np.random.default_rng(0).normal(size=(9, 2))
    found = where(observed(y, 0 * y))
    np.testing.assert_allclose(found.mean, np.float32(y).mean(0), rtol=1e-5)
    heads = np.random.default_rng(0).normal(size=(9, 3, 4, 2))
    found = where(observed(heads, 0 * heads, coordinates=1))
    np.testing.assert_allclose(found.squared, (heads**2).mean((0, 2)).T, rtol=1e-5)
