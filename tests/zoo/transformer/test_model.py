import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf, softmax

import aann
from zoo.transformer.model import Transformer, TransformerConfig, as_model, forward

PLAIN = TransformerConfig(
    layers=2, heads=3, d_model=8, d_head=5, d_mlp=None, d_vocab=11, d_vocab_out=7, context=6
)
WITH_MLP = dataclasses.replace(PLAIN, d_mlp=12, last=True)
FULL = dataclasses.replace(
    PLAIN, d_mlp=12, biases=("attn", "mlp", "unembed"), layer_norm=True, activation="gelu"
)
BOTH_WAYS = dataclasses.replace(PLAIN, layers=1, causal=False, biases=("attn",))
CONFIGS = {"plain": PLAIN, "mlp": WITH_MLP, "full": FULL, "both ways": BOTH_WAYS}
every_config = pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)


run = jax.jit(forward, static_argnums=0)


@functools.cache
def parameters(config, seed=0):
    """Random parameters, biases and norms among them, in the structure that the module makes."""
    init = jax.jit(Transformer(config).init)
    start = init(jax.random.key(seed), jnp.zeros((1, 1), jnp.int32))["params"]
    rng = np.random.default_rng(seed)
    return jax.tree.map(lambda x: x + rng.normal(0, 0.5, x.shape).astype(np.float32), start)


def tokens_of(config, n=4, length=None, seed=3):
    shape = (n, config.context if length is None else length)
    return jax.random.randint(jax.random.key(seed), shape, 0, config.d_vocab)


def normalised(x, p):
    """Layer norm in NumPy."""
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-5) * p["w"] + p["b"]


def attention(x, p, causal):
    """One sequence (pos, d_model) through one attention layer, head by head, in NumPy."""
    out = np.zeros_like(x) + p.get("b_O", 0)
    for h in range(len(p["W_Q"])):
        q, k, v = (x @ p[f"W_{s}"][h] + (p[f"b_{s}"][h] if f"b_{s}" in p else 0) for s in "QKV")
        for i in range(len(x)):
            seen = i + 1 if causal else len(x)
            weights = softmax(k[:seen] @ q[i] / np.sqrt(q.shape[1]))
            out[i] += weights @ v[:seen] @ p["W_O"][h]
    return out


def reference(config, params, tokens):
    """The logits in float64, one sequence and one head at a time."""
    p = jax.tree.map(lambda x: np.asarray(x, np.float64), params)
    logits = []
    for row in np.asarray(tokens):
        x = p["embed"]["W_E"][row] + p["pos_embed"]["W_pos"][: len(row)]
        for i in range(config.layers):
            block = p[f"blocks_{i}"]
            y = normalised(x, block["ln1"]) if config.layer_norm else x
            x = x + attention(y, block["attn"], config.causal)
            if config.d_mlp is None:
                continue
            mlp = block["mlp"]
            y = normalised(x, block["ln2"]) if config.layer_norm else x
            h = y @ mlp["W_in"] + mlp.get("b_in", 0)
            h = np.maximum(h, 0) if config.activation == "relu" else h * (1 + erf(h / 2**0.5)) / 2
            x = x + h @ mlp["W_out"] + mlp.get("b_out", 0)
        x = normalised(x, p["ln_final"]) if config.layer_norm else x
        logits.append(x @ p["unembed"]["W_U"] + p["unembed"].get("b_U", 0))
    logits = np.stack(logits)
    return logits[:, -1] if config.last else logits


@every_config
def test_it_is_what_numpy_computes(config):
    params, tokens = parameters(config), tokens_of(config)
    expected = reference(config, params, tokens)
    assert expected.std() > 1
    got = run(config, params, tokens)
    assert got.dtype == jnp.float32
    np.testing.assert_allclose(got, expected, atol=2e-4 * np.abs(expected).max())


def test_short_sequences_are_the_start_of_long_ones():
    params, tokens = parameters(FULL), tokens_of(FULL)
    whole = run(FULL, params, tokens)
    for length in (1, FULL.context - 1):
        part = run(FULL, params, tokens[:, :length])
        np.testing.assert_allclose(part, whole[:, :length], atol=1e-4)


