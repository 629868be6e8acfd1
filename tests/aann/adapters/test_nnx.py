"""Serves ``pure`` too."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from adapted import check_cuts, check_splices, check_unchanged
from flax import linen as nn
from flax import nnx as flax_nnx
from flax_models import MLP, PICTURE, TOKENS, VECTOR, NnxNet, examples, moved

import aann
from aann.adapters import nnx


def evaluating(module):
    """The module in evaluation mode, with noise on all its floating-point variables."""
    module.eval()
    variables = flax_nnx.state(module, flax_nnx.Not(flax_nnx.RngState))
    flax_nnx.update(module, moved(variables))
    return module


def pure(module):
    """The module as a function that may be traced."""
    graph, state = flax_nnx.split(module)
    return lambda x: flax_nnx.merge(graph, state, copy=True)(x)  # noqa: PLW0108


@functools.cache
def net():
    module = evaluating(NnxNet(flax_nnx.Rngs(0)))
    return nnx.model(module, inputs=PICTURE, name="net"), module


def test_sites_are_inputs_and_outputs_of_modules_by_path():
    found = {n: s.shape for n, s in aann.sites(net()[0]).items() if not n.startswith("blocks")}
    assert found == {
        "input": (1, 8, 8, 3),
        "NnxNet:input": (1, 8, 8, 3),
        "NnxNet.features:input": (1, 8, 8, 3),
        "first:input": (1, 8, 8, 3),
        "first": (1, 4, 4, 4),
        "NnxNet.features": (1, 4),
        "head:input": (1, 4),
        "head/layers/0:input": (1, 4),
        "head/layers/0": (1, 6),
        "head/layers/2:input": (1, 6),
        "head/layers/2": (1, 5),
        "head": (1, 5),
        "NnxNet": (1, 5),
    }
    blocks = [n for n in aann.sites(net()[0]) if n.startswith("blocks") and n.count("/") == 1]
    assert blocks == [
        "blocks/0:input#0",  # hangs in two places, and runs twice
        "blocks/0#0",
        "blocks/1:input",
        "blocks/1",
        "blocks/0:input#1",
        "blocks/0#1",
    ]


def test_laws_on_a_net_with_batch_statistics_and_dropout():
    model, module = net()
    x = examples(PICTURE)
    check_unchanged(model, pure(module), x)
    some = ["first", "blocks/0/norm#0", "blocks/1", "blocks/0/conv:input#1", "head/layers/0"]
    check_splices(model, x, some)
    check_cuts(model, x, ["blocks/1/norm", "blocks/0/conv:input#1"])  # beside skip connections


def test_parameters_are_a_state_and_statistics_part_of_the_fingerprint():
    model, module = net()
    assert isinstance(model.params, flax_nnx.State)
    params = flax_nnx.state(module, flax_nnx.Param)
    assert jax.tree.structure(model.params) == jax.tree.structure(params)
    other = flax_nnx.clone(module)
    other.blocks[0].norm.mean.set_value(jnp.ones(4))
    assert nnx.model(other, inputs=PICTURE).fingerprint() != model.fingerprint()


def test_nothing_of_the_users_is_changed_nor_followed():
    module = evaluating(NnxNet(flax_nnx.Rngs(0)))
    before = flax_nnx.graphdef(module)
    model = nnx.model(module, inputs=PICTURE)
    x = examples(PICTURE, 1)
    outputs = model(x)
    assert flax_nnx.graphdef(module) == before
    module.first.kernel.set_value(module.first.kernel.get_value() * 0)  # trained on
    np.testing.assert_array_equal(model(x), outputs)


def test_methods_by_name_and_as_a_function():
    _, module = net()
    x = examples(PICTURE, 1)
    model = nnx.model(module, inputs=PICTURE, method="features")
    assert list(aann.sites(model))[-1] == "NnxNet.features"
    np.testing.assert_array_equal(model(x), module.features(x))
    two = nnx.model(module, inputs={"a": PICTURE}, method=lambda m, x: m(x["a"]) * 2)
    np.testing.assert_array_equal(two({"a": x}), module(x) * 2)


def test_gradients_reach_the_parameters():
    model, module = net()
    x = examples(PICTURE, 1)
    graph, params, rest = flax_nnx.split(module, flax_nnx.Param, ...)
    plain = jax.grad(lambda p: flax_nnx.merge(graph, p, rest)(x).sum())(params)
    adapted = jax.grad(lambda p: model.apply(p, x).sum())(model.params)
    jax.tree.map(np.testing.assert_array_equal, adapted, plain)


class Layers(flax_nnx.Module):
    """Runs one layer, or a stack of three, under one of nnx's transformations."""

    def __init__(self, lift, rngs):
        self.lift = lift

        def make(rngs):
            return flax_nnx.Linear(6, 6, rngs=rngs)

        if lift in ("scan", "vmap"):
            make = flax_nnx.split_rngs(splits=3)(flax_nnx.vmap(make))
        self.layer = make(rngs)

    def __call__(self, x):
        if self.lift == "scan":
            return flax_nnx.scan(
                lambda x, layer: layer(x),
                in_axes=(flax_nnx.Carry, 0),
                out_axes=flax_nnx.Carry,
            )(x, self.layer)
        if self.lift == "vmap":
            return flax_nnx.vmap(lambda x, layer: layer(x), in_axes=(None, 0))(x, self.layer).sum(0)
        lift = flax_nnx.jit if self.lift == "jit" else flax_nnx.remat
        return lift(lambda layer, x: layer(x))(self.layer, x)


