import jax
import jax.numpy as jnp
import numpy as np
import pytest
from toys import batch, mlp_model

import aann
from aann.counting.complexity import measure

UNITS = (0, 1)


def rule(x, c):
    """Two units of the input."""
    s = aann.value("s", x @ jnp.ones((6, 1)) * c.gain)
    return jnp.concatenate([s, aann.value("t", jnp.tanh(s * 0.7))], -1)


def plain_rule(x, c):
    """The same without marks."""
    s = x @ jnp.ones((6, 1)) * c.gain
    return jnp.concatenate([s, jnp.tanh(s * 0.7)], -1)


def made(marked=True, name="rule"):
    constants = {"gain": aann.Constant(0.5)}
    return aann.make(
        rule if marked else plain_rule,
        model="toy",
        site="h",
        units=UNITS,
        constants=constants,
        name=name,
    )


def test_a_value_is_what_it_marks():
    x = batch()
    assert aann.value("s", x) is x
    np.testing.assert_array_equal(jax.jit(lambda x: aann.value("s", x))(x), x)
    np.testing.assert_array_equal(jax.grad(lambda x: aann.value("s", x).sum())(x), jnp.ones_like(x))
    numbers = np.arange(3)
    np.testing.assert_array_equal(aann.value("s", numbers), numbers)


def test_marks_change_nothing_that_is_compiled():
    def compiled(marked):
        spliced = aann.splice(mlp_model(), made(marked))
        lowered = jax.jit(spliced.apply).lower(spliced.params, batch())
        return lowered.as_text(), np.asarray(lowered.compile()(spliced.params, batch()))

    (text, outputs), (plain_text, plain) = compiled(True), compiled(False)
    assert text == plain_text
    np.testing.assert_array_equal(outputs, plain)


def test_values_of_a_spliced_program_are_sites_of_the_model():
    model = mlp_model()
    spliced = aann.splice(model, made())
    assert {"value.s", "value.t"} <= set(aann.sites(spliced))
    outputs, found = aann.capture(spliced, ["value.s", "h"])(batch())
    np.testing.assert_array_equal(outputs, spliced(batch()))
    np.testing.assert_allclose(found["value.s"][:, 0], batch().sum(1) * 0.5, rtol=1e-5)
    np.testing.assert_array_equal(found["h"][:, 0], found["value.s"][:, 0])


def test_two_programs_with_values_of_one_name_are_numbered():
    other = aann.make(
        lambda x, c: aann.value("s", x[:, :1]), model="toy", site="h", units=(2,), name="other"
    )
    spliced = aann.splice(mlp_model(), [made(), other])
    assert {"value.s#0", "value.s#1"} <= set(aann.sites(spliced))
    found = aann.capture(spliced, ["value.s#0", "value.s#1"])(batch())[1]
    assert {x.shape for x in found.values()} == {(4, 1)}


def test_marks_are_no_numbers_that_a_program_knows():
    marked, plain = (measure(made(m), [batch(1)]) for m in (True, False))
    assert (marked.constants, marked.flops) == (plain.constants, plain.flops) == (3, 14)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("name", "x", "message"),
    [
        (3, np.zeros(2), "a value's name is a string, got 3"),
        ("", np.zeros(2), "letters, digits and '_', got ''"),
        ("a/b", np.zeros(2), "letters, digits and '_', got 'a/b'"),
        ("s\n", np.zeros(2), "letters, digits and '_'"),
        ("s", 3.0, "value 's' is one array, got float; mark each array"),
        ("s", [np.zeros(2)], "value 's' is one array, got list"),
        ("s", {"a": np.zeros(2)}, "value 's' is one array, got dict"),
    ],
)
def test_what_is_no_value(name, x, message):
    with pytest.raises((TypeError, ValueError), match=message):
        aann.value(name, x)
