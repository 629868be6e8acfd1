"""``ridge`` and ``rows``: linear predictions across folds, against scikit-learn's."""

import dataclasses

import noisy_toy
import numpy as np
import pytest
from sklearn.linear_model import Ridge

import aann
from aann.bench.equations import RIDGE
from aann.bench.workbench import workbench
from aann.evaluation.seen import see
from aann.residuals import ridge
from aann.residuals.folds import folds
from aann.residuals.rows import rows_of


def crossed(model, design, place=None):
    bench = workbench(model, place or noisy_toy.replacement(), 16)
    (seen,), _ = see(bench, design)
    rows, part = rows_of(seen), folds(design, 3, 0)
    return seen, rows, part, ridge.ridges(rows, part)


@pytest.mark.parametrize(("places", "n"), [((), 60), ((4, 4), 12), ((3,), 20)])
def test_linear_is_what_scikit_learn_says(places, n):
    _, rows, part, (found, said) = crossed(
        noisy_toy.model(places=places), noisy_toy.design(n, places)
    )
    assert said == ""
    assert [one.name for one in found] == ["linear", "ridge"]
    x = np.concatenate([x for _, x in rows.features(np.arange(n))]).astype(np.float64)
    y = rows.targets().astype(np.float64)
    for f in range(3):
        fit, on = (m.reshape(-1) for m in (part != f, part == f))
        xs, ys = (v[fit].reshape(-1, v.shape[-1]) for v in (x[..., :-1], y))
        alpha = RIDGE * xs.var(0).mean() * len(xs)
        expected = Ridge(alpha).fit(xs, ys).predict(x[on][..., :-1].reshape(-1, xs.shape[1]))
        mine = found[0].values[on].reshape(expected.shape)
        np.testing.assert_allclose(mine, expected, atol=2e-4)
    assert found[0].weights == rows.width * rows.outputs


def test_fewer_rows_than_features_give_the_same(monkeypatch):
    model, design = noisy_toy.model(places=(4, 4)), noisy_toy.design(12, (4, 4))
    *_, (found, _) = crossed(model, design)
    monkeypatch.setattr(ridge, "_primal", None)
    seen = crossed_dual(model, design)
    for one, two in zip(found, seen, strict=True):
        np.testing.assert_allclose(one.values.reshape(-1), two.reshape(-1), atol=2e-3)


def crossed_dual(model, design):
    bench = workbench(model, noisy_toy.replacement(), 16)
    (seen,), _ = see(bench, design)
    return list(ridge._dual(rows_of(seen), folds(design, 3, 0)).values())


def test_the_penalty_of_ridge_is_chosen():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 40)).astype(np.float32)

    def apply(p, x):
        h = aann.site("h", x[:, :30])
        return aann.site("u", h[:, :1] * 0.2 + x[:, 35:36])

    import jax

    model = aann.Model(apply, {}, "m", jax.ShapeDtypeStruct((40,), np.float32))
    design = aann.design(aann.from_arrays("x", x))
    place = aann.make(lambda h, c: h[:, :1], model="m", site="u", units=(0,), reads=("h",))
    seen, _, _, (found, _) = crossed(model, design, place)
    linear, chosen = (np.square(f.values - seen.table).mean() for f in found)
    assert chosen < 0.8 * linear


@pytest.mark.parametrize("dual", [False, True])
@pytest.mark.parametrize("heads", [0, 2])
def test_padding_counts_nowhere(dual, heads):
    mask = np.arange(6)[None] < np.random.default_rng(1).integers(2, 7, 40)[:, None]
    x = noisy_toy.data(40, (6,)).load(range(40))
    design = aann.design(aann.from_arrays("padded", x, mask=mask))
    model = noisy_toy.model(places=(6,), heads=heads)  # with heads rows are whole examples
    seen, _, part, _ = crossed(model, design)
    fit = ridge._dual if dual else ridge._primal
    found = []
    for hidden in (0.0, 1e6):
        here = seen.present.reshape(
            *seen.present.shape, *[1] * (seen.natural.ndim - seen.present.ndim)
        )
        natural = np.where(here, seen.natural, np.float32(hidden))
        changed = dataclasses.replace(seen, natural=natural)
        values = fit(rows_of(changed), part)["linear"].reshape(seen.table.shape)
        found.append(values[seen.here])
    np.testing.assert_array_equal(*found)


def test_what_is_too_large_is_left_out(monkeypatch):
    monkeypatch.setattr(ridge, "MOST", 10)
    monkeypatch.setattr(ridge, "WIDEST", 2)
    *_, (found, said) = crossed(noisy_toy.model(), noisy_toy.design(30))
    assert found == []
    assert said == "linear and ridge are left out: 4 features of 30 rows are too many"