@pytest.mark.parametrize("lift", ["remat", "jit", "vmap", "scan"])
def test_modules_keep_their_sites_under_nnx_transformations(lift):
    module = Layers(lift, flax_nnx.Rngs(0))
    x = examples(VECTOR)
    module(x)  # traced before, in vain
    model = nnx.model(module, inputs=VECTOR)
    check_unchanged(model, pure(module), x)
    name = "layer[1]" if lift == "scan" else "layer"
    assert aann.sites(model, x)[name].shape == ((3, 3, 6) if lift == "vmap" else (3, 6))
    check_splices(model, x, [name])


class Attention(flax_nnx.Module):
    def __init__(self, rngs, **options):
        self.embed = flax_nnx.Embed(7, 8, rngs=rngs)
        self.attention = flax_nnx.MultiHeadAttention(2, 8, rngs=rngs, decode=False, **options)

    @flax_nnx.jit
    def __call__(self, tokens):
        return self.embed.attend(self.attention(self.embed(tokens), mask=None))


@pytest.mark.parametrize("options", [{}, {"dropout_rate": 0.1}])
def test_attention_probabilities_on_request(options):
    module = Attention(flax_nnx.Rngs(0), **options)
    module.eval()
    x = examples(TOKENS)
    name = "attention:probabilities"
    assert name not in aann.sites(nnx.model(module, inputs=TOKENS))
    model = nnx.model(module, inputs=TOKENS, probabilities=True)
    outputs, values = aann.capture(model, [name])(x)
    assert values[name].shape == (3, 2, 5, 5)
    np.testing.assert_allclose(values[name].sum(-1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(outputs, module(x), atol=1e-5)
    check_splices(model, x, [name], jit=lambda f: f)  # XLA fuses a softmax that nobody else reads


def test_heads_that_share_their_keys_have_probabilities():
    module = flax_nnx.MultiHeadAttention(4, 8, num_kv_heads=2, rngs=flax_nnx.Rngs(0), decode=False)
    one = jax.ShapeDtypeStruct((5, 8), jnp.float32)
    model = nnx.model(module, inputs=one, probabilities=True)
    x = examples(one)
    assert aann.sites(model, x)["MultiHeadAttention:probabilities"].shape == (3, 4, 5, 5)
    np.testing.assert_allclose(model(x), module(x), atol=1e-5)


class Plain(flax_nnx.Module, pytree=False):
    """Not a pytree; keeps its layers in a list, and its methods of several kinds."""

    layers: list

    def __init__(self, rngs):
        self.layers = [flax_nnx.Linear(6, 6, rngs=rngs) for _ in range(2)]
        self.rngs = rngs

    @staticmethod
    def double(x):
        return x * 2

    @property
    def last(self):
        return self.layers[-1]

    def _inner(self, layer, x, *, rngs):
        assert rngs is self.rngs
        assert isinstance(layer, flax_nnx.Linear)
        return layer(x)

    def __call__(self, x):
        return self.double(self.last(self._inner(self.layers[0], x, rngs=self.rngs)))


def test_modules_that_are_no_pytrees():
    module = Plain(flax_nnx.Rngs(0))
    model = nnx.model(module, inputs=VECTOR)
    assert list(aann.sites(model)) == [
        "input", "Plain:input", "Plain._inner:input.1", "layers/0:input", "layers/0",
        "Plain._inner", "layers/1:input", "layers/1", "Plain",
    ]  # fmt: skip
    check_unchanged(model, pure(module), examples(VECTOR))


def test_streams_of_random_numbers_that_outputs_do_not_depend_on_are_fine():
    module = flax_nnx.RNN(flax_nnx.LSTMCell(6, 3, rngs=flax_nnx.Rngs(0)))  # draws, to start with 0
    one = jax.ShapeDtypeStruct((4, 6), jnp.float32)
    model = nnx.model(module, inputs=one)
    assert "cell:output.0.1[3]" in aann.sites(model)
    check_unchanged(model, pure(module), examples(one))


class Tokens(flax_nnx.Module):
    def __call__(self, x):
        return x.argmax(-1)


@pytest.mark.parametrize(
    ("module", "inputs", "message"),
    [
        (NnxNet, PICTURE, r"module is the class NnxNet: pass an instance, NnxNet\(..., rngs="),
        (MLP(), PICTURE, "flax.linen module: use aann.adapters.linen.model"),
        (nn.Dense, PICTURE, "flax.linen module: use aann.adapters.linen.model"),
        (flax_nnx.State({}), PICTURE, r"put it together with nnx.merge\(graphdef, state\)"),
        (lambda x: x, PICTURE, "a flax.nnx module, got function"),
        (Tokens(), None, "inputs= is missing"),
    ],
)
def test_wrong_objects_are_refused(module, inputs, message, unchecked):
    with pytest.raises(TypeError, match=message):
        nnx.model(module, inputs=inputs)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (
            NnxNet(flax_nnx.Rngs(0)),
            r"NnxNet changes its own variables \(blocks/0/norm/mean, .*\) and draws random "
            r"numbers, as dropout does, when it runs.*module.eval\(\)",
        ),
        (flax_nnx.Dropout(0.5, rngs=flax_nnx.Rngs(0)), "Dropout draws random numbers, as dropout"),
        (Tokens(), r"Tokens returns no floating-point array, only int32\[1, 8, 8\]"),
        (flax_nnx.Linear(2, 3, rngs=flax_nnx.Rngs(0)), "check that inputs= describes ONE example"),
    ],
)
def test_modules_that_do_not_run_say_why(module, message):
    before = jax.tree.leaves(flax_nnx.state(module))
    with pytest.raises(ValueError, match=message):
        nnx.model(module, inputs=PICTURE)
    assert all(a is b for a, b in zip(before, jax.tree.leaves(flax_nnx.state(module))))


