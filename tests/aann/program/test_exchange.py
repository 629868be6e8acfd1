import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aann
from aann.counting.complexity import measure
from aann.program.exchange import exchanges


def program(x, c):
    """Nothing."""
    return x * c.gain[None] + c.offset[None]


def made(exchangeable=(), **constants):
    constants = constants or {
        "gain": np.arange(3.0),
        "offset": np.zeros(3),
        "table": np.ones((2, 5)),
    }
    return aann.make(
        program, model="net", site="s", units=(0, 1, 2), constants=constants,
        exchangeable=exchangeable,
    )  # fmt: skip


def test_names_tuples_and_mappings_come_to_one_form():
    def anew(rng, value):
        return value

    found = made({("gain", "offset"): 0, "table": anew}).exchangeable
    assert [(e.names, e.axis, e.anew) for e in found] == [
        (("gain", "offset"), 0, None), (("table",), None, anew)
    ]  # fmt: skip
    assert made("gain").exchangeable[0].names == ("gain",)
    assert made({"table": np.int64(1)}).exchangeable[0].axis == 1
    assert [e.names for e in made(("gain", ("offset",))).exchangeable] == [("gain",), ("offset",)]
    assert exchanges(found, made().constants) == found


def test_it_survives_other_constants_and_changes_nothing_else():
    plain, declared = made(), made(("gain",))
    other = declared.with_constants(name="other", gain=np.ones(3))
    assert other.exchangeable == declared.exchangeable
    fewer = dataclasses.replace(other, constants={"offset": other.constants["offset"]})
    assert fewer.exchangeable == ()
    assert dataclasses.replace(other, units=(3, 4, 5)).exchangeable == declared.exchangeable
    reads = [jax.ShapeDtypeStruct((4, 3), jnp.float32)]
    assert measure(plain, reads) == measure(declared, reads)
    assert (np.asarray(plain.values.gain) == np.asarray(declared.values.gain)).all()


@pytest.mark.parametrize(
    ("exchangeable", "message"),
    [
        ("nain", r"exchangeable names no constants: \['nain'\]; declared are gain, offset, table"),
        (
            {"table": 2},
            r"exchangeable 'table' has shape \(2, 5\): no entries along axis 2 to trade",
        ),
        ((("gain", "table"),), "move together, but have entries along axis 0: gain 3, table 2"),
        (("gain", ("gain", "offset")), r"exchangeable names \['gain'\] twice"),
        ({("gain", "offset"): lambda rng, x: x}, "a function draws one constant, name it alone"),
    ],
    ids=["unknown", "axis", "unequal", "twice", "drawn together"],
)
def test_declarations_that_do_not_fit_are_refused(exchangeable, message):
    with pytest.raises(ValueError, match=message):
        made(exchangeable)


@pytest.mark.parametrize(
    ("exchangeable", "message"),
    [
        (3, "exchangeable names constants, got 3"),
        ((3,), "names constants, or tuples of those that move together, got 3"),
        ({"gain": "all"}, "give the axis of the entries, None for all numbers, or a function"),
        ({"gain": True}, "give the axis of the entries"),
    ],
    ids=["number", "numbers", "word", "truth"],
)
def test_what_is_no_declaration_is_refused(exchangeable, message):
    with pytest.raises(TypeError, match=message):
        made(exchangeable)


@given(st.integers(0, 5), st.sampled_from([0, 1, -1, None]))
def test_entries_move_and_stay_the_same_numbers(seed, axis):
    value = np.random.default_rng(seed).normal(size=(2, 5))
    (one,) = made({"table": axis}, table=value).exchangeable
    entries = one.entries({"table": value})
    assert entries == {0: 2, 1: 5, -1: 5, None: 10}[axis]
    order = np.random.default_rng(seed).permutation(entries).tolist()
    moved = one.moved({"table": value}, order)["table"]
    assert sorted(moved.ravel()) == sorted(value.ravel())
    back = one.moved({"table": moved}, np.argsort(order).tolist())["table"]
    assert (back == value).all()
