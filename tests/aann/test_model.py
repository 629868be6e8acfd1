import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from adapted import check_cuts, check_splices, check_unchanged
from flax import linen as nn
from flax import nnx
from jax.ad_checkpoint import checkpoint_name
from toys import WIDTH, batch

import aann

ONE = jax.ShapeDtypeStruct((WIDTH,), jnp.float32)


def apply(params, x):
    return x @ params


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((3, None), r"apply is to be a function \(params, inputs\) -> outputs, got int 3"),
        ((nn.Dense(2), None), "apply is a Flax module: use aann.adapters.linen.model"),
        ((nnx.Linear(2, 2, rngs=nnx.Rngs(0)), None), "use aann.adapters.nnx.model"),
        ((lambda x: x, None), r"called as apply\(params, inputs\), but takes \(x\): wrap it"),
        ((jnp.eye(2), apply), "params is to be a pytree of arrays, got a function: pass apply fir"),
        ((apply, {"w": jnp.eye(2), "act": "relu"}), r"params\['act'\] is str 'relu', not an array"),
        ((apply, nn.Dense(2)), "params is Dense, not an array: let apply close over it"),
        ((apply, None, ONE), "name is a string, got ShapeDtypeStruct of shape .* goes to inputs="),
        ((apply, None, "a", batch()), r"shape \(4, 6\): pass jax.ShapeDtypeStruct\(x.shape\[1:\]"),
        ((apply, None, "a", (6,)), r"got tuple \(6,\): pass jax.ShapeDtypeStruct\(shape_without"),
        ((apply, None, "a", {"x": ONE}), r"got a dict. Where apply .* derive the others from"),
        (
            (apply, {"w": np.array(["a"])}),
            r"params\['w'\] is ndarray of shape \(1,\), not an",
        ),
        ((apply, {"w": np.array([None])}), "not an array"),
    ],
)
def test_what_is_no_model_is_refused(args, message, unchecked):
    with pytest.raises(TypeError, match=message):
        aann.Model(*args)


def test_all_problems_come_at_once(unchecked):
    with pytest.raises(TypeError) as caught:
        aann.Model(3, {"w": "a"}, 4, (6,))
    assert len(str(caught.value).splitlines()) == 4


@pytest.mark.parametrize("function", [apply, jax.jit(apply), lambda *args: args[1] @ args[0]])
def test_any_function_of_parameters_and_inputs_is_a_model(function):
    model = aann.Model(function, jnp.eye(WIDTH), inputs=ONE)
    assert list(aann.sites(model)) == ["input"]


def test_a_bound_apply_is_a_model_without_marks():
    params = {"params": {"kernel": jnp.eye(WIDTH)}}
    model = aann.Model(nn.Dense(WIDTH, use_bias=False).apply, params, inputs=ONE)
    assert list(aann.sites(model)) == ["input"]


def test_a_batch_as_one_example_is_hinted_at():
    one = jax.ShapeDtypeStruct((4, WIDTH), jnp.float32)
    model = aann.Model(lambda p, x: jnp.dot(x, p).reshape(-1, WIDTH), jnp.eye(3), inputs=one)
    with pytest.raises(TypeError) as caught:
        aann.sites(model)
    (note,) = [n for n in caught.value.__notes__ if "batch of one" in n]
    assert "If those have a batch axis, leave it out: they are ONE example." in note


def test_several_inputs_are_passed_to_what_looks_at_sites():
    model = aann.Model(lambda p, x: aann.site("s", x["a"] + x["b"]), None)
    inputs = {"a": batch(), "b": batch(seed=2)}
    assert aann.sites(model, inputs)["s"].shape == (4, WIDTH)
    message = r"does not say what one example looks like.* derive the others from it inside apply"
    with pytest.raises(ValueError, match=message):
        aann.sites(model)


def test_parameters_cannot_change_under_a_model():
    weights = np.eye(WIDTH, dtype=np.float32)
    seen = weights.view()
    seen.flags.writeable = False  # but who has weights can write
    params = {"w": weights, "v": seen, "n": 2.0, "none": None}
    model = aann.Model(lambda p, x: x @ p["w"] @ p["v"] * p["n"], params, inputs=ONE)
    before, outputs = model.fingerprint(), model(batch())
    weights[:] = 0
    params["w"] = weights
    assert model.fingerprint() == before
    np.testing.assert_array_equal(model(batch()), outputs)
    with pytest.raises(ValueError, match="read-only"):
        model.params["w"][:] = 0
    again = dataclasses.replace(model, name="again")
    assert again.params["w"] is model.params["w"]  # copied once


def test_parameters_that_nobody_can_write_to_are_not_copied(tmp_path):
    np.save(tmp_path / "w.npy", np.eye(WIDTH, dtype=np.float32))
    mapped = np.load(tmp_path / "w.npy", mmap_mode="r")
    params = {"mapped": mapped, "jax": jnp.eye(2)}
    model = aann.Model(apply, params)
    assert all(model.params[name] is params[name] for name in params)


def fingerprint(leaf):
    return aann.Model(apply, {"w": leaf}).fingerprint()


