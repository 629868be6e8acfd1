import jax
import jax.numpy as jnp
import numpy as np
import pytest
from attention import configs, own_inputs, own_model, tokens, transformer
from hypothesis import given, settings

import aann
from aann.evaluation.answer import logit_difference
from aann.patching.attribution import attribution_patching
from aann.patching.direct import direct_logit_attribution
from aann.patching.patch import activation_patching
from aann.patching.path import SENT, path_patching, through

ALMOST = {"rtol": 1e-3, "atol": 3e-4}
METRIC = logit_difference([1, 2, 3], [4, 5, 6])
CLEAN, CORRUPTED = tokens(seed=1), tokens(seed=2)


def test_it_is_exact_where_the_rest_is_linear():
    model = own_model(linear=True)
    clean, corrupted = own_inputs(seed=1), own_inputs(seed=2)
    sites = ["hidden", "mixed", "stream"]
    found = attribution_patching(model, clean, corrupted, sites, lambda y: y[:, 0], by=(1,))
    exact = activation_patching(model, clean, corrupted, sites, lambda y: y[:, 0], by=(1,))
    for site in sites:
        assert found.estimates[site].shape == (3, 4)
        np.testing.assert_allclose(found.estimates[site], exact.changes[site], **ALMOST)
        error = found.errors[site]
        assert error.places == 3
        assert error.mean_absolute < 1e-4 * error.scale
        assert error.correlation > 0.9999
    np.testing.assert_allclose(found.clean, exact.clean)
    assert "mean |error|" in str(found)
    assert "stream" in str(found)


@settings(max_examples=2, deadline=None)
@given(configs())
def test_small_differences_are_estimated_to_first_order(config):
    """Against a numerical derivative: inputs that differ little have changes like the estimate."""
    model = transformer(**{**config, "d_mlp": None})

    def nudged(params, x):  # how far between two sets of embeddings, and which tokens
        table = params["embed"]["W_E"]
        near = dict(params, embed={"W_E": table + 1e-2 * x[0, 0] * jnp.sin(7 * table)})
        return model.apply(near, CLEAN[x[:, 1].astype(jnp.int32)])

    both = aann.Model(nudged, model.params)
    zero, one = (jnp.stack([jnp.full(3, far), jnp.arange(3.0)], axis=1) for far in (0.0, 1.0))
    site = "blocks.0.attn.z"
    found = attribution_patching(both, one, zero, site, METRIC, by=("position", "head"))
    error = found.errors[site]
    assert error.mean_absolute < 0.1 * error.scale


def test_the_error_is_that_of_exact_patching():
    model = transformer(layer_norm=True)
    site = "blocks.0.attn.z"
    args = {"by": ("position", "head"), "direction": "noise", "batch_size": 2}
    found = attribution_patching(model, CLEAN, CORRUPTED, site, METRIC, **args)
    exact = activation_patching(model, CLEAN, CORRUPTED, site, METRIC, **args)
    gap = np.abs(found.estimates[site] - exact.changes[site])
    error = found.errors[site]
    assert error.places == 10
    np.testing.assert_allclose(error.mean_absolute, gap.mean(), rtol=1e-3)
    np.testing.assert_allclose(error.scale, np.abs(exact.changes[site]).mean(), rtol=1e-3)
    flat = found.estimates[site].ravel(), exact.changes[site].ravel()
    np.testing.assert_allclose(error.correlation, np.corrcoef(*flat)[0, 1], rtol=1e-3)
    assert error.worst == np.unravel_index(gap.mean(-1).argmax(), (5, 2))
    np.testing.assert_allclose(error.worst_absolute, gap.mean(-1).max(), rtol=1e-3)
    assert error.mean_absolute > 1e-3, "a nonlinear model has an error to report"


def test_the_gradient_is_that_of_the_model():
    """Of all sites together, nested ones too, each against a plain gradient."""
    model = own_model()
    clean, corrupted = own_inputs(seed=1), own_inputs(seed=2)
    sites = ["hidden", "stream"]
    found = attribution_patching(
        model, clean, corrupted, sites, lambda y: y[:, 0], by=(1, 2), exact=0
    )
    assert not found.exact
    assert not found.errors
    for site in sites:
        pieces = aann.cut(model, site, corrupted)
        prepared = pieces.prepare(model.params)
        values, crossing = pieces.prefix(prepared, corrupted)

        def total(v, site=site, pieces=pieces, rest=(prepared, crossing)):
            return pieces.suffix(rest[0], {site: v}, rest[1])[:, 0].sum()

        gradient = jax.grad(total)(values[site])
        difference = aann.capture(model, [site])(clean)[1][site] - values[site]
        expected = np.moveaxis(np.asarray(gradient * difference), 0, -1)
        np.testing.assert_allclose(found.estimates[site], expected, **ALMOST)


