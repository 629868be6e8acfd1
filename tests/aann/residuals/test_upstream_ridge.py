"""Cross-validated ridge from sums, against scikit-learn on the rows themselves."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from aann.residuals.upstream_ridge import Sums, contributions, validated


def sums(x, y):
    one = np.column_stack([x, np.ones(len(x))])
    return Sums(one.T @ one, one.T @ y, (y * y).sum(0))


@pytest.fixture
def folds():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 5)) + 3
    y = x[:, :2] @ rng.normal(size=(2, 3)) + rng.normal(size=(60, 3)) + 1
    return [(x[k::4], y[k::4]) for k in range(4)]


def test_errors_are_those_of_scikit_learn(folds):
    found = validated([sums(*fold) for fold in folds])
    for k, (x, y) in enumerate(folds):
        others = [f for j, f in enumerate(folds) if j != k]
        tx, ty = (np.concatenate(a) for a in zip(*others, strict=True))
        spread = ((tx - tx.mean(0)) ** 2).sum(0).mean()
        model = Ridge(alpha=found.penalty * spread).fit(tx, ty)
        np.testing.assert_allclose(found.error[k], ((y - model.predict(x)) ** 2).sum(0))
        np.testing.assert_allclose(found.total[k], ((y - ty.mean(0)) ** 2).sum(0))
    assert 0.3 < found.r2 < 1
    assert found.r2_outputs.shape == (3,)


def test_dropping_a_channel_is_refitting_without_it(folds):
    found = validated([sums(*fold) for fold in folds])
    x, y = (np.concatenate(a) for a in zip(*folds, strict=True))
    drops, alone = contributions(found, np.array([[0], [1], [4]]))
    alpha = found.penalty * ((x - x.mean(0)) ** 2).sum(0).mean()

    def objective(columns):
        model = Ridge(alpha=alpha).fit(x[:, columns], y)
        left = ((y - model.predict(x[:, columns])) ** 2).sum(0)
        return left + alpha * (model.coef_**2).sum(1)

    spread = ((y - y.mean(0)) ** 2).sum(0)
    for row, gone in enumerate((0, 1, 4)):
        rest = [i for i in range(5) if i != gone]
        worse = (objective(rest) - objective(list(range(5)))) / spread
        np.testing.assert_allclose(drops[row], worse, atol=1e-10)
        for unit in range(3):
            expected = np.corrcoef(x[:, gone], y[:, unit])[0, 1]
            assert alone[row, unit] == pytest.approx(expected)


def test_noise_predicts_nothing():
    rng = np.random.default_rng(1)
    parts = [sums(rng.normal(size=(50, 8)), rng.normal(size=(50, 2))) for _ in range(4)]
    assert -0.1 < validated(parts).r2 < 0.05


def test_what_does_not_vary_has_no_r2():
    rng = np.random.default_rng(1)
    parts = [sums(rng.normal(size=(9, 2)), np.zeros((9, 1))) for _ in range(3)]
    found = validated(parts)
    assert np.isnan(found.r2)
    drops, alone = contributions(found, np.array([[0], [1]]))
    assert (drops == 0).all()
    assert (alone == 0).all()
    constant = validated([sums(np.ones((9, 2)), rng.normal(size=(9, 1))) for _ in range(3)])
    assert np.isfinite(constant.r2)
