import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import WIDTH, batch, mlp_model, random_models

import aann

units_of_a_site = st.lists(st.integers(0, WIDTH - 1), min_size=1, unique=True)


def program(function, site="m", units=(0, 1), reads=("input",), **more):
    return aann.make(function, model="", site=site, units=units, reads=reads, **more)


def capture(model, *names):
    return aann.capture(model, names)(batch())


@settings(max_examples=15, deadline=None)
@given(random_models(), st.data())
def test_natural_values_leave_the_outputs_bit_equal(model, data):
    names = [n for n in aann.sites(model) if n != "input"]
    name = data.draw(st.sampled_from(names))
    units = data.draw(units_of_a_site)
    with jax.disable_jit():  # as the model runs here: compiled, a x + b may be rounded once
        natural = capture(model, name)[1][name]
    copy = program(lambda x, c: jnp.take(natural, jnp.asarray(units), axis=-1), name, units)
    np.testing.assert_array_equal(aann.splice(model, copy)(batch()), model(batch()))


@settings(max_examples=15, deadline=None)
@given(units_of_a_site, st.sampled_from(["h", "m", "logits"]))
def test_other_units_keep_their_values_and_replaced_ones_get_the_programs(units, name):
    model = mlp_model()
    wanted = jnp.arange(4.0 * len(units)).reshape(4, len(units))
    spliced = aann.splice(model, program(lambda x, c: wanted, name, units))
    before, after = capture(model, name)[1][name], capture(spliced, name)[1][name]
    others = [u for u in range(WIDTH) if u not in units]
    np.testing.assert_array_equal(after[:, others], before[:, others])
    np.testing.assert_array_equal(after[:, units], wanted)


def test_a_spliced_run_equals_a_hand_written_one():
    model, x = mlp_model(), batch()
    p = model.params
    h = jnp.tanh(x @ p["w"])
    m = jax.nn.relu(h @ p["v"].T).at[:, 2].set(jnp.square(h[:, 0]))
    spliced = aann.splice(model, program(lambda h, c: jnp.square(h[:, :1]), units=[2], reads=["h"]))
    np.testing.assert_array_equal(spliced(x), h + m @ p["v"])


def test_independent_replacements_commute_and_splitting_them_changes_nothing():
    model = mlp_model()
    one = program(lambda x, c: x[:, :1], units=[1], name="one")
    two = program(lambda x, c: x[:, 1:3], units=[4, 0], name="two")
    both = program(
        lambda x, c: jnp.concatenate([x[:, :1], x[:, 1:3]], -1), units=[1, 4, 0], name="both"
    )
    expected = aann.splice(model, both)(batch())
    for order in ([one, two], [two, one]):
        np.testing.assert_array_equal(aann.splice(model, order)(batch()), expected)
    nested = aann.splice(aann.splice(model, one), two)
    np.testing.assert_array_equal(nested(batch()), expected)


def test_a_program_reads_what_another_one_wrote():
    model = mlp_model()
    early = program(lambda x, c: x[:, :2] * 3, site="h", name="early")
    late = program(lambda h, c: h[:, :2], reads=["h"], name="late")
    _, values = capture(aann.splice(model, [late, early]), "m")
    np.testing.assert_array_equal(values["m"][:, :2], batch()[:, :2] * 3)


def test_a_parallel_branch_that_comes_later_can_be_read():
    def apply(p, x):
        left = aann.site("left", x + 1)
        used = jnp.tanh(left)
        right = aann.site("right", x * 5)
        return used + right

    model = aann.Model(apply, None)
    spliced = aann.splice(model, program(lambda r, c: r[:, :2], "left", reads=["right"]))
    _, values = capture(spliced, "left")
    np.testing.assert_array_equal(values["left"][:, :2], batch()[:, :2] * 5)

    across = [
        program(lambda r, c: r[:, :2], "left", reads=["right"], name="a"),
        program(lambda r, c: r[:, :2], "right", reads=["left"], name="b"),
    ]
    with pytest.raises(ValueError, match="'left' and 'right' read each other"):
        aann.splice(model, across)(batch())


