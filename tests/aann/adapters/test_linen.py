"""Serves ``attention``, ``hidden``, ``marking``, ``problems`` too."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from adapted import check_cuts, check_splices, check_unchanged
from flax import linen as nn
from flax import nnx
from flax_models import (
    MLP,
    PICTURE,
    TOKENS,
    VECTOR,
    NnxNet,
    ResNet,
    TransformerLM,
    examples,
    initialised,
)

import aann
from aann.adapters import linen


def adapted(module, one=VECTOR, **kwargs):
    variables = initialised(module, one, **kwargs)
    return linen.model(module, variables, inputs=one, **kwargs), variables


@functools.cache
def mlp():
    return adapted(MLP())


@functools.cache
def resnet():
    return adapted(ResNet(), PICTURE, train=False)


@functools.cache
def transformer():
    return adapted(TransformerLM(), TOKENS)


def names(model, x=None):
    return list(aann.sites(model, x))


def test_sites_are_inputs_and_outputs_of_modules_by_path():
    model, _ = mlp()
    found = {n: s.shape for n, s in aann.sites(model).items()}
    assert found == {
        "input": (1, 6),
        "MLP:input": (1, 6),
        "middle:input#0": (1, 6),
        "middle#0": (1, 6),
        "middle:input#1": (1, 6),
        "middle#1": (1, 6),
        "Dense_0:input": (1, 6),
        "Dense_0": (1, 3),
        "MLP": (1, 3),
    }


def test_laws_on_an_mlp():
    model, variables = mlp()
    x = examples(VECTOR)
    check_unchanged(model, lambda x: MLP().apply(variables, x), x)
    np.testing.assert_array_equal(model(x), MLP().apply(variables, x))
    check_splices(model, x, names(model)[2:])
    check_cuts(model, x, ["middle#1", "Dense_0:input"])
    assert jax.tree.leaves(model.params) == jax.tree.leaves(variables["params"])


def test_laws_on_a_resnet_with_batch_statistics():
    model, variables = resnet()
    x = examples(PICTURE)
    check_unchanged(model, lambda x: ResNet().apply(variables, x, train=False), x)
    some = [
        "bn_init",
        "ResidualBlock_0",  # both branches of the next block read it
        "ResidualBlock_1/Conv_0:input",  # one of them does
        "ResidualBlock_1/norm_project",  # the skip connection
        "ResidualBlock_1/BatchNorm_1",
    ]
    assert set(some) <= set(names(model))
    check_splices(model, x, some)
    check_cuts(model, x, some)
    pieces = aann.cut(model, "ResidualBlock_1/BatchNorm_1", x)
    assert [s.shape for s in pieces.crossing] == [(3, 2, 2, 8)]  # the skip connection


def test_statistics_are_part_of_the_fingerprint():
    model, variables = resnet()
    other = jax.tree.map(lambda s: s + 1, variables["batch_stats"])
    changed = linen.model(
        ResNet(), {**variables, "batch_stats": other}, inputs=PICTURE, train=False
    )
    assert changed.fingerprint() != model.fingerprint()
    assert set(model.params) == set(variables["params"])


def test_laws_on_a_transformer_with_dropout_and_boxed_parameters():
    model, variables = transformer()
    x = examples(TOKENS)
    check_unchanged(model, lambda x: TransformerLM().apply(variables, x), x)
    some = [
        "Embed_0",
        "block_0",
        "block_0/attention:probabilities",
        "block_1/attention/query",
        "block_1/in",
        "block_1/Dropout_0:input",
        "Embed_0.attend",
    ]
    shapes = {n: s.shape for n, s in aann.sites(model, x).items()}
    assert shapes["block_0/attention:probabilities"] == (3, 2, 5, 5)
    assert shapes["block_1:input"] == (3, 5, 8)
    assert shapes["block_1:input.1"] == (3, 1, 5, 5)  # the mask
    check_splices(model, x, some)
    check_cuts(model, x, some)


def test_attention_probabilities_are_probabilities():
    model, _ = transformer()
    name = "block_1/attention:probabilities"
    _, values = aann.capture(model, [name])(examples(TOKENS))
    np.testing.assert_allclose(values[name].sum(-1), 1.0, rtol=1e-6)


class Layers(nn.Module):
    """A module that is lifted in some way."""

    lift: str

    @nn.compact
    def __call__(self, x):
        if self.lift == "scan":
            loop = nn.scan(
                Layer, variable_axes={"params": 0}, split_rngs={"params": True}, length=3
            )
            return loop(name="layers")(x, None)[0]
        if self.lift == "vmap":
            several = nn.vmap(
                Layer, variable_axes={"params": 0}, split_rngs={"params": True}, in_axes=None,
                axis_size=3,
            )  # fmt: skip
            return several(name="layers")(x, None)[0].sum(0)
        return getattr(nn, self.lift)(Layer)(name="layers")(x, None)[0]


class Layer(nn.Module):
    @nn.compact
    def __call__(self, x, _):
        return x + nn.Dense(6, name="dense")(x), None


@pytest.mark.parametrize("lift", ["remat", "jit", "vmap", "scan"])
def test_modules_keep_their_sites_under_lifted_transformations(lift):
    module = Layers(lift)
    model, variables = adapted(module)
    x = examples(VECTOR)
    check_unchanged(model, lambda x: module.apply(variables, x), x)
    if lift == "scan":
        assert {f"layers/dense[{i}]" for i in range(3)} <= set(aann.sites(model, x))
        check_splices(model, x, ["layers:input[0]", "layers/dense[1]", "layers:output.0[2]"])
    else:
        shape = (3, 3, 6) if lift == "vmap" else (3, 6)
        found = aann.sites(model, x)
        assert found["layers/dense"].shape == found["layers:output.0"].shape == shape
        check_splices(model, x, ["layers/dense", "layers:output.0"])


class Odd(nn.Module):
    """Returns structures, keeps what is not traced as it is, and minds identity."""

    @nn.compact
    def __call__(self, x, *, table=None):
        carry, (_, extra) = nn.Dense(6, name="input")(x), self.pair(x, x, table, 3)
        return {"logits": carry + extra["sum"], "scale": 3}

    @nn.nowrap
    def unseen(self, x):
        return x

    def pair(self, a, b, table, times):
        assert a is b
        assert isinstance(table, np.ndarray)
        assert isinstance(times, int)
        return table, {"sum": self.unseen(a + b) * times, "count": jnp.argmax(a, -1)}


def test_structures_get_a_site_a_leaf_and_untraced_values_none():
    module = Odd()
    table = np.ones(3)
    model, variables = adapted(module, table=table)
    assert names(model) == [
        "input",
        "Odd:input",
        "Odd/input:input",  # a module called "input" keeps off the model's inputs
        "Odd/input",
        "Odd.pair:input",
        "Odd.pair:output.1.count",
        "Odd.pair:output.1.sum",
        "Odd:output.logits",
    ]
    x = examples(VECTOR)
    check_unchanged(
        lambda x: model(x)["logits"],
        lambda x: module.apply(variables, x, table=table)["logits"],
        x,
    )
    assert model(x)["scale"] == 3


def test_a_name_that_is_short_of_its_suffix_gets_it_as_advice():
    model, _ = adapted(Odd(), table=np.ones(3))
    with pytest.raises(
        ValueError, match=r"did you mean 'Odd:input', 'Odd:output.logits', 'Odd.pair"
    ):
        aann.capture(model, ["Odd"])(examples(VECTOR))
    with pytest.raises(ValueError, match="did you mean 'middle#0', 'middle#1'"):
        aann.capture(mlp()[0], ["middle"])(examples(VECTOR))


class Autoencoder(nn.Module):
    def setup(self):
        self.down, self.up = nn.Dense(2), nn.Dense(6)

    def __call__(self, x):
        return self.up(self.encode(x))

    def encode(self, x):
        return nn.tanh(self.down(x))


def test_another_method_by_name_or_as_a_function():
    module = Autoencoder()
    variables = initialised(module, VECTOR)
    model = linen.model(module, variables, inputs=VECTOR, method="encode")
    assert names(model) == [
        "input", "Autoencoder.encode:input", "down:input", "down", "Autoencoder.encode",
    ]  # fmt: skip
    both = {"left": VECTOR, "right": VECTOR}
    model = linen.model(
        module, variables, inputs=both, method=lambda m, x: m(x["left"]) + m.encode(x["right"]) @ W
    )
    x = examples(VECTOR)
    assert "Autoencoder.encode#1" in names(model, {"left": x, "right": x})
    np.testing.assert_array_equal(
        model({"left": x, "right": x}),
        module.apply(variables, x) + module.apply(variables, x, method="encode") @ W,
    )


W = jnp.ones((2, 6))


def test_nothing_of_the_users_is_changed():
    attention = nn.MultiHeadDotProductAttention(2)
    one = jax.ShapeDtypeStruct((5, 6), jnp.float32)
    variables = initialised(attention, one)
    linen.model(attention, variables, inputs=one)(examples(one))
    assert attention.attention_fn is nn.dot_product_attention
    assert attention.scope is None
    assert set(variables) == {"params"}


def test_evaluate_end_to_end():
    model, variables = mlp()
    rng = np.random.default_rng(0)
    x = rng.normal(size=(160, 6)).astype(np.float32)
    design, heldout = aann.split(
        aann.from_arrays("noise", x, np.asarray(model(jnp.asarray(x)).argmax(-1)))
    )
    kernel, bias = (variables["params"]["middle"][k] for k in ("kernel", "bias"))
    right = aann.make(
        lambda h, c: (h @ kernel + bias)[:, :3],
        model="", site="middle#1", units=[0, 1, 2], reads=["middle:input#1"], name="right",
    )  # fmt: skip
    report = aann.evaluate(model, right, heldout, design=design, draws=200)
    assert report.row("right").recovered["kl"].estimate == pytest.approx(1.0, abs=1e-4)
    assert report.natural["constants"] == 3 * 6 + 3  # weights and biases of three units


class Hiding(nn.Module):
    """Applies a module inside a jax.jit of the user's own."""

    @nn.compact
    def __call__(self, x):
        held = self.param("inside", nn.Dense(6).init, jnp.zeros((1, 6)))
        return jitted_dense(held, x)