def test_a_view_in_evaluation_mode_does():
    module = NnxNet(flax_nnx.Rngs(0))
    view = flax_nnx.view(module, deterministic=True, use_running_average=True)
    model = nnx.model(view, inputs=PICTURE)
    np.testing.assert_array_equal(model(x := examples(PICTURE, 1)), view(x))


class Decodes(flax_nnx.Module):
    """Attention with a cache, as for writing a text word by word."""

    def __init__(self, decode=True, rngs=None):
        rngs = rngs or flax_nnx.Rngs(0)
        self.norm = flax_nnx.BatchNorm(8, rngs=rngs)
        self.attention = flax_nnx.MultiHeadAttention(2, 8, decode=decode, rngs=rngs)

    def __call__(self, x):
        return self.attention(self.norm(x))


ONE_WORD = jax.ShapeDtypeStruct((1, 8), jnp.float32)
NO_CACHE = r"pass nnx.view\(module, decode=False, raise_if_not_found=False\)"


def test_what_a_decoding_module_is_told_helps():
    module = Decodes()
    with pytest.raises(ValueError, match=rf"cache not initialized.*\n{NO_CACHE}"):
        nnx.model(module, inputs=ONE_WORD)
    module.attention.init_cache((1, 1, 8))
    with pytest.raises(ValueError, match=rf"put it into evaluation.*; for its cache {NO_CACHE}"):
        nnx.model(module, inputs=ONE_WORD)
    module.eval()
    with pytest.raises(ValueError, match=rf"so it is no pure function: for its cache {NO_CACHE}"):
        nnx.model(module, inputs=ONE_WORD)
    view = flax_nnx.view(module, decode=False, raise_if_not_found=False)
    model = nnx.model(view, inputs=jax.ShapeDtypeStruct((5, 8), jnp.float32))
    whole = Decodes(decode=False)
    whole.eval()
    x = jax.random.normal(jax.random.key(0), (2, 5, 8))
    np.testing.assert_allclose(model(x), whole(x), atol=1e-6)


