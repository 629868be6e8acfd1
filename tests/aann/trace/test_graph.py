"""Serves ``inline``, ``part``, ``run``, ``segment`` too."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from toys import batch, mlp_model

import aann


@jax.custom_jvp
def gated(x):
    return aann.site("gate", jnp.sin(x))


gated.defjvp(lambda primals, tangents: (gated(primals[0]), tangents[0]))


def custom(p, x):
    return aann.site("out", gated(x) + 1)


def test_sites_are_listed_in_order_with_shapes():
    sites = aann.sites(mlp_model())
    assert list(sites) == ["input", "h", "m", "logits"]
    assert sites["m"] == jax.ShapeDtypeStruct((1, 6), jnp.float32)
    assert repr(sites).split("\n")[0] == "4 sites"
    assert repr(sites).split("\n")[-1].split() == ["logits", "(1,", "6)", "float32"]


def test_unknown_sites_raise_with_close_matches_all_at_once():
    with pytest.raises(ValueError, match="did you mean 'logits'") as error:
        aann.capture(mlp_model(), ["logit", "zzz"])(batch())
    assert "no site 'zzz' in this model: no close match" in str(error.value)


def test_a_name_used_twice_is_numbered():
    model = aann.Model(lambda p, x: aann.site("s", aann.site("s", x) + 1), None)
    _, values = aann.capture(model, ["s#0", "s#1"])(batch())
    np.testing.assert_array_equal(values["s#1"], values["s#0"] + 1)


def test_one_jitted_function_called_twice_keeps_its_values_apart():
    double = jax.jit(lambda x: aann.site("d", x * 2))
    model = aann.Model(lambda p, x: double(double(x)), None)
    _, values = aann.capture(model, ["d#0", "d#1"])(batch())
    np.testing.assert_array_equal(values["d#1"], batch() * 4)


def test_custom_rules_are_kept_unless_given_up():
    with pytest.raises(ValueError, match=r"'gate' cannot be addressed.*inline_custom_rules=True"):
        aann.capture(aann.Model(custom, None), ["gate"])(batch())
    model = aann.Model(custom, None, inline_custom_rules=True)
    _, values = aann.capture(model, ["gate"])(batch())
    np.testing.assert_array_equal(values["gate"], jnp.sin(batch()))


def test_custom_rules_outside_of_sites_survive():
    model = aann.Model(lambda p, x: gated(aann.site("s", x)), None)
    captured = aann.capture(model, ["s"])
    slope = jax.grad(lambda x: captured(x)[0].sum())(batch())
    np.testing.assert_array_equal(slope, jnp.ones_like(slope))


def looped(p, x):
    return jax.lax.while_loop(lambda c: c.sum() < 9, lambda c: aann.site("step", c + 1), x)


def branched(p, x):
    return jax.lax.cond(x.sum() > 0, lambda y: aann.site("yes", y), lambda y: y, x)


@pytest.mark.parametrize(
    ("apply", "name", "kind"), [(looped, "step", "while"), (branched, "yes", "cond")]
)
def test_marks_without_a_single_value_raise_with_advice(apply, name, kind):
    with pytest.raises(ValueError, match=f"inside '{kind}', where it has no single value; mark"):
        aann.capture(aann.Model(apply, None), [name])(batch())
    assert name not in aann.sites(aann.Model(apply, None), batch())


def test_a_graph_traced_under_jit_does_not_leak():
    captured = jax.jit(aann.capture(mlp_model(), ["m"]))
    with jax.checking_leaks():
        first = captured(batch())
    np.testing.assert_array_equal(first[0], captured(batch())[0])