@jax.jit
def jitted_dense(variables, x):
    return nn.Dense(6, name="own").apply(variables, x)


def test_modules_under_a_jit_that_was_traced_before_are_refused():
    variables = initialised(Hiding(), VECTOR)  # traces it for batches of one
    with pytest.raises(ValueError, match="modules 'Dense' run inside a jax.jit that was traced"):
        linen.model(Hiding(), variables, inputs=VECTOR)
    jitted_dense.clear_cache()
    model = linen.model(Hiding(), variables, inputs=VECTOR)
    assert "Dense" in names(model)
    assert "Dense" in names(model)  # now from the cache, marks and all
    x = examples(VECTOR)
    Hiding().apply(variables, x)  # a clean run of another size
    with pytest.raises(ValueError, match=r"call jax\.clear_caches\(\)"):
        aann.sites(model, x)


def test_what_a_module_reads_of_another_one_is_no_reason_to_refuse():
    class Tied(nn.Module):
        def setup(self):
            self.inner = nn.Dense(6)

        def __call__(self, x):
            return jnp.einsum("bi,ij->bj", x, self.inner.variables["params"]["kernel"])

    variables = {"params": {"inner": {"kernel": jnp.eye(6), "bias": jnp.zeros(6)}}}
    assert names(linen.model(Tied(), variables, inputs=VECTOR)) == ["input", "Tied:input", "Tied"]


