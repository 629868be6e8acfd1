import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import WIDTH, batch, mlp_model, random_models

import aann


def whole(pieces, model, x):
    prepared = jax.jit(pieces.prepare)(model.params)
    values, crossing = jax.jit(pieces.prefix)(prepared, x)
    return jax.jit(pieces.suffix)(prepared, values, crossing)


@settings(max_examples=15, deadline=None)
@given(random_models(), st.data())
def test_whole_is_prefix_then_suffix(model, data):
    names = [n for n in aann.sites(model) if n != "input"]
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    pieces = aann.cut(model, chosen, batch())
    prepared = pieces.prepare(model.params)
    values, crossing = pieces.prefix(prepared, batch())
    # Unjitted, every operation is compiled alone, so that the cut cannot change fusion.
    np.testing.assert_array_equal(pieces.suffix(prepared, values, crossing), model(batch()))
    np.testing.assert_allclose(whole(pieces, model, batch()), model(batch()), rtol=1e-5, atol=1e-5)


@settings(max_examples=10, deadline=None)
@given(random_models(), st.data())
def test_writing_into_the_cut_is_splicing(model, data):
    name = data.draw(st.sampled_from([n for n in aann.sites(model) if n != "input"]))
    double = aann.make(lambda x, c: x[:, 1:3] * 2, model="", site=name, units=(3, 0))
    pieces = aann.cut(model, name, batch(), reads=["input"])
    prepared = pieces.prepare(model.params)
    values, crossing = pieces.prefix(prepared, batch())
    values[name] = double.write(values[name], double.compute(values["input"]))
    np.testing.assert_array_equal(
        pieces.suffix(prepared, values, crossing), aann.splice(model, double)(batch())
    )


def test_what_crosses_is_the_skip_connection_and_weights_stay_out():
    model = mlp_model()
    pieces = aann.cut(model, "m", batch())
    assert [c.shape for c in pieces.crossing] == [(4, WIDTH)]
    text = str(jax.make_jaxpr(pieces.prefix)(pieces.prepare(model.params), batch()))
    assert "transpose" not in text, "weight-only work belongs to prepare"


def test_cheap_growing_values_are_recomputed_not_stored():
    def apply(p, x):
        scale = jnp.broadcast_to(x.sum(-1)[:, None], (4, 1000))
        return aann.site("s", x[:, :1]) * scale

    pieces = aann.cut(aann.Model(apply, None), "s", batch())
    assert sum(np.prod(c.shape) for c in pieces.crossing) == 4


def test_a_lower_cut_site_is_computed_in_the_suffix():
    pieces = aann.cut(mlp_model(), ["m", "h"], batch())
    assert pieces.sites == ("h",)
    assert pieces.lower == ("m",)


def test_lower_replacements_are_spliced_before_cutting():
    model = mlp_model()
    lower = aann.make(lambda h, c: h[:, :2] * 5, model="", site="m", units=(0, 1), reads=["h"])
    upper = aann.make(lambda x, c: x[:, :1], model="", site="h", units=(0,))
    pieces = aann.cut(aann.splice(model, lower), "h", batch())
    prepared = pieces.prepare(model.params)
    values, crossing = pieces.prefix(prepared, batch())
    values["h"] = upper.write(values["h"], upper.compute(batch()))
    np.testing.assert_array_equal(
        pieces.suffix(prepared, values, crossing), aann.splice(model, [upper, lower])(batch())
    )


def test_a_read_below_the_cut_is_refused():
    with pytest.raises(ValueError, match="at 'h' reads 'm', which lies downstream of 'h'"):
        aann.cut(mlp_model(), "h", batch(), reads=["m"])


def test_an_output_that_is_constant_or_above_the_cut_crosses():
    def apply(p, x):
        return {"mean": x.mean(-1), "cut": aann.site("s", x * 2) + 1, "one": jnp.ones(3)}

    model = aann.Model(apply, None)
    pieces = aann.cut(model, "s", batch())
    jax.tree.map(np.testing.assert_array_equal, whole(pieces, model, batch()), model(batch()))