def test_names_and_shapes_of_sites():
    c, b, n = FULL, 1, FULL.context
    stream, heads, square, hidden = (
        (b, n, c.d_model),
        (b, n, c.heads, c.d_head),
        (b, c.heads, n, n),
        (b, n, c.d_mlp),
    )
    expected = {"input": (b, n), "embed": stream, "pos_embed": stream}
    for i in range(c.layers):
        here = f"blocks.{i}"
        expected |= {f"{here}.resid_pre": stream}
        expected |= {f"{here}.attn.{part}": heads for part in "qkv"}
        expected |= {f"{here}.attn.scores": square, f"{here}.attn.pattern": square}
        expected |= {f"{here}.attn.z": heads, f"{here}.attn.out": stream}
        expected |= {f"{here}.resid_mid": stream, f"{here}.mlp.pre": hidden}
        expected |= {f"{here}.mlp.post": hidden, f"{here}.mlp.out": stream}
        expected |= {f"{here}.resid_post": stream}
    expected |= {"ln_final": stream, "logits": (b, n, c.d_vocab_out)}
    found = aann.sites(as_model(c, parameters(c), "toy"))
    assert {name: s.shape for name, s in found.items()} == expected
    assert list(found) == list(expected)
    assert {s.dtype for name, s in found.items() if name != "input"} == {jnp.dtype("float32")}


def test_sites_without_mlp_and_norm_and_with_the_last_position_alone():
    absent = ("mlp", "resid_mid", "ln_final")
    names = aann.sites(as_model(PLAIN, parameters(PLAIN), "toy"))
    assert not [n for n in names if any(word in n for word in absent)]
    last = aann.sites(as_model(WITH_MLP, parameters(WITH_MLP), "toy"))
    assert last["logits"].shape == (1, WITH_MLP.d_vocab_out)
    assert last["blocks.1.resid_post"].shape == (1, WITH_MLP.context, WITH_MLP.d_model)


def test_the_residual_stream_is_the_sum_of_what_is_written_to_it():
    model = as_model(FULL, parameters(FULL), "toy")
    names = [n for n in aann.sites(model) if n != "input"]
    a = jax.jit(aann.capture(model, names))(tokens_of(FULL))[1]
    stream = a["embed"] + a["pos_embed"]
    for i in range(FULL.layers):
        here = f"blocks.{i}"
        np.testing.assert_allclose(a[f"{here}.resid_pre"], stream, atol=1e-4)
        stream = stream + a[f"{here}.attn.out"]
        np.testing.assert_allclose(a[f"{here}.resid_mid"], stream, atol=1e-4)
        stream = stream + a[f"{here}.mlp.out"]
        np.testing.assert_allclose(a[f"{here}.resid_post"], stream, atol=1e-4)


@every_config
def test_patterns_are_distributions_over_what_may_be_seen(config):
    model = as_model(config, parameters(config), "toy")
    sites = ["blocks.0.attn.scores", "blocks.0.attn.pattern"]
    found = jax.jit(aann.capture(model, sites))(tokens_of(config))[1]
    scores, pattern = (found[name] for name in sites)
    assert np.isfinite(scores).all()
    np.testing.assert_allclose(pattern.sum(-1), 1, atol=1e-6)
    assert (np.triu(np.asarray(pattern), 1) == 0).all() == config.causal


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["plain", "full"]), st.integers(1, 5), st.integers(0, 10))
def test_a_later_token_changes_nothing_earlier(name, where, token):
    config = CONFIGS[name]
    tokens = tokens_of(config)
    other = tokens.at[:, where].set((tokens[:, where] + 1 + token) % config.d_vocab)
    before, after = (run(config, parameters(config), x) for x in (tokens, other))
    np.testing.assert_array_equal(before[:, :where], after[:, :where])


