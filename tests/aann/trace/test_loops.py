"""Sites inside scans and under vmap."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import WIDTH, batch

import aann

LAYERS = 5


def layer(w, x):
    h = aann.site("layer/h", jnp.tanh(x @ w))
    return aann.site("layer/out", x + h)


def stacked(p, x):
    """Layers as a scan over their weights, as Flax's nn.scan makes them."""

    @jax.checkpoint
    def step(x, w):
        y = layer(w, x)
        return y, y.sum(-1)

    x, sums = jax.lax.scan(step, x, p["w"])
    return aann.site("logits", x + sums.T @ p["mix"])


def written_out(p, x):
    """The same layers, as a loop in Python; marks get numbers in place of indices."""
    sums = []
    for w in p["w"]:
        x = layer(w, x)
        sums.append(x.sum(-1))
    return aann.site("logits", x + jnp.stack(sums).T @ p["mix"])


def model(apply=stacked):
    keys = jax.random.split(jax.random.key(0))
    w = jax.random.normal(keys[0], (LAYERS, WIDTH, WIDTH)) / 2
    mix = jax.random.normal(keys[1], (LAYERS, WIDTH))
    spec = jax.ShapeDtypeStruct((WIDTH,), jnp.float32)
    return aann.Model(apply, {"w": w, "mix": mix}, "stacked", spec)


def at(site, program, units=(0, 2), reads=("input",)):
    return aann.make(program, model="", site=site, units=units, reads=reads, name=site)


def test_each_step_is_a_site():
    expected = [f"layer/{part}[{i}]" for i in range(LAYERS) for part in ("h", "out")]
    assert list(aann.sites(model())) == ["input", *expected, "logits"]
    assert aann.sites(model())["layer/h[3]"] == jax.ShapeDtypeStruct((1, WIDTH), jnp.float32)


@settings(max_examples=8, deadline=None)
@given(st.sets(st.integers(0, LAYERS - 1), min_size=1))
def test_steps_hold_what_the_loop_in_python_holds(steps):
    names = [f"layer/h[{i}]" for i in steps]
    outputs, values = jax.jit(aann.capture(model(), names))(batch())
    plain, expected = jax.jit(aann.capture(model(written_out), [f"layer/h#{i}" for i in steps]))(
        batch()
    )
    np.testing.assert_allclose(outputs, plain, rtol=1e-5, atol=1e-6)
    for i in steps:
        np.testing.assert_allclose(
            values[f"layer/h[{i}]"], expected[f"layer/h#{i}"], rtol=1e-5, atol=1e-6
        )


@settings(max_examples=6, deadline=None)
@given(st.integers(0, LAYERS - 1), st.integers(0, LAYERS - 1))
def test_a_program_in_one_step_leaves_the_others(first, second):
    programs = {first: at(f"layer/h[{first}]", lambda x, c: x[:, :2])}
    programs[second] = at(f"layer/h[{second}]", lambda x, c: -x[:, 3:5])
    spliced = aann.splice(model(), programs.values())

    def by_hand(p, x):
        start = x
        for i, w in enumerate(p["w"]):
            h = jnp.tanh(x @ w)
            if i in programs:
                h = programs[i].write(h, programs[i].compute(start))
            x = x + h
        return x

    plain = aann.capture(spliced, [f"layer/out[{LAYERS - 1}]"])
    _, values = jax.jit(plain)(batch())
    np.testing.assert_allclose(
        values[f"layer/out[{LAYERS - 1}]"], by_hand(model().params, batch()), rtol=1e-5, atol=1e-6
    )


def test_only_the_wanted_step_is_written_out():
    traced = jax.make_jaxpr(aann.capture(model(), ["layer/h[2]"]))(batch())
    lengths = [e.params["length"] for e in traced.eqns if e.primitive.name == "scan"]
    assert lengths == [2, 2]
    traced = jax.make_jaxpr(aann.capture(model(), ["logits"]))(batch())
    assert [e.params["length"] for e in traced.eqns if e.primitive.name == "scan"] == [LAYERS]


