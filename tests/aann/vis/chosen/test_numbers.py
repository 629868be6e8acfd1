"""Serves ``joined``, too."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from pictures_toy import channels_first, colour_model
from toy_replacement import UNITS, data, replacement
from toys import WIDTH, mlp_model

import aann
from aann.vis.chosen.joined import as_numbers, joined
from aann.vis.chosen.numbers import artificial, direction, function, read, residual, units

MODEL = mlp_model()
X = jnp.asarray(data(7).load(range(7)))
H = aann.capture(MODEL, ["h", "m"])(X)[1]


def apply(params, x):
    return aann.site("cells", jnp.einsum("nyxc,ck->nkyx", x, params))


PICTURES = aann.Model(
    apply, np.eye(3, dtype=np.float32), "pictures", jax.ShapeDtypeStruct((4, 5, 3), jnp.float32)
)


def test_units_are_columns_in_their_order():
    found = units("h", (3, 0))
    assert found.names == ("h:3", "h:0")
    np.testing.assert_array_equal(found(MODEL, X), H["h"][:, jnp.asarray([3, 0])])


def test_units_lie_on_any_axis():
    x = jnp.arange(120, dtype=jnp.float32).reshape(2, 4, 5, 3)
    found = units("cells", 2, axis=1)(PICTURES, x)
    np.testing.assert_array_equal(found, x[..., 2:])


def test_units_of_maps_come_first_where_channels_do():
    model = channels_first(colour_model())
    x = jnp.asarray(np.random.default_rng(0).uniform(0, 255, (2, 3, 16, 16)), jnp.float32)
    cells = aann.capture(model, ["cells"])(x)[1]["cells"]
    found = joined(as_numbers(["cells:3", "cells:0"]), model)(model, x)
    np.testing.assert_array_equal(found, jnp.moveaxis(cells[:, jnp.asarray([3, 0])], 1, -1))
    along = direction("cells", np.eye(4)[2])(model, x)
    np.testing.assert_allclose(along[..., 0], cells[:, 2], rtol=1e-6)
    columns = units("cells", (7,), axis=-1)(model, x)
    np.testing.assert_array_equal(columns[..., 0], cells[..., 7])
    with pytest.raises(ValueError, match="site 'cells' has units 0 to 3, got 7"):
        joined(as_numbers("cells:7"), model)


def test_a_direction_is_a_sum_over_units():
    vectors = np.arange(2 * WIDTH, dtype=np.float32).reshape(WIDTH, 2)
    several = direction("h", vectors, name="pca")
    assert several.names == ("h, pca 0", "h, pca 1")
    np.testing.assert_allclose(several(MODEL, X), H["h"] @ vectors, rtol=1e-5)
    one = direction("h", vectors[:, 0])(MODEL, X)
    np.testing.assert_allclose(one, several(MODEL, X)[:, :1], rtol=1e-6)


def test_of_a_program_its_values_and_where_it_is_wrong():
    program = replacement(gain=2.0, offset=1.0)
    made, natural = artificial(program), H["m"][:, jnp.asarray(UNITS)]
    assert made.names[0] == "artificial m:4 of ours"
    np.testing.assert_allclose(made(MODEL, X), 2 * natural + 1, rtol=1e-5)
    np.testing.assert_allclose(residual(program)(MODEL, X), natural + 1, rtol=1e-5)
    np.testing.assert_allclose(residual(replacement())(MODEL, X), 0 * natural, atol=1e-5)


def test_any_function_of_sites_and_input():
    found = function(("h", "input"), lambda h, x: (h * x)[:, :2], ["a", "b"])
    np.testing.assert_allclose(found(MODEL, X), (H["h"] * X)[:, :2], rtol=1e-6)
    assert read(MODEL, ["input"], X)["input"] is X


def test_strings_and_several_are_put_side_by_side():
    whole = joined(as_numbers(["h:2", units("m", (1, 0)), residual(replacement())]), MODEL)
    assert whole.names[:3] == ("h:2", "m:1", "m:0")
    assert whole(MODEL, X).shape == (7, 6)
    np.testing.assert_array_equal(whole(MODEL, X)[:, 1], H["m"][:, 1])
    assert joined(as_numbers("h:2"), MODEL).names == ("h:2",)


@pytest.mark.parametrize(("given", "message"), [
    ("mixed3b", "a string such as 'mixed3b:343'.*got 'mixed3b'"),
    (["h:1", 3], "got int"),
    (7, "got int"),
    (lambda x: x, "got function"),
    (replacement(), r"of replacement 'ours' say .* artificial\(program\), or residual\(program\)"),
])  # fmt: skip
def test_what_is_no_number_is_refused(given, message):
    with pytest.raises(TypeError, match=message):
        as_numbers(given)


def test_all_that_does_not_fit_is_said_at_once():
    parts = [
        units("hh", 1), units("h", (2, 6, 7)), units("m", (1, 1)), direction("m", np.ones(4)),
        units("m", ()), units("h", 0, axis=0), direction("h", np.full(WIDTH, np.nan)),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="no site 'hh'") as caught:
        joined(parts, MODEL)
    for told in (
        "site 'h' has units 0 to 5, got 6, 7",
        "units of site 'm' occur more than once: 1",
        "site 'm' has 6 units, a direction has as many numbers: got shape (4,)",
        "no unit of site 'm' was named",
        "site 'h' of shape (1, 6) has no axis 0 of units besides the batch",
        "'direction' at site 'h' has NaN or infinity",
    ):
        assert told in str(caught.value)


def test_nothing_to_look_at():
    with pytest.raises(ValueError, match="nothing to look at: name units"):
        joined([], MODEL)


def test_what_is_looked_at_together_has_the_same_positions():
    parts = [units("cells", 0, axis=1), function("input", lambda x: x.sum(1), "abc")]
    with pytest.raises(ValueError, match=r"same positions, got \(4, 5\) of cells:0, \(5,\) of a"):
        joined(parts, PICTURES)
    with pytest.raises(
        ValueError, match=r"\(batch, \*positions, 2\), a column a name.*\(1, 5, 3\)"
    ):
        joined([function("input", lambda x: x.sum(1), "ab")], PICTURES)
    with pytest.raises(ValueError, match="named more than once: h:1"):
        joined([units("h", 1), units("h", 1)], MODEL)


def test_a_program_has_to_be_one_for_this_model_and_for_all_positions():
    other = aann.make(
        lambda x, c: x, model="other", site="cells", units=(7,), axis=1, reads=("input",),
        positions=(0,), position_axis=2, name="p",
    )  # fmt: skip
    with pytest.raises(ValueError, match="'p' is for model 'other', not 'pictures'") as caught:
        joined([artificial(other)], PICTURES)
    assert "'p' gives some positions alone" in str(caught.value)
    assert "has units 0 to 2, got [7]" in str(caught.value)
