"""Affine or not, against numbers: whatever is called affine must behave so, on any network.

Serves ``aann.trace.affine`` too.
"""

import attention
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from attention import transformer
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import WIDTH, batch, mlp_model

import aann
from aann.sweeps.linearity import linearity

N = 3
MASK = np.arange(WIDTH) % 3 == 0
ORDER = np.array([3, 1, 0, 5, 2, 4])


@jax.custom_jvp
def wrong_rule(a):
    """Twice its argument, with a derivative that says seven times."""
    return 2 * a


wrong_rule.defjvp(lambda primals, tangents: (wrong_rule(*primals), 7 * tangents[0]))


@jax.custom_vjp
def wrong_gradient(a):
    return a - 1


wrong_gradient.defvjp(lambda a: (a - 1, None), lambda _, g: (7 * g,))

# name -> operation on two earlier values (batch, WIDTH) and a matrix.
OPERATIONS = {
    "add": lambda w, a, b: a + b,
    "subtract": lambda w, a, b: w[:1] - a + b,
    "multiply": lambda w, a, b: a * b,
    "matrix": lambda w, a, b: a @ w,
    "own matrix": lambda w, a, b: jnp.einsum("bi,bj->bij", a, b) @ w[0],
    "divide": lambda w, a, b: a / (2 + b**2),
    "relu": lambda w, a, b: jax.nn.relu(a),
    "clip": lambda w, a, b: jnp.clip(a, -0.5, 0.5),
    "softmax": lambda w, a, b: jax.nn.softmax(a, axis=-1),
    "centre": lambda w, a, b: a - a.mean(axis=-1, keepdims=True),
    "choose": lambda w, a, b: jnp.where(jnp.asarray(MASK)[None], a, b),
    "choose by value": lambda w, a, b: jnp.where(b > 0, a, b),
    "order": lambda w, a, b: a[:, jnp.asarray(ORDER)],
    "largest": lambda w, a, b: jnp.take_along_axis(
        a, jnp.argmax(b, axis=-1, keepdims=True) + jnp.zeros((1, WIDTH), jnp.int32), axis=-1
    ),
    "window": lambda w, a, b: jax.lax.dynamic_update_slice(a, b[:, :2] * 3, (0, 1)),
    "set": lambda w, a, b: a.at[:, 2].set(b[:, 1]),
    "accumulate": lambda w, a, b: a.at[:, jnp.asarray([1, 1, 4])].add(b[:, :3]),
    "pad": lambda w, a, b: jnp.pad(a[:, 1:-1], ((0, 0), (1, 1)), constant_values=0.5),
    "running": lambda w, a, b: jnp.cumsum(jnp.flip(a, -1), axis=-1),
    "jit": lambda w, a, b: jax.jit(lambda a, b: (a + 1, b * 2))(a, b)[1] + 1,
    "remat": jax.checkpoint(lambda w, a, b: jnp.concatenate([a[:, :3], b[:, 3:]], axis=1)),
    "custom rule": lambda w, a, b: wrong_rule(a),
    "custom gradient": lambda w, a, b: wrong_gradient(a),
    "stopped": lambda w, a, b: jax.lax.stop_gradient(a) + 1,
    "rounded": lambda w, a, b: a.astype(jnp.bfloat16).astype(jnp.float32),
    "convolve": lambda w, a, b: jax.lax.conv_general_dilated(
        a[:, None], w[:1, None, :3], (1,), "SAME"
    )[:, 0],
    "tile": lambda w, a, b: jnp.tile(a[:, :2], (1, 3)),
    "scan": lambda w, a, b: jax.lax.scan(lambda c, r: (c + r, None), a, w[:2, None])[0],
    "mark": lambda w, a, b: aann.site("again", a),
}
node = st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 99), st.integers(0, 99))


def network(nodes):
    """A model: inputs, a marked value of them, then the nodes, each of two earlier values."""

    def apply(p, x):
        values = [x, aann.site("s", jnp.tanh(x))]
        for w, (name, a, b) in zip(p, nodes):
            values.append(OPERATIONS[name](w, values[a % len(values)], values[b % len(values)]))
        return values[-1] + 0.5 * values[1]

    weights = jax.random.normal(jax.random.key(3), (8, WIDTH, WIDTH)) / 2
    return aann.Model(apply, weights, "random", jax.ShapeDtypeStruct((WIDTH,), jnp.float32))


