import dataclasses
import pathlib
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
from aann.shown.brief import COLUMNS, ROWS, brief, clip, counted, word


@dataclasses.dataclass
class Inner:
    low: float
    rest: tuple = ()

    __repr__ = brief


@dataclasses.dataclass
class Holder:
    value: object
    axis: int = -1
    reads: tuple = ("input",)
    secret: object = dataclasses.field(default=None, repr=False)

    __repr__ = brief


class Pair(NamedTuple):
    first: object
    second: object

    def __repr__(self):
        return brief(self)


def on_one_screen(text):
    lines = text.split("\n")
    return len(lines) <= ROWS and max(map(len, lines)) <= COLUMNS


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None"),
        (np.bool(True), "True"),
        (np.float32(0.1), "0.1"),
        (2 / 3, "0.666667"),
        (float("nan"), "nan"),
        (np.int64(7), "7"),
        ("a\nb", r"'a\nb'"),
        ("a" * 99, "'" + "a" * 57 + "'..."),
        (b"abc", "<3 bytes>"),
        (np.zeros((3, 4), np.float32), "float32 (3, 4)"),
        (jax.ShapeDtypeStruct((2,), jnp.int32), "int32 (2,)"),
        (np.asarray(0.5), "0.5"),
        (np.asarray([0.5, 1.0]), "[0.5, 1]"),
        (np.zeros(0), "float64 (0,)"),
        ((3,), "(3,)"),
        ([], "[]"),
        (("abc",) * 500, "('abc', 'abc', 'abc', 'abc', 'abc', 'abc', 'abc', 'abc', ... 492 more)"),
        ({"kl": np.zeros((9, 500))}, "{'kl': float64 (9, 500)}"),
        ([[[[1]]]], "[[[[...]]]]"),
        (pathlib.PurePosixPath("a/b"), "a/b"),
        (int, "int"),
        (on_one_screen, "<on_one_screen>"),
        (jax.jit(on_one_screen), "<on_one_screen>"),
        (object(), "<object>"),
        (Inner(0.5), "Inner(low=0.5)"),
        (aann.Constant(np.zeros(900), note="n" * 99), "float64 (900,)"),
        (aann.from_arrays("set", np.zeros((2, 1))), "Examples('set', n=2)"),
    ],
)
def test_values_in_a_few_words(value, words):
    assert word(value) == words


def test_fields_are_named_and_defaults_left_out():
    assert brief(Holder(3)) == "Holder(value=3)"
    assert brief(Holder(3, 2, ("a",), object())) == "Holder(value=3, axis=2, reads=('a',))"
    assert repr(Pair(Holder([1]), None)) == "Pair(first=Holder(value=[1]), second=None)"
    assert brief(aann.Constants({"gain": 2.0})) == "Constants(gain=2)"
    lines = repr(Holder("a" * 90, 1, tuple("abcdefgh"))).split("\n")
    assert lines[0] == "Holder("
    assert lines[2:] == ["    axis=1,", f"    reads={tuple('abcdefgh')},", ")"]


HOSTILE = {
    "text": "x\n" * 500,
    "number": 10**400,
    "array": np.random.default_rng(0).normal(size=(40, 40, 40)),
    "function": aann.split,
    "many": {f"name {i}": (f"{i}" * 50, np.zeros(900)) for i in range(500)},
    "kinds": [Inner] * 500,
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_hostile_fields_stay_on_one_screen(value):
    made = dataclasses.make_dataclass("Wide", [f"field_{i}" for i in range(60)])
    lines = brief(made(*[value] * 60)).split("\n")
    assert len(lines) == ROWS
    assert lines[-2] == "    ... 39 more"
    assert max(map(len, lines)) <= COLUMNS
    assert on_one_screen(repr(Pair(value, {"a": value})))


def test_what_holds_itself_has_an_end():
    endless = [1]
    endless.append(endless)
    assert word(endless) == "[1, [1, [1, [...]]]]"
    holder = Holder(None)
    holder.value = holder
    assert on_one_screen(repr(holder))


def test_texts_and_counts():
    assert clip("a\n b", 9) == "a b"
    assert clip("abcdef", 5) == "ab..."
    assert [counted(n, "site") for n in (0, 1, 1200)] == ["0 sites", "1 site", "1,200 sites"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=8,
)


@settings(max_examples=30)
@given(anything, anything)
def test_nothing_is_more_than_a_screen(first, second):
    assert on_one_screen(repr(Pair(first, Holder(second, reads=first))))
    assert "\n" not in word(first)