@pytest.mark.parametrize(
    "leaf",
    [
        jax.random.key(0), jax.random.split(jax.random.key(0), 3), jax.random.key(0, impl="rbg"),
        jnp.ones((2, 3), jnp.bfloat16), jnp.ones((2, 3), jnp.float8_e4m3fn),
        jnp.ones((2, 3), jnp.int4), jnp.ones((2, 3), bool), jnp.ones((2, 3), jnp.complex64),
        jnp.ones((0, 3)), jnp.float32(1), 1.0, 1, True, 1j,
    ],
)  # fmt: skip
def test_every_dtype_has_a_fingerprint(leaf):
    assert fingerprint(leaf) == fingerprint(jax.tree.map(lambda x: x, leaf))
    others = [jnp.ones((3, 2)), jnp.ones((2, 3), jnp.float16), jnp.ones((3, 0)), 2.0, False]
    assert fingerprint(leaf) not in {fingerprint(other) for other in others}


def test_keys_of_random_numbers_are_parameters_as_others():
    keys = [jax.random.key(0), jax.random.key(1), jax.random.key(0, impl="rbg")]
    assert len({fingerprint(key) for key in keys}) == 3

    def noisy(p, x):
        return aann.site("h", x @ p["w"] + jax.random.normal(p["rng"], (1, WIDTH)))

    rng = np.random.default_rng(0)
    params = {"w": jnp.eye(WIDTH), "rng": jax.random.key(0)}
    model = aann.Model(noisy, params, "m", ONE)
    held = aann.split(aann.from_arrays("d", rng.normal(size=(40, WIDTH)).astype(np.float32)))[1]
    own = jax.random.key(7)  # counts as the two numbers that it is made of
    program = aann.make(
        lambda x, c: x[:, :1] + jax.random.normal(own, (1, 1)), model="m", site="h", units=0,
        name="p",
    )  # fmt: skip
    row = aann.evaluate(model, program, held, draws=100, linear=False).row("p")
    assert row.constants == 2
    assert row.recovered["kl"].identified


def named(p, x):
    """Code that was annotated for rematerialisation."""
    h = checkpoint_name(jnp.tanh(x @ p), "hidden")
    return checkpoint_name(h @ p, "output") * 2


def test_laws_on_checkpoint_names():
    p = jax.random.normal(jax.random.key(0), (WIDTH, WIDTH))
    model, x = aann.Model(named, p, inputs=ONE), batch()
    assert list(aann.sites(model)) == ["input", "hidden", "output"]
    check_unchanged(model, lambda x: named(p, x), x)
    check_splices(model, x, ["hidden", "output"])
    check_cuts(model, x, ["hidden"])


def test_a_checkpoint_name_that_is_input_is_numbered():
    model = aann.Model(lambda p, x: checkpoint_name(x * 2, "input") + 1, None, inputs=ONE)
    assert list(aann.sites(model)) == ["input", "input#0"]
    _, values = aann.capture(model, ["input", "input#0"])(batch())
    assert (values["input"] == batch()).all()
    assert (values["input#0"] == batch() * 2).all()
    zero = aann.make(lambda x, c: x * 0, model="", site="input#0", units=range(WIDTH))
    spliced = aann.splice(model, zero)
    assert list(aann.sites(spliced)) == ["input", "input#0"]
    assert (spliced(batch()) == 1).all()


def test_a_checkpoint_name_that_is_anothers_number_is_an_error():
    def collides(p, x):
        for name in ("a", "a", "a#0"):
            x = checkpoint_name(x * 2, name)
        return x

    with pytest.raises(ValueError, match="two marks are called 'a#0'.* rename one of them"):
        aann.sites(aann.Model(collides, None, inputs=ONE))


def test_repetitions_keep_their_numbers_below_a_splice():
    def twice(p, x):
        return checkpoint_name(checkpoint_name(x * 2, "a") * 2, "a")

    model = aann.Model(twice, None, inputs=ONE)
    zero = aann.make(lambda x, c: x[:, :1] * 0, model="", site="a#1", units=[0])
    assert list(aann.sites(aann.splice(model, zero))) == ["input", "a#0", "a#1"]


def test_a_model_says_its_size_and_prints_its_parts():
    layers = {"conv": {"w": jnp.zeros((2, 3)), "b": jnp.zeros(3)}, "head": jnp.zeros((1000, 3))}
    model = aann.Model(apply, {"params": layers}, "net", ONE)
    assert repr(model) == "Model('net', 3,009 parameters, inputs=float32 (6,))"
    lines = str(model).split("\n")
    assert lines[0] == "model 'net': 3,009 parameters; one example: float32 (6,)"
    assert [line.split() for line in lines[4:-1]] == [
        ["params.conv", "2", "9"], ["params.head", "1", "3,000"],
    ]  # fmt: skip
    assert "<td style" in model._repr_html_()
    single = aann.Model(apply, jnp.eye(2))
    assert repr(single) == "Model('', 4 parameters, inputs=None)"
    assert "params       1" in str(single)
    assert "\nw " in str(aann.Model(apply, {"w": 1.0}))
    assert "0 parameters; one example: not declared" in str(aann.Model(apply, None))