def test_other_axes_can_hold_the_units():
    model = aann.Model(lambda p, x: aann.site("s", x) * 1, None)
    rows = program(lambda x, c: jnp.zeros((2, WIDTH)), "s", units=(0, 3), axis=0)
    out = aann.splice(model, rows)(batch())
    np.testing.assert_array_equal(out, batch().at[jnp.array([0, 3])].set(0))


def test_splice_first_then_differentiate():
    model = mlp_model()
    spliced = aann.splice(model, program(lambda x, c: x[:, :2] * c.gain, constants={"gain": 2.0}))
    slope = jax.grad(lambda x: spliced(x).sum())(batch())
    step = 1e-3 * jnp.eye(WIDTH)[1][None, :]
    finite = (spliced(batch() + step).sum(-1) - spliced(batch() - step).sum(-1)) / 2e-3
    np.testing.assert_allclose(slope[:, 1], finite, rtol=2e-2, atol=2e-3)


def test_reading_downstream_names_both_sites():
    with pytest.raises(ValueError, match="at 'h' reads 'm', which lies downstream of 'h'"):
        aann.splice(mlp_model(), program(lambda m, c: m, "h", reads=["m"]))(batch())


def test_a_site_that_the_model_ignores_is_refused():
    def apply(p, x):
        aann.site("unused", x * 2)
        return x

    with pytest.raises(ValueError, match="outputs do not depend on site 'unused'"):
        aann.splice(aann.Model(apply, None), program(lambda x, c: x[:, :2], "unused"))(batch())


def test_the_input_is_read_not_replaced():
    with pytest.raises(ValueError, match="'input' can be read but not replaced"):
        aann.splice(mlp_model(), program(lambda h, c: h, "input", reads=["h"]))(batch())


def test_overlaps_and_foreign_models_are_reported_together():
    one = aann.make(lambda x, c: x, model="other", site="m", units=[1, 2], name="one")
    two = aann.make(lambda x, c: x, model="toy", site="m", units=[2], name="two")
    with pytest.raises(ValueError, match="'one' was written for model 'other', not 'toy'") as error:
        aann.splice(mlp_model(), [one, two])
    assert "'one' and 'two' both replace unit 2 of 'm'" in str(error.value)
    with pytest.raises(ValueError, match="nothing to splice"):
        aann.splice(mlp_model(), [])


@pytest.mark.parametrize(
    ("function", "units", "error", "match"),
    [
        (lambda x, c: x[:, :3], (0, 1), ValueError, r"must return shape \(4, 2\).*got \(4, 3\)"),
        (lambda x, c: x[0, 0], (0, 1), ValueError, r"got \(\)"),
        (lambda x, c: (x[:, :2],), (0, 1), TypeError, "returns one array, got tuple"),
        (
            lambda x, c: x[:, :2] > 0,
            (0, 1),
            TypeError,
            "must return float32 like the site, got bool",
        ),
        (lambda x, c: x[:, :2], (0, 6, 9), ValueError, r"has units 0 to 5, got \[6, 9\]"),
        (lambda x, c: x[:, :2] if x.sum() > 0 else x, (0, 1), TypeError, "cannot be traced by JAX"),
        (lambda x, c: np.asarray(x)[:, :2], (0, 1), TypeError, "cannot be traced by JAX"),
        (lambda x, c: x[:, :2] * c.gian, (0, 1), AttributeError, "no constant 'gian'"),
    ],
)
def test_wrong_programs_are_refused(function, units, error, match):
    with pytest.raises(error, match=match):
        jax.jit(aann.splice(mlp_model(), program(function, units=units)).__call__)(batch())


@pytest.mark.parametrize("given", [lambda x, c: x, [lambda x, c: x], 3, "name", [None]])
def test_what_is_no_replacement_is_refused_with_what_to_do(given, unchecked):
    with pytest.raises(TypeError, match=r"aann.make and aann.register give, got .*: say what a"):
        aann.splice(mlp_model(), given)