PARAMS = {"params": {}}


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((MLP, PARAMS), {"inputs": VECTOR}, "module is the class MLP: pass an instance"),
        ((lambda x: x, PARAMS), {"inputs": VECTOR}, "a flax.linen module, got function"),
        ((NnxNet, PARAMS), {"inputs": VECTOR}, "flax.nnx module: use aann.adapters.nnx.model"),
        ((MLP().bind(PARAMS), PARAMS), {"inputs": VECTOR}, r"MLP is bound .* module.unbind\(\)"),
        ((MLP(), {"Dense_0": {}}), {"inputs": VECTOR}, "no 'params', only 'Dense_0'"),
        ((MLP(), jnp.ones(3)), {"inputs": VECTOR}, "variables is to be what module.init returned"),
        ((MLP(), nnx.State({})), {"inputs": VECTOR}, "got State"),
        ((MLP(), PARAMS), {}, "inputs= is missing: what ONE example looks like"),
        ((MLP(), PARAMS), {"inputs": jnp.ones((4, 6))}, r"of shape \(4, 6\): pass jax.Shape"),
        ((MLP(), PARAMS), {"inputs": (6,)}, "got int: pass jax.ShapeDtypeStruct"),
        ((MLP(), PARAMS), {"inputs": VECTOR, "mutable": ["cache"]}, "mutable= makes .* leave"),
    ],
)  # fmt: skip
def test_wrong_objects_are_refused(args, kwargs, message, unchecked):
    with pytest.raises(TypeError, match=message):
        linen.model(*args, **kwargs)