def test_some_places_can_be_measured():
    model = own_model()
    clean, corrupted = own_inputs(seed=1), own_inputs(seed=2)
    args = (model, clean, corrupted, "hidden", lambda y: y[:, 0])
    exact = activation_patching(*args, by=(1, 2)).changes["hidden"]
    some = attribution_patching(*args, by=(1, 2), exact=5, seed=3)
    where = some.measured["hidden"]
    assert where.shape == (5, 2)
    assert len(np.unique(where, axis=0)) == 5
    np.testing.assert_allclose(some.exact["hidden"], exact[tuple(where.T)], rtol=1e-5, atol=1e-6)
    again = attribution_patching(*args, by=(1, 2), exact=5, seed=3)
    np.testing.assert_array_equal(again.measured["hidden"], where)


def test_paths_are_attributed_like_sites():
    model = own_model(linear=True)
    clean, corrupted = own_inputs(seed=1), own_inputs(seed=2)
    limited = through(model, "hidden", "written")
    found = attribution_patching(limited, clean, corrupted, SENT + "hidden", lambda y: y[:, 0])
    exact = path_patching(model, clean, corrupted, "hidden", "written", lambda y: y[:, 0])
    np.testing.assert_allclose(found.estimates[SENT + "hidden"], exact.changes["hidden"], **ALMOST)


def test_bad_arguments_are_refused():
    def apply(p, x):
        return aann.site("y", aann.site("whole", x.astype(jnp.int32)).astype(jnp.float32))

    model = aann.Model(apply, {})
    inputs = own_inputs()[:, 0]
    with pytest.raises(ValueError, match="site 'whole' has dtype int32: only floating-point"):
        attribution_patching(model, inputs, inputs, "whole", lambda y: y[:, 0])
    with pytest.raises(ValueError, match="exact is a number of places"):
        attribution_patching(model, inputs, inputs, "y", lambda y: y[:, 0], exact=-1)

    def scalar(p, x):
        return aann.site("mean", x.mean()) * jnp.ones(len(x))

    with pytest.raises(ValueError, match="first axis must be the 4 examples"):
        attribution_patching(aann.Model(scalar, {}), inputs, inputs, "mean", lambda y: y)


def test_a_gradient_that_is_not_finite_is_named():
    model = aann.Model(lambda p, x: jnp.sqrt(aann.site("s", jnp.maximum(x, 0.0))), {})
    zero, one = jnp.zeros((2, 3)), jnp.ones((2, 3))
    with pytest.raises(ValueError, match="gradient of the metric at 's' .* gives inf"):
        attribution_patching(model, one, zero, "s", lambda y: y[:, 0] + y[:, 1] + y[:, 2])


def padded_model(low):
    """Attention under a mask of ``low``: with -inf, rows of padding are NaN."""

    def apply(p, t):
        e, keep = p["embed"][t], t > 0
        both = keep[:, None] & keep[..., None]
        stream = aann.site("embed", e)
        s = jnp.where(both, jnp.einsum("bqd,bkd->bqk", stream, stream), low)
        mixed = aann.site("mixed", jax.nn.softmax(s, -1) @ jnp.where(keep[..., None], e, 0.0))
        return aann.site("stream", stream + mixed) @ p["out"]

    rng = np.random.default_rng(0)
    p = {n: jnp.asarray(rng.normal(size=s), jnp.float32) for n, s in
         (("embed", (9, 4)), ("out", (4, 3)))}  # fmt: skip
    return aann.Model(apply, p, "padded")


def test_nan_at_padding_which_the_metric_does_not_read_stays_there():
    rng = np.random.default_rng(1)
    clean, corrupted = rng.integers(1, 9, (2, 5, 6)).astype(np.int32)
    clean[:, 4:], corrupted[:, 4:] = 0, 0

    def metric(y):
        return y[:, 3, 0] - y[:, 3, 1]

    def measured(low):
        model = padded_model(low)
        found = attribution_patching(model, clean, corrupted, ["mixed", "stream"], metric, by=(1,))
        direct = direct_logit_attribution(
            model, clean, metric, components=["embed", "mixed"], final="stream"
        )
        return {**found.estimates, **found.exact, **direct.contributions}

    finite, nan = measured(-1e9), measured(-jnp.inf)
    for name, values in finite.items():
        np.testing.assert_allclose(nan[name], values, rtol=1e-5, atol=1e-6)
