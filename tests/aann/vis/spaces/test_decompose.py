import numpy as np
import pytest

from aann.vis.spaces.decompose import estimator_of, fitted, name_of, ordered


def test_order_sign_and_scale_are_fixed():
    rng = np.random.default_rng(0)
    rows = np.asarray([[1.0, 0, 0], [0, -4.0, 0]])
    strength = rng.normal(size=(50, 2)) * [1, 2]
    data = strength @ rows
    shares, (scaled, unit) = ordered(strength, rows, data)
    np.testing.assert_allclose(unit, [[0, 1, 0], [1, 0, 0]])
    np.testing.assert_allclose(scaled @ unit, data)
    assert shares[0] > shares[1]
    assert shares.sum() == pytest.approx(1)


def test_what_is_from_0_up_stays_so():
    strength, rows = np.ones((4, 1)), np.asarray([[-2.0, 0.5]])
    _, (scaled, unit) = ordered(strength, rows, strength @ rows)
    assert (scaled > 0).all()
    assert unit[0, 0] < 0


@pytest.mark.parametrize("split", [False, True])
def test_nmf_gives_back_what_it_was_given(split):
    rng = np.random.default_rng(0)
    flat = rng.normal(size=(40, 4)) if split else rng.uniform(size=(40, 4))
    strength, rows, centre, _ = fitted(estimator_of("nmf", 4, 0), flat, split)
    assert rows.shape == (4, 4)
    assert not centre.any()
    assert np.square(strength @ rows - flat).mean() < 0.6 * np.square(flat).mean()
    assert (strength >= 0).all()


def test_names():
    assert name_of("nmf", False) == "NMF"
    assert name_of("nmf", True) == "NMF of both signs"
    assert name_of(estimator_of("pca", 2, 0), False) == "PCA"