def test_a_train_state_is_refused(unchecked):
    class State:
        apply_fn, params = None, {}

    with pytest.raises(TypeError, match="TrainState: pass {'params': state.params}"):
        linen.model(MLP(), State(), inputs=VECTOR)


def test_all_problems_come_at_once(unchecked):
    with pytest.raises(TypeError) as caught:
        linen.model(MLP, 3, inputs=None)
    assert len(str(caught.value).splitlines()) == 3


class Tokens(nn.Module):
    def __call__(self, x):
        return x.argmax(-1)


@pytest.mark.parametrize(
    ("module", "variables", "message"),
    [
        (nn.Dropout(0.5, deterministic=False), {}, "it draws random numbers: switch that off"),
        (ResNet(), "init", "it changes its own variables: .*train=False"),
        (ResNet(), "params", "pass everything that init of this"),
        (nn.Dropout(0.5), {}, "every argument without a default is among the keyword arguments"),
        (nn.Dense(3), {"params": {"kernel": jnp.ones((5, 3))}}, "init of this very module"),
        (nn.Dense(3), {"params": {}}, "init of this very module"),
        (Tokens(), {}, r"Tokens returns no floating-point array, only int32\[1, 8, 8\]"),
    ],
)
def test_modules_that_do_not_run_say_why(module, variables, message):
    if isinstance(variables, str):
        variables = {k: v for k, v in resnet()[1].items() if variables in ("init", k)}
    kwargs = {"train": False} if message.startswith("pass everything") else {}
    with pytest.raises(ValueError, match=message):
        linen.model(module, variables, inputs=PICTURE, **kwargs)


@pytest.mark.parametrize("collections", [("params", "cache"), ("params",)])
def test_what_a_decoding_module_is_told_helps(collections):
    one = jax.ShapeDtypeStruct((1, 8), jnp.float32)
    module = nn.MultiHeadDotProductAttention(2, decode=True)
    variables = module.init(jax.random.key(0), jnp.ones((1, 1, 8)))
    given = {name: variables[name] for name in collections}
    with pytest.raises(ValueError, match="it decodes step by step: make the module with"):
        linen.model(module, given, inputs=one)
    whole = nn.MultiHeadDotProductAttention(2, decode=False)
    model = linen.model(whole, given, inputs=jax.ShapeDtypeStruct((5, 8), jnp.float32))
    x = jax.random.normal(jax.random.key(0), (2, 5, 8))
    np.testing.assert_array_equal(model(x), whole.apply(variables, x))


def test_what_is_held_cannot_change():
    variables = jax.tree.map(np.array, dict(resnet()[1]))
    model = linen.model(ResNet(), variables, inputs=PICTURE, train=False)
    x = examples(PICTURE)
    before = model(x), model.fingerprint()
    for array in jax.tree.leaves(variables):
        array[...] = 3
    np.testing.assert_array_equal(model(x), before[0])
    assert model.fingerprint() == before[1]
