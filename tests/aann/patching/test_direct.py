"""Serves ``blocks``, ``contributions``, ``pushing`` too."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from attention import configs, own_inputs, own_model, tokens, transformer
from hypothesis import given, settings

import aann
from aann.evaluation.answer import log_probability, logit_difference
from aann.patching import blocks
from aann.patching.direct import direct_logit_attribution

TOKENS = tokens(4)
METRIC = logit_difference([1, 2, 3, 0], [4, 5, 6, 2])


@settings(max_examples=3, deadline=None)
@given(configs())
def test_contributions_add_up_to_the_logits(config):
    model = transformer(**config)
    found = direct_logit_attribution(model, TOKENS, split=blocks.heads(model), batch_size=3)
    logits = np.asarray(model(TOKENS))
    np.testing.assert_allclose(found.total, logits, rtol=1e-4, atol=1e-4)
    summed = sum(
        x.sum(axis=tuple(range(x.ndim - logits.ndim))) for x in found.contributions.values()
    )
    np.testing.assert_allclose(summed, logits, rtol=1e-3, atol=1e-3)
    assert found.contributions["blocks.0.attn.z"].shape == (2, *logits.shape)


def test_contributions_by_hand():
    """With layer norm: centred, divided by the norm's scale, times w and W_U."""
    model = transformer(layer_norm=True, last=True)
    names = ["blocks.1.resid_post", "blocks.0.mlp.out", "blocks.1.attn.z"]
    _, values = jax.jit(aann.capture(model, names))(TOKENS)
    stream, writes, z = (np.asarray(values[n], np.float64)[:, -1] for n in names)
    p = jax.tree.map(lambda x: np.asarray(x, np.float64), model.params)
    scale = np.sqrt(stream.var(axis=-1, keepdims=True) + 1e-5)

    def push(x):
        x = (x - x.mean(axis=-1, keepdims=True)) / scale
        return x * p["ln_final"]["w"] @ p["unembed"]["W_U"]

    found = direct_logit_attribution(model, TOKENS, split=blocks.heads(model)).contributions
    np.testing.assert_allclose(found["blocks.0.mlp.out"], push(writes), rtol=1e-3, atol=1e-4)
    for head in range(2):
        out = z[:, head] @ p["blocks_1"]["attn"]["W_O"][head]
        np.testing.assert_allclose(found["blocks.1.attn.z"][head], push(out), rtol=1e-3, atol=1e-4)
    bias = np.broadcast_to(p["blocks_1"]["attn"]["b_O"], stream.shape)
    np.testing.assert_allclose(found["blocks.1.attn.out"], push(bias), rtol=1e-3, atol=1e-4)
    constant = p["ln_final"]["b"] @ p["unembed"]["W_U"] + p["unembed"]["b_U"]
    np.testing.assert_allclose(found["constant"], np.broadcast_to(constant, (4, 7)), atol=1e-4)


def test_a_metric_is_that_of_the_contributions():
    model = transformer(layer_norm=True)
    found = direct_logit_attribution(model, TOKENS, METRIC, split=blocks.heads(model), by=(1, 2))
    assert found.contributions["blocks.0.attn.z"].shape == (5, 2, 4)
    np.testing.assert_allclose(found.total, METRIC(model(TOKENS)), rtol=1e-4, atol=1e-4)
    logits = direct_logit_attribution(model, TOKENS).contributions["embed"]
    np.testing.assert_allclose(
        found.contributions["embed"], METRIC(jnp.asarray(logits)), rtol=1e-3, atol=1e-4
    )


def test_own_names():
    found = direct_logit_attribution(
        own_model(), own_inputs(), components=["hidden", "written"], final="stream",
        split={"written": "mixed"}, by=(1,),
    )  # fmt: skip
    assert found.contributions["mixed"].shape == (3, 4, 4)
    assert found.error < 1e-4
    # only the last position is read out, whatever is written elsewhere
    assert np.abs(found.contributions["mixed"][:2]).max() == 0


def test_what_is_missing_is_said():
    model = transformer()
    parts = [n for n in blocks.writers(model) if n != "blocks.0.mlp.out"]
    with pytest.raises(ValueError, match=r"do not add up .*adding 'blocks.0.mlp.out' would leave"):
        direct_logit_attribution(model, TOKENS, components=parts)
    with pytest.raises(ValueError, match="no single site fits it"):
        direct_logit_attribution(model, TOKENS, components=parts[1:3])


def test_what_is_not_affine_is_refused_until_its_scale_is_held():
    x = own_inputs()[:, 0]
    args = {"components": ["stream"], "final": "stream"}
    rms = jax.jit(lambda s: jnp.sqrt(1 + (s**2).mean(-1, keepdims=True)))

    def apply(p, x, mark=True):
        stream = aann.site("stream", x)
        scale = rms(stream)
        return stream / (aann.site("scale", scale) if mark else scale)

    found = direct_logit_attribution(aann.Model(apply, {}), x, held=["scale"], **args)
    np.testing.assert_allclose(found.contributions["stream"], apply({}, x), rtol=1e-5)
    hidden = aann.Model(functools.partial(apply, mark=False), {})
    with pytest.raises(ValueError, match="what follows 'stream' is not affine.*pass it as held="):
        direct_logit_attribution(hidden, x, **args)
    with pytest.raises(ValueError, match="is not affine"):
        direct_logit_attribution(transformer(), TOKENS, log_probability([1, 2, 3, 0]))
    relu = aann.Model(lambda p, x: jax.nn.relu(aann.site("stream", x)), {})
    with pytest.raises(ValueError, match="is not affine"):
        direct_logit_attribution(relu, x, **args)


def test_bad_arguments_are_refused():
    model = transformer()

    def refused(match, **args):
        with pytest.raises(ValueError, match=match):
            direct_logit_attribution(model, TOKENS, **args)

    refused("no site 'nowhere'", components=["nowhere"])
    refused("no components", components=[])
    refused("component 'embed' is named twice", components=["embed", "embed"])
    refused(r"component 'blocks.0.attn.z' has shape \(4, 5, 2, 3\)", components=["blocks.0.attn.z"])
    refused("'blocks.0.attn.out' does not depend on 'blocks.1.attn.z'",
            split={"blocks.0.attn.out": "blocks.1.attn.z"})  # fmt: skip
    refused("is to be split, but is no component", split={"logits": "blocks.1.attn.z"})
    refused("has no axis 'query'", split=blocks.heads(model), by=("query",))
    refused(r"'blocks.1.mlp.out' is not affine in 'blocks.1.mlp.pre'",
            split={"blocks.1.mlp.out": "blocks.1.mlp.pre"}, by=())  # fmt: skip
    refused("must give one float an example", metric=lambda y: y.sum())
    refused("batch_size is at least 1", batch_size=0)
    with pytest.raises(ValueError, match="has no sites blocks.0.resid_post"):
        direct_logit_attribution(own_model(), own_inputs())