def test_splices_compose_and_keep_the_numbers_of_the_steps():
    first, second = (
        at("layer/h[1]", lambda x, c: x[:, :2]),
        at("layer/h[3]", lambda h, c: h[:, :2] + 1, reads=("layer/h[2]",)),
    )
    together = aann.splice(model(), [first, second])
    for one_by_one in (
        aann.splice(aann.splice(model(), first), second),
        aann.splice(aann.splice(model(), second), first),
    ):
        assert list(aann.sites(one_by_one)) == list(aann.sites(model()))
        np.testing.assert_array_equal(jax.jit(together)(batch()), jax.jit(one_by_one)(batch()))


def test_natural_values_in_a_step_change_nothing():
    natural = aann.make(
        lambda h, c: jnp.tanh(h @ model().params["w"][2])[:, (1, 0)],
        model="", site="layer/h[2]", units=(1, 0), reads=("layer/out[1]",),
    )  # fmt: skip
    np.testing.assert_allclose(
        aann.splice(model(), natural)(batch()), model()(batch()), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("name", [f"layer/h[{i}]" for i in (0, 2, LAYERS - 1)])
def test_whole_is_suffix_of_prefix(name):
    pieces = aann.cut(model(), name, batch())
    prepared = pieces.prepare(model().params)
    values, crossing = pieces.prefix(prepared, batch())
    np.testing.assert_allclose(
        pieces.suffix(prepared, values, crossing), model()(batch()), rtol=1e-5, atol=1e-6
    )


def test_evaluate_across_steps():
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(80, WIDTH)).astype(np.float32)
    labels = rng.integers(0, WIDTH, 80)
    _, heldout = aann.split(aann.from_arrays("noise", inputs, labels))
    w = model().params["w"]
    upper = at("layer/h[1]", lambda h, c: jnp.tanh(h @ w[1])[:, (0, 2)], reads=("layer/out[0]",))
    lower = at("layer/h[4]", lambda h, c: jnp.tanh(h @ w[4])[:, (0, 2)], reads=("layer/out[3]",))
    report = aann.evaluate(model(), [upper, lower], heldout, draws=200)
    row = next(r for r in report.rows if r.kind == "program")
    assert row.recovered["kl"].estimate == pytest.approx(1, abs=1e-4)
    # Both steps of the same stack of weights: the whole of it counts.
    assert report.natural["constants"] > 0


def test_names_that_are_no_step_raise_with_the_steps_there_are():
    with pytest.raises(ValueError, match=r"no site 'layer/h\[7\]' in this model: layer/h\[0\] to"):
        aann.capture(model(), ["layer/h[7]"])(batch())
    with pytest.raises(ValueError, match=r"'layer/h' cannot be addressed.*as in layer/h\[0\]"):
        aann.capture(model(), ["layer/h"])(batch())
    spliced = aann.splice(model(), at("layer/h[1]", lambda x, c: x[:, :2]))
    with pytest.raises(ValueError, match=r"no site 'layer/h\[5\]'"):
        aann.capture(spliced, ["layer/h[5]"])(batch())


@pytest.mark.parametrize("reverse", [False, True])
def test_nested_loops_are_addressed_from_the_outside_in(reverse):
    def apply(p, x):
        def outer(x, a):
            def inner(x, b):
                return aann.site("s", x * 2 + a * b), x

            return jax.lax.scan(inner, x, jnp.arange(3.0), reverse=reverse)

        return jax.lax.scan(outer, x, jnp.arange(4.0), reverse=reverse)

    outputs, expected, x = [], {}, np.ones((2, 3), np.float32)
    for a in range(4)[::-1] if reverse else range(4):
        for b in range(3)[::-1] if reverse else range(3):
            outputs.append(x)
            expected[f"s[{a}][{b}]"] = x = x * 2 + a * b
    nested = aann.Model(apply, None)
    start = jnp.ones((2, 3))
    assert list(aann.sites(nested, start)) == ["input", *expected]
    for name in ("s[2][0]", "s[0][2]", "s[3][1]"):
        (last, seen), values = aann.capture(nested, [name])(start)
        np.testing.assert_array_equal(values[name], expected[name])
        np.testing.assert_array_equal(last, x)
        ordered = outputs[::-1] if reverse else outputs
        np.testing.assert_array_equal(seen.reshape(12, 2, 3), np.stack(ordered))
    with pytest.raises(ValueError, match=r"'s\[2\]' cannot be addressed.*as in s\[2\]\[0\]"):
        aann.capture(nested, ["s[2]", "s[2][1]"])(start)