def found(apply, x=None, params=None):
    return linearity(aann.Model(apply, params), "s", batch(N) if x is None else x)


def parts(model, site, x):
    """The finding, what the suffix is given, and the suffix as a function of the site's value."""
    result = linearity(model, site, x)
    prepared = result.pieces.prepare(model.params)
    values, crossing = result.pieces.prefix(prepared, x)
    return (
        result,
        (prepared, values[site], crossing),
        lambda v: result.pieces.suffix(prepared, {site: v}, crossing),
    )


def check_linear_part(model, site, x, scale=1.0):
    """f(v + d) = f(v) + L(d) for large and small d, and L(d) whatever crosses if it is shared."""
    result, (prepared, value, crossing), after = parts(model, site, x)
    assert result.affine
    for seed, size in ((0, 1.0), (1, 30.0)):
        change = size * jax.random.normal(jax.random.key(seed), value.shape)
        moved = after(value + change)
        unit = float(jnp.abs(moved).max() + jnp.abs(after(value)).max()) + size
        predicted = after(value) + result.linear(prepared, change, crossing)
        np.testing.assert_allclose(moved, predicted, rtol=1e-4, atol=2e-5 * unit * scale)
    if result.shared:
        other = jax.tree.map(jnp.ones_like, crossing)
        np.testing.assert_array_equal(
            result.linear(prepared, change, crossing), result.linear(prepared, change, other)
        )
    return result


@settings(max_examples=25, deadline=None)
@given(st.lists(node, min_size=1, max_size=6))
def test_what_is_called_affine_is_affine_on_random_networks(nodes):
    model, x = network(nodes), batch(N)
    result = linearity(model, "s", x)
    if result.affine:
        check_linear_part(model, "s", x)
    else:
        assert result.why
        assert not result.shared


@settings(max_examples=12, deadline=None)
@given(st.lists(node, min_size=1, max_size=5))
def test_what_is_called_shared_has_one_linear_part_for_all_inputs(nodes):
    model = network(nodes)
    if linearity(model, "s", batch(N)).shared:
        change = jax.random.normal(jax.random.key(5), (N, WIDTH))
        moves = []
        for seed in (1, 2):
            _, (_, value, _), after = parts(model, "s", batch(N, seed))
            moves.append(np.asarray(after(value + change) - after(value)))
        scale = max(1.0, np.abs(np.asarray(after(value))).max())
        np.testing.assert_allclose(moves[0], moves[1], rtol=1e-3, atol=1e-4 * scale)


AFFINE = (
    "add", "subtract", "matrix", "centre", "choose", "order", "window", "set", "accumulate", "pad",
    "running", "jit", "remat", "custom rule", "custom gradient", "stopped", "convolve", "tile",
    "mark",
)  # fmt: skip


@pytest.mark.parametrize("name", AFFINE)
def test_every_linear_operation_is_recognised(name):
    model = network([(name, 1, 1)])
    assert check_linear_part(model, "s", batch(N)).shared


@pytest.mark.parametrize("name", ["multiply", "own matrix", "divide", "choose by value", "largest"])
def test_factors_choices_and_indices_that_depend_on_data_are_affine_but_not_shared(name):
    result = check_linear_part(network([(name, 1, 0)]), "s", batch(N))
    assert not result.shared
    assert "values that depend on the example" in result.why


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("relu", "'max' of values that depend on the site"),
        ("clip", "'m(ax|in)' of values"),
        ("softmax", "of values that depend on the site"),
        ("multiply", "'mul' of two values that depend on the site"),
        ("own matrix", "'dot_general' of two values"),
        ("divide", "of values that depend on the site"),
        ("choose by value", "'gt' of values"),
        ("largest", "'argmax' of values"),
        ("rounded", "'convert_element_type' rounds to bfloat16"),
        ("scan", "'scan' of values"),
    ],
)
def test_what_is_not_affine_says_which_operation(name, why):
    result = linearity(network([(name, 1, 1)]), "s", batch(N))
    assert not result.affine
    assert not result.shared
    with pytest.raises(ValueError, match=f"there is no linear part: .*{why}"):
        result.linear((), batch(N), ())