def test_without_the_mask_a_later_token_matters():
    tokens = tokens_of(BOTH_WAYS)
    other = tokens.at[:, -1].set((tokens[:, -1] + 1) % BOTH_WAYS.d_vocab)
    before, after = (run(BOTH_WAYS, parameters(BOTH_WAYS), x) for x in (tokens, other))
    assert np.abs(before[:, 0] - after[:, 0]).max(axis=-1).min() > 1e-3


def test_last_is_the_last_position():
    params, tokens = parameters(WITH_MLP), tokens_of(WITH_MLP)
    everywhere = run(dataclasses.replace(WITH_MLP, last=False), params, tokens)
    np.testing.assert_allclose(run(WITH_MLP, params, tokens), everywhere[:, -1], atol=1e-5)


@every_config
def test_every_parameter_has_a_finite_gradient(config):
    params, tokens = parameters(config), tokens_of(config)
    labels = tokens[:, -1] % config.d_vocab_out

    def loss(p):
        logits = forward(config, p, tokens)
        logits = logits if config.last else logits[:, -1]
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1).mean()

    gradient = jax.tree_util.tree_leaves_with_path(jax.jit(jax.grad(loss))(params))
    assert all(np.isfinite(g).all() for _, g in gradient)
    still = {jax.tree_util.keystr(path) for path, g in gradient if not np.abs(g).max() > 0}
    assert not still


def test_the_gradient_is_the_slope():
    config = dataclasses.replace(FULL, layers=1)
    params, tokens = parameters(config), tokens_of(config)
    direction = parameters(config, seed=9)

    @jax.jit
    def along(t):
        return forward(
            config, jax.tree.map(lambda p, d: p + t * d, params, direction), tokens
        ).mean()

    step = 1e-2
    slope = (along(step) - along(-step)) / (2 * step)
    np.testing.assert_allclose(jax.grad(along)(0.0), slope, rtol=0.02)


def test_a_token_outside_the_vocabulary_is_not_taken_for_another():
    params, tokens = parameters(PLAIN), tokens_of(PLAIN)
    for outside in (PLAIN.d_vocab, -1, -PLAIN.d_vocab):
        logits = run(PLAIN, params, tokens.at[0, 2].set(outside))
        assert np.isnan(logits[0, 2:]).all()
        assert np.isfinite(logits[1:]).all()


def test_sequences_longer_than_the_context_are_refused():
    tokens = tokens_of(PLAIN, length=7)
    with pytest.raises(ValueError, match="7 tokens do not fit a context of 6: cut the sequences"):
        forward(PLAIN, parameters(PLAIN), tokens)


def test_a_head_can_be_replaced_and_the_model_says_what_it_takes():
    model = as_model(WITH_MLP, parameters(WITH_MLP), "toy")
    assert model.name == "toy"
    assert (model.inputs.shape, model.inputs.dtype) == ((WITH_MLP.context,), jnp.int32)
    tokens = tokens_of(WITH_MLP)
    same = aann.make(
        lambda pattern, v, c: jnp.einsum("bqk,bke->bqe", pattern[:, 1], v[:, :, 1])[:, :, None],
        model="toy",
        site="blocks.1.attn.z",
        units=(1,),
        axis=2,
        reads=("blocks.1.attn.pattern", "blocks.1.attn.v"),
        constants={},
        name="same",
    )
    nothing = aann.make(
        lambda x, c: jnp.zeros((*x.shape, 1, WITH_MLP.d_head)),
        model="toy",
        site="blocks.1.attn.z",
        units=(1,),
        axis=2,
        reads=("input",),
        constants={},
        name="nothing",
    )
    intact = run(WITH_MLP, model.params, tokens)
    spliced = jax.jit(aann.splice(model, same))(tokens)
    np.testing.assert_allclose(spliced, intact, atol=1e-5)
    params = jax.tree.map(jnp.array, model.params)
    w_o = params["blocks_1"]["attn"]["W_O"]
    params["blocks_1"]["attn"]["W_O"] = w_o.at[1].set(0.0)
    without = run(WITH_MLP, params, tokens)
    assert np.abs(without - intact).max() > 0.1
    np.testing.assert_allclose(jax.jit(aann.splice(model, nothing))(tokens), without, atol=1e-4)