def test_two_loops_of_one_name_are_numbered():
    def apply(p, x):
        step = lambda c, _: (aann.site("s", c + 1), None)  # noqa: E731
        x, _ = jax.lax.scan(step, x, None, length=2)
        return jax.lax.scan(step, x * 10, None, length=3)[0]

    twice = aann.Model(apply, None)
    names = list(aann.sites(twice, batch()))
    assert names == ["input", "s[0]#0", "s[1]#0", "s[0]#1", "s[1]#1", "s[2]"]
    assert aann.capture(twice, ["s[1]#1"])(jnp.zeros((1,)))[1]["s[1]#1"] == 22
    _, values = aann.capture(twice, names)(jnp.zeros((1,)))
    assert [float(values[n][0]) for n in names] == [0, 1, 2, 21, 22, 23]
    with pytest.raises(ValueError, match=r"called 's\[1\]': say which, 's\[1\]#0', 's\[1\]#1'"):
        aann.capture(twice, ["s[1]"])(jnp.zeros((1,)))


def test_a_mark_called_like_a_step_or_a_lane_like_a_step_is_no_guess():
    def apply(p, x):
        x = aann.site("s[1]", x + 1)
        return jax.lax.scan(lambda c, _: (aann.site("s", c * 2), None), x, None, length=2)[0]

    def in_batches(p, x):  # two steps of two lanes, and a lane that is left over
        return jax.lax.map(lambda i: aann.site("s", x + i), jnp.arange(5.0), batch_size=2)

    with pytest.raises(ValueError, match=r"several sites are called 's\[1\]'.*or rename a mark"):
        aann.capture(aann.Model(apply, None), ["s[1]"])(jnp.zeros((1,)))
    mapped = aann.Model(in_batches, None)
    with pytest.raises(ValueError, match=r"called 's\[0\]': say which, 's\[0\]#0', 's\[0\]#1'"):
        aann.capture(mapped, ["s[0]"])(jnp.zeros((1,)))
    _, values = aann.capture(mapped, ["s[0]#0", "s[0]#1", "s[1]"])(jnp.zeros((1,)))
    assert [v.ravel().tolist() for v in values.values()] == [[0, 1], [4], [2, 3]]


def test_gradients_pass_through_a_spliced_loop():
    def loss(p):
        spliced = aann.splice(model(), at("layer/h[2]", lambda x, c: x[:, :2]))
        return spliced.apply(p, batch()).sum()

    slope = jax.grad(loss)(model().params)["w"]
    assert (np.abs(slope).sum((1, 2)) > 0).all()
    assert (slope[2][:, (0, 2)] == 0).all()


def heads(p, x):
    """Heads as one function under vmap over their weights; their outputs are summed."""
    out = jax.vmap(lambda w: aann.site("head", jnp.tanh(x @ w)))(p["w"])
    return aann.site("logits", out.sum(0))


def test_a_mapped_layer_is_a_site_with_its_lanes_in_front_and_each_lane_is_one():
    mapped = model(heads)
    assert aann.sites(mapped)["head"].shape == (LAYERS, 1, WIDTH)
    outputs, values = aann.capture(mapped, ["head", "head[3]"])(batch())
    np.testing.assert_array_equal(values["head[3]"], values["head"][3])
    np.testing.assert_array_equal(outputs, mapped(batch()))
    spliced = aann.splice(
        mapped, [at("head[3]", lambda x, c: x[:, :2]), at("head[1]", lambda x, c: -x[:, :2])]
    )
    head = np.array(values["head"])
    head[3][:, (0, 2)] = batch()[:, :2]
    head[1][:, (0, 2)] = -batch()[:, :2]
    np.testing.assert_allclose(spliced(batch()), head.sum(0), rtol=1e-5, atol=1e-6)
    assert list(aann.sites(spliced)) == ["input", "head", "head[1]", "head[3]", "logits"]
    again = aann.splice(
        aann.splice(mapped, at("head[3]", lambda x, c: x[:, :2])),
        at("head[1]", lambda x, c: -x[:, :2]),
    )
    np.testing.assert_array_equal(again(batch()), spliced(batch()))
    with pytest.raises(
        ValueError, match=r"no site 'head\[9\]' in this model: head\[0\] to head\[4\]"
    ):
        aann.capture(mapped, ["head[9]"])(batch())