def test_dividing_and_choosing_by_the_site_are_not_affine():
    assert found(lambda p, x: 1 / aann.site("s", x)).why == (
        "'div' by a value that depends on the site"
    )
    assert not found(lambda p, x: jnp.where(aann.site("s", x).astype(bool), x, 0.0)).affine


def test_widening_is_affine_and_narrowing_is_not():
    half = batch(N).astype(jnp.bfloat16)
    assert found(lambda p, x: aann.site("s", x).astype(jnp.float32), half).shared
    assert not found(lambda p, x: aann.site("s", x).astype(jnp.float16), half).affine
    assert not found(lambda p, x: aann.site("s", x).astype(jnp.int32)).affine


def test_every_output_must_be_affine_and_constant_ones_are_no_obstacle():
    result = found(lambda p, x: {"a": aann.site("s", x) * 2, "b": jnp.exp(x), "c": 1.0})
    assert result.affine
    assert result.shared
    assert not found(lambda p, x: (s := aann.site("s", x), jnp.exp(s))).affine


def test_unused_results_inside_a_call_are_no_obstacle():
    def apply(p, x):
        s = aann.site("s", x)
        return jax.jit(lambda a, b: (jnp.exp(a), jnp.exp(b) + a, a + b, 2 * a))(s, s**2)[3]

    check_linear_part(aann.Model(apply, None), "s", batch(N))


def test_the_linear_part_is_that_of_the_function_not_of_its_derivative_rule():
    result, (prepared, value, crossing), _ = parts(network([("custom rule", 1, 1)]), "s", batch(N))
    np.testing.assert_allclose(result.linear(prepared, value, crossing), 2.5 * value, rtol=1e-6)


def test_infinite_offsets_leave_the_linear_part_finite():
    def apply(p, x):
        masked = jnp.where(jnp.asarray(MASK)[None], -jnp.inf, aann.site("s", x))
        return masked + jnp.where(x > 0, jnp.inf, 0.0)

    result, (prepared, value, crossing), _ = parts(aann.Model(apply, None), "s", batch(N))
    np.testing.assert_array_equal(
        result.linear(prepared, value, crossing), np.where(MASK[None], 0, value)
    )


@pytest.mark.parametrize(
    ("site", "affine", "shared"),
    [
        ("blocks.0.attn.q", False, False),
        ("blocks.0.attn.scores", False, False),
        ("blocks.0.attn.pattern", True, False),
        ("blocks.0.attn.v", True, False),
        ("blocks.0.attn.z", True, True),
        ("blocks.0.attn.out", True, True),
        ("blocks.0.resid_pre", False, False),
        ("blocks.0.resid_post", True, True),
        ("logits", True, True),
    ],
)
def test_sites_of_one_attention_layer(site, affine, shared):
    model, x = transformer(layers=1, d_mlp=None), attention.tokens()
    result = linearity(model, site, x)
    assert (result.affine, result.shared) == (affine, shared)
    if affine:
        check_linear_part(model, site, x, scale=10.0)


@pytest.mark.parametrize("last", [True, False])
def test_hidden_units_of_the_last_mlp_are_shared_unless_a_layer_norm_follows(last):
    model = transformer(layers=2, last=last)
    assert check_linear_part(model, "blocks.1.mlp.post", attention.tokens(), scale=10.0).shared
    assert not linearity(model, "blocks.1.mlp.pre", attention.tokens()).affine
    assert not linearity(model, "blocks.0.mlp.post", attention.tokens()).affine
    normed = transformer(layers=2, last=last, layer_norm=True)
    assert not linearity(normed, "blocks.1.mlp.post", attention.tokens()).affine
    assert linearity(normed, "ln_final", attention.tokens()).shared


def test_marks_behind_calls_and_skips():
    assert linearity(mlp_model(), "m", batch()).shared
    assert not linearity(mlp_model(), "h", batch()).affine


def test_unknown_sites_are_refused():
    with pytest.raises(ValueError, match="no site 'logit' in this model: did you mean 'logits'"):
        linearity(mlp_model(), "logit", batch())
