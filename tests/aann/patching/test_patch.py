"""Serves ``pairs``, ``look`` and ``options`` too."""

import dataclasses
import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from attention import (
    CONTEXT,
    configs,
    own_inputs,
    own_model,
    runner,
    tokens,
    transformer,
    value_at,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
from aann.evaluation.answer import log_probability, logit_difference
from aann.patching.patch import _above, activation_patching

ALMOST = {"rtol": 1e-4, "atol": 2e-4}
METRIC = logit_difference([1, 2, 3], [4, 5, 6])
CLEAN, CORRUPTED = tokens(seed=1), tokens(seed=2)
BY = {"resid_pre": ("position",), "z": ("position", "head"), "pattern": ("head",), "q": (2,)}


def judge(outputs):
    return np.asarray(METRIC(outputs))


@settings(max_examples=2, deadline=None)
@given(configs(), st.sampled_from(sorted(BY)), st.sampled_from(["denoise", "noise"]))
def test_every_place_is_what_splicing_gives(config, part, direction):
    model = transformer(**config)
    name = "blocks.0.resid_pre" if part == "resid_pre" else f"blocks.0.attn.{part}"
    found = activation_patching(
        model, CLEAN, CORRUPTED, name, METRIC, by=BY[part], direction=direction
    )
    base, other = (CORRUPTED, CLEAN) if direction == "denoise" else (CLEAN, CORRUPTED)
    axes = {"resid_pre": (1,), "z": (1, 2), "pattern": (1,), "q": (2,)}[part]
    run = runner(model, [name])
    values, others = np.asarray(value_at(model, name, base)), value_at(model, name, other)
    for place in np.ndindex(found.changes[name].shape[:-1]):
        index = [slice(None)] * 4
        for axis, i in zip(axes, place):
            index[axis] = i
        index = tuple(index[: values.ndim])
        value = values.copy()
        value[index] = others[index]
        expected = judge(run({name: value}, base)[0])
        np.testing.assert_allclose(found.values(name)[place], expected, **ALMOST)
    np.testing.assert_allclose(found.clean, judge(model(CLEAN)), **ALMOST)
    np.testing.assert_allclose(found.corrupted, judge(model(CORRUPTED)), **ALMOST)


@settings(max_examples=2, deadline=None)
@given(configs(), st.integers(1, 3), st.integers(1, 4))
def test_the_same_inputs_change_exactly_nothing(config, batch_size, at_once):
    model = transformer(**config)
    sites = ["embed", "blocks.0.attn.z"]
    found = activation_patching(
        model, CLEAN, CLEAN, sites, METRIC, by=(1,), batch_size=batch_size, at_once=at_once
    )
    assert all((x == 0).all() for x in found.changes.values())
    with pytest.raises(ValueError, match="nothing to normalise by"):
        found.effect("embed")


@settings(max_examples=2, deadline=None)
@given(configs())
def test_the_whole_last_stream_gives_the_other_run(config):
    model = transformer(**config)
    last = f"blocks.{config['layers'] - 1}.resid_post"
    found = activation_patching(model, CLEAN, CORRUPTED, last, METRIC)
    np.testing.assert_allclose(found.values(last), found.clean, **ALMOST)


def test_places_add_up_where_the_rest_is_linear():
    model = own_model(linear=True)
    clean, corrupted = own_inputs(seed=1), own_inputs(seed=2)
    found = activation_patching(
        model, clean, corrupted, "hidden", lambda y: y[:, 0] - y[:, 1], by=(1, 2)
    )
    assert found.changes["hidden"].shape == (3, 4, 4)
    np.testing.assert_allclose(
        found.changes["hidden"].sum(axis=(0, 1)), found.clean - found.corrupted, **ALMOST
    )
    np.testing.assert_allclose(found.effect("hidden").sum(), 1, rtol=1e-3)


def test_layers_make_a_table_and_batches_change_nothing():
    model = transformer(layer_norm=True)
    sites = ["blocks.0.resid_pre", "blocks.1.resid_post"]
    whole = activation_patching(model, CLEAN, CORRUPTED, sites, METRIC, by=("position",))
    parts = activation_patching(
        model, CLEAN, CORRUPTED, sites, METRIC, by=("position",), batch_size=2, at_once=4
    )
    assert whole.table().shape == (2, CONTEXT)
    for site in sites:
        np.testing.assert_allclose(parts.changes[site], whole.changes[site], **ALMOST)
    np.testing.assert_allclose(
        whole.effect(sites[0]),
        whole.changes[sites[0]].mean(-1) / (whole.clean.mean() - whole.corrupted.mean()),
        rtol=1e-4,
        atol=1e-6,
    )
    ragged = dataclasses.replace(
        whole, changes={"a": whole.changes[sites[0]], "b": np.ones((2, 3))}
    )
    with pytest.raises(ValueError, match="different places, which make no table"):
        ragged.table()


def test_the_prefixes_of_all_layers_are_computed_once():
    """All sites' prefixes together cost about one run of the model, not one a site."""
    model = transformer(layers=4, d_model=32, d_head=16, d_mlp=64)
    sites = [f"blocks.{i}.resid_post" for i in range(4)]
    cuts = {name: aann.cut(model, name, CLEAN) for name in sites}
    above = jax.jit(lambda params, inputs: _above(cuts, params, inputs))
    flops = above.lower(model.params, CLEAN).compile().cost_analysis()["flops"]
    whole = jax.jit(aann.capture(model, sites)).lower(CLEAN).compile().cost_analysis()["flops"]
    assert flops < 1.1 * whole


def refused(match, **changes):
    args = {
        "model": transformer(), "clean": CLEAN, "corrupted": CORRUPTED, "sites": "embed",
        "metric": METRIC,
    }  # fmt: skip
    with pytest.raises(ValueError, match=match) as caught:
        activation_patching(**{**args, **changes})
    return str(caught.value)


def test_bad_arguments_are_refused():
    refused(r"clean inputs have shape \(3, 5\).* corrupted ones \(2, 5\)", corrupted=CORRUPTED[:2])
    refused("no site 'blocks.0.z'.*did you mean 'blocks.0.attn.z'", sites=["embed", "blocks.0.z"])
    refused("'input' can be read but not replaced", sites="input")
    refused("no sites", sites=[])
    refused("site 'embed' is named twice", sites=["embed", "embed"])
    refused("direction is 'denoise' or 'noise', got 'both'", direction="both")
    refused("batch_size is at least 1", batch_size=0)
    refused("at_once is the number of places", at_once=0)
    refused("hold no examples", clean=CLEAN[:0], corrupted=CORRUPTED[:0])
    refused(r"takes \(batch, ...\) inputs", clean=CLEAN[0], corrupted=CLEAN[0])
    refused("different structures", clean={"x": CLEAN})
    text = refused("has no axis 'head': its axes are batch, position", by=("head", 9, 0, 1, 1))
    for part in ("has no axis 9", "axis 0 of site 'embed' is the examples'", "named twice"):
        assert part in text
    refused("has no axis 'unit': its axes have no names", by=("unit",), axes={})


def test_unknown_options_are_named_with_those_that_there_are():
    expected = (
        "takes no batchsize, places: its options are by, direction, batch_size, at_once, axes"
    )
    with pytest.raises(TypeError, match=expected):
        activation_patching(transformer(), CLEAN, CLEAN, "embed", METRIC, places=1, batchsize=2)


def test_options_are_in_the_signature():
    found = inspect.signature(activation_patching).parameters
    assert found["direction"].default == "denoise"
    assert [*found][5:] == ["by", "direction", "batch_size", "at_once", "axes"]


def test_bad_metrics_are_refused():
    refused(r"one float an example, shape \(3,\): got shape \(\)", metric=lambda y: y.mean())
    refused("got shape .3,., dtype int32", metric=lambda y: y[:, -1].argmax(-1))
    refused("the metric cannot take outputs of shape", metric=lambda y: y["logits"])
    refused("data are of 4, 4 examples, the inputs are 3", metric=log_probability([1, 2, 3, 4]))
    refused("metric of the patched run.* gives nan, example 1", metric=log_probability([1, 99, 3]))
    with pytest.raises(ValueError, match=r"wrong must be \(2,\) integers.*shape \(3,\)"):
        logit_difference([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="answers are empty"):
        log_probability([])


def test_a_metric_must_be_a_function(unchecked):
    with pytest.raises(TypeError, match="a metric is a function"):
        activation_patching(transformer(), CLEAN, CORRUPTED, "embed", "nll")


def test_values_that_are_not_finite_are_named():
    model = own_model()
    clean, corrupted = own_inputs(seed=1), own_inputs(seed=2)

    def metric(y):
        return jnp.where(y[:, 0] < limit, y[:, 0], jnp.nan)

    limit = float(max(model(clean)[:, 0].max(), model(corrupted)[:, 0].max())) + 1e-3
    found = activation_patching(model, clean, corrupted, "hidden", lambda y: y[:, 0], by=(1, 2))
    assert found.values("hidden").max() > limit, "the test needs a place that goes beyond"
    with pytest.raises(ValueError, match=r"with 'hidden' patched gives nan, place \(\d, \d\)"):
        activation_patching(model, clean, corrupted, "hidden", metric, by=(1, 2))


def test_a_model_that_mixes_examples_is_refused():
    def centred(p, x):
        h = aann.site("h", x @ p)
        return h - h.mean(0, keepdims=True)

    params = jnp.asarray(np.random.default_rng(0).normal(size=(3, 4)), jnp.float32)
    model = aann.Model(centred, params, "net", jax.ShapeDtypeStruct((3,), jnp.float32))
    clean, corrupted = np.random.default_rng(1).normal(size=(2, 5, 3)).astype(np.float32)
    with pytest.raises(ValueError, match="model 'net' mixes the examples of a batch"):
        activation_patching(model, clean, corrupted, ["h"], lambda logits: logits[:, 0])