def test_a_mapped_site_is_refused_where_it_would_not_show_what_was_done_to_a_lane():
    mapped = model(heads)
    lane = at("head[3]", lambda x, c: x[:, :2])
    below = at("logits", lambda head, c: head[0][:, :2], reads=("head",))
    together = r"'head' is read or replaced together with a replacement at 'head\[3\]'"
    with pytest.raises(ValueError, match=together):
        aann.splice(mapped, [lane, below])(batch())
    with pytest.raises(ValueError, match=together):
        aann.splice(mapped, [lane, at("head", lambda x, c: x[None, :, :2])])(batch())
    spliced = aann.splice(mapped, lane)
    before = r"'head' does not show what was done to its lane 'head\[3\]' in this model"
    with pytest.raises(ValueError, match=before):
        aann.capture(spliced, ["head"])(batch())
    with pytest.raises(ValueError, match=before):
        aann.splice(spliced, below)(batch())
    _, values = aann.capture(spliced, ["head[2]", "head[3]"])(batch())
    np.testing.assert_array_equal(values["head[3]"][:, (0, 2)], batch()[:, :2])


def test_a_step_may_return_literals_and_carry_random_keys():
    def apply(p, x):
        def step(carry, w):
            key, x = carry
            key, used = jax.random.split(key)
            return (key, aann.site("s", x @ w + jax.random.normal(used, x.shape))), 3.0

        (key, x), threes = jax.lax.scan(step, (jax.random.key(0), x), p["w"])
        return x * threes[1] + jax.random.normal(key, x.shape)

    random = model(apply)
    outputs, _ = aann.capture(random, ["s[2]"])(batch())
    np.testing.assert_allclose(outputs, random(batch()), rtol=1e-5, atol=1e-6)
    pieces = aann.cut(random, "s[2]", batch())
    prepared = pieces.prepare(random.params)
    whole = pieces.suffix(prepared, *pieces.prefix(prepared, batch()))
    np.testing.assert_allclose(whole, outputs, rtol=1e-5, atol=1e-6)


def test_the_mapped_axis_comes_first_wherever_vmap_put_it_and_nothing_is_moved():
    def one(x):
        return aann.site("s", x * 2)

    def mapped(p, x):
        return jax.vmap(jax.vmap(one, in_axes=1), in_axes=2, out_axes=1)(x)

    x = jnp.arange(24.0).reshape(2, 3, 4)
    _, values = aann.capture(aann.Model(mapped, None), ["s", "s[2]", "s[2][1]"])(x)
    np.testing.assert_array_equal(values["s"], 2 * x.transpose(2, 1, 0))
    np.testing.assert_array_equal(values["s[2]"], 2 * x[:, :, 2].T)
    np.testing.assert_array_equal(values["s[2][1]"], 2 * x[:, 1, 2])
    marked = jax.jit(lambda x: mapped(None, x)).lower(x).as_text()
    plain = jax.jit(jax.vmap(jax.vmap(lambda x: x * 2, in_axes=1), in_axes=2, out_axes=1))
    assert marked.split("\n")[1:] == plain.lower(x).as_text().split("\n")[1:]


def test_a_model_of_one_example_under_vmap_is_evaluated_like_any_other():
    plain = model(written_out)
    one = aann.Model(
        lambda p, x: jax.vmap(lambda v: written_out(p, v[None])[0])(x),
        plain.params, "one", plain.inputs,
    )  # fmt: skip
    program = at("layer/h#1", lambda x, c: x[..., :2])
    assert aann.sites(one)["layer/h#1"].shape == (1, 1, WIDTH)
    spliced = aann.splice(one, at("layer/h#1", lambda x, c: x[:, None, :2]))
    np.testing.assert_allclose(
        spliced(batch()), aann.splice(plain, program)(batch()), rtol=1e-5, atol=1e-6
    )