def test_attention_that_was_not_told_whether_it_decodes():
    module = flax_nnx.MultiHeadAttention(2, 8, rngs=flax_nnx.Rngs(0))
    with pytest.raises(ValueError, match=rf"(?s)No `decode` argument.*\n{NO_CACHE}"):
        nnx.model(module, inputs=ONE_WORD)
    view = flax_nnx.view(module, decode=False)
    assert "input" in aann.sites(nnx.model(view, inputs=ONE_WORD))


class Sows(flax_nnx.Module):
    def __init__(self):
        self.dense = flax_nnx.Linear(8, 8, rngs=flax_nnx.Rngs(0))

    def __call__(self, x):
        self.sow(flax_nnx.Intermediate, "dense out", y := self.dense(x))
        return y


class Counts(flax_nnx.Module):
    """What it keeps is an array, or a structure of them."""

    def __init__(self, start):
        self.calls = flax_nnx.Variable(start)

    def __call__(self, x):
        self.calls.set_value(jax.tree.map(lambda n: n + 1, self.calls.get_value()))
        return x


@pytest.mark.filterwarnings("ignore:Using 'Module.sow:DeprecationWarning")
@pytest.mark.parametrize("runs", [0, 1, 2])
def test_what_was_sown_is_taken_out(runs):
    module = Sows()
    for _ in range(runs):
        module(jnp.ones((1, 1, 8)))
    if runs:
        with pytest.raises(
            ValueError, match=r"function: take out what .* nnx.pop\(module, nnx.Int"
        ):
            nnx.model(module, inputs=ONE_WORD)
        flax_nnx.pop(module, flax_nnx.Intermediate)
    assert "dense" in aann.sites(nnx.model(module, inputs=ONE_WORD))


@pytest.mark.parametrize("start", [jnp.zeros(()), {"a": jnp.zeros(()), "b": jnp.ones(2)}])
def test_variables_of_a_modules_own_are_named(start):
    message = r"\(calls\) when it runs.*; variables of its own it must not write"
    with pytest.raises(ValueError, match=message):
        nnx.model(Counts(start), inputs=ONE_WORD)


@pytest.mark.parametrize("value", [jnp.full(3, jnp.nan), jax.random.key(0), jnp.ones(3, jnp.int4)])
def test_values_that_are_no_numbers_or_keys_stay_the_same(value):
    module = flax_nnx.Linear(8, 8, rngs=flax_nnx.Rngs(0))
    module.held = flax_nnx.Variable(value)
    assert "input" in aann.sites(nnx.model(module, inputs=ONE_WORD))


def test_what_is_held_cannot_change():
    table = np.ones(8, np.float32)
    module = flax_nnx.Linear(8, 8, rngs=flax_nnx.Rngs(0))
    module.bias = flax_nnx.Param(table)
    module.held = flax_nnx.Variable(table)
    model = nnx.model(module, inputs=ONE_WORD, method=lambda m, x: m(x) * m.held[...])
    before = model(jnp.ones((1, 1, 8))), model.fingerprint()
    table[:] = 3
    np.testing.assert_array_equal(model(jnp.ones((1, 1, 8))), before[0])
    assert model.fingerprint() == before[1]
