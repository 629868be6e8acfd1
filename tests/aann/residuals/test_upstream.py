"""What predicts a residual. Also ``upstream_found`` and ``upstream_sums``."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import residual_toy as toy
from sklearn.linear_model import LinearRegression

import aann
from aann.residuals import upstream_sums


@pytest.fixture(scope="module")
def flat():
    return aann.residuals(toy.flat(), toy.half(), toy.examples(), batch_size=20, progress=False)


@pytest.fixture(scope="module")
def found(flat):
    return flat.upstream(progress=False)


def test_the_site_that_holds_the_missing_term_is_first(found):
    first, *others = found.sites
    assert first.site == "square"
    assert first.r2 > 0.999
    assert (first.r2_outputs > 0.999).all()
    assert not first.read
    assert all(s.r2 < 0.3 for s in others)
    assert [s.read for s in others if s.site == "plain"] == [True]
    assert set(found.left_out) == {"m", "logits"}


def test_units_are_ranked_by_what_the_missing_term_weighs(found):
    best = found.best(6, site="square")
    x = toy.examples().load(range(48)) ** 2
    own = 1 / np.diag(np.linalg.inv(np.cov(x.T)))  # what the others do not say of it
    importance = (toy.B[:, list(toy.UNITS)] ** 2).sum(1) * own
    assert [u.unit[0] for u in best[:3]] == np.argsort(-importance)[:3].tolist()
    assert found.best(6)[0] == best[0]
    assert all(not u.read for u in found.best(50, unread=True))
    assert found.weights.sum() == pytest.approx(1)


def test_batches_change_nothing(found):
    whole = aann.residuals(toy.flat(), toy.half(), toy.examples(), batch_size=7, progress=False)
    again = whole.upstream(progress=False)
    for a, b in zip(found.sites, again.sites, strict=True):
        assert a.site == b.site
        np.testing.assert_allclose(a.r2, b.r2, atol=1e-4)
        np.testing.assert_allclose(a.drops, b.drops, atol=1e-4)


def test_sites_that_do_not_fit_together_take_more_passes(found, flat, monkeypatch):
    monkeypatch.setattr(upstream_sums, "AT_ONCE", 1)
    flat.kept.clear()
    again = flat.upstream(progress=False)
    assert [s.site for s in again.sites] == [s.site for s in found.sites]
    np.testing.assert_allclose([s.r2 for s in again.sites], [s.r2 for s in found.sites], atol=1e-5)


def test_a_grid_is_predicted_cell_by_cell():
    lab = aann.residuals(toy.grid(), toy.on_grid(0.0), toy.pictures(), progress=False)
    found = lab.upstream(sites=("below",), top=1, progress=False)
    (site,) = found.sites
    assert site.how == "2 x 2 cells in one"
    x = lab.examples.load(range(24)).reshape(24, 4, 2, 4, 2, 3).transpose(0, 1, 3, 2, 4, 5)
    rows = x.reshape(24 * 16, 12)
    y = lab.part().natural.reshape(24 * 16, 3)
    within = LinearRegression().fit(rows, y).score(rows, y, sample_weight=None)
    assert site.r2 == pytest.approx(within, abs=0.1)
    wide = lab.upstream(sites=("below",), neighbours=True, progress=False).sites[0]
    assert wide.width == 9 * site.width
    assert wide.r2 < site.r2  # neighbours tell nothing here, and 24 pictures are few


def test_padding_predicts_nothing():
    lab = aann.residuals(toy.tokens(), toy.two_programs(), toy.sentences(), progress=False)
    with pytest.raises(KeyError, match="name one of upper, lower"):
        lab.upstream(progress=False)
    found = lab.upstream("lower", progress=False)
    assert {s.site for s in found.sites} == {"embed", "low"}
    wider = lab.upstream("lower", neighbours=True, progress=False)
    assert all(np.isfinite(s.r2) for s in (*found.sites, *wider.sites))
    assert found.left_out["input"].startswith("is of dtype int32")


def test_units_of_a_residual_that_is_nothing():
    def right(plain, c):
        return (plain @ jnp.asarray(toy.A) + plain * plain @ jnp.asarray(toy.B))[:, toy.MINE]

    def model(p, x):
        plain = aann.site("plain", x * 1.0)
        m = aann.site("m", plain @ p["a"] + plain * plain @ p["b"])
        return m @ p["c"]

    lab = aann.residuals(toy.flat(model), toy.half(right), toy.examples(), progress=False)
    lab.part().artificial[...] = lab.part().natural
    found = lab.upstream(progress=False)
    assert np.isnan([s.r2 for s in found.sites]).all()
    assert "nan" in str(found)


def rectified(params, x):
    plain = aann.site("plain", x * 1.0)
    branch = aann.site("branch", plain @ params["a"] + plain * plain @ params["b"])
    return aann.site("m", jax.nn.relu(branch)) @ params["c"]


def test_a_site_that_holds_the_units_themselves_is_left_out_unless_it_is_named():
    lab = aann.residuals(toy.flat(rectified), toy.half(), toy.examples(), progress=False)
    found = lab.upstream(progress=False)
    assert {s.site for s in found.sites} == {"input", "plain"}
    assert (
        found.left_out["branch"] == f"holds {len(toy.UNITS)} of {len(toy.UNITS)} units themselves"
    )
    named = lab.upstream(sites=["branch"], progress=False)
    assert [s.site for s in named.sites] == ["branch"]


def test_where_no_other_site_is_left_it_says_so():
    def model(params, x):
        return aann.site("m", x[:, :4] * 1.0) @ params["c"]

    def right(x, c):
        return 0.5 * x[:, list(toy.UNITS)]

    lab = aann.residuals(
        toy.flat(model), toy.half(right, reads=("input",)), toy.examples(), progress=False
    )
    with pytest.raises(ValueError, match=r"hold the units themselves \(input\): name one with"):
        lab.upstream(progress=False)


@pytest.mark.parametrize(
    ("made", "own"),
    [
        (lambda y: y, (0, 1)),
        (lambda y: np.stack([y[:, 0] - 3 * (y[:, 0] == 0), y[:, 1] ** 2], 1), (0,)),
        (lambda y: 1.01 * y, ()),
        (lambda y: np.roll(y, 1, 0), ()),
    ],
)
def test_units_are_told_among_features_whatever_their_place(made, own):
    rng = np.random.default_rng(0)
    y = np.maximum(rng.normal(size=(500, 2)), 0).astype(np.float32)
    features = np.concatenate([rng.normal(size=(500, 5)), made(y)], 1).astype(np.float32)
    assert upstream_sums.themselves(features, y) == own
    assert upstream_sums.themselves(features, np.ones_like(y)) == ()


@pytest.mark.parametrize(
    ("sites", "message"),
    [
        (["squre"], "did you mean 'square'"),
        (["m"], "'m' is or depends on 'm'"),
        (["square", "logits", "square"], "'logits' is or depends on 'm'; 'square' is named twice"),
    ],
)
def test_sites_that_cannot_be_used(flat, sites, message):
    with pytest.raises(ValueError, match=message):
        flat.upstream(sites=sites, progress=False)


def test_numbers_out_of_range(flat, found):
    with pytest.raises(ValueError, match="top is how many sites"):
        flat.upstream(top=-1, progress=False)
    with pytest.raises(ValueError, match="folds is how many parts"):
        flat.upstream(folds=1, progress=False)
    with pytest.raises(ValueError, match="k is a number of units, at least 1, got 0"):
        found.best(0)


def test_held_out_examples_are_refused():
    heldout = aann.held_out(aann.from_arrays("x", np.zeros((12, toy.WIDTH), np.float32)))
    with pytest.warns(UserWarning, match="HELD-OUT"):
        lab = aann.residuals(toy.flat(), toy.half(), heldout, progress=False)
    with pytest.raises(TypeError, match="upstream fits on what the lab observed"):
        lab.upstream(progress=False)


def test_values_that_are_not_finite_name_the_site():
    def finite(p, x):
        bad = aann.site("bad", jnp.where(x > 0, jnp.inf, x))
        m = aann.site("m", aann.site("plain", x * 1.0) @ p["a"] + jnp.minimum(bad, 1.0) @ p["b"])
        return jax.nn.tanh(m) @ p["c"]

    lab = aann.residuals(toy.flat(finite), toy.half(), toy.examples(), progress=False)
    with pytest.raises(ValueError, match="site 'bad' is NaN or infinite in a batch of"):
        lab.upstream(progress=False)
