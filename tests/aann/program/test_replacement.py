"""Serves ``constant``, ``kinds``, ``registry`` too."""

import functools

import jax
import numpy as np
import pytest
from toys import batch

import aann


def gain(x, c):
    """Two units double what they see.

    Longer text.
    """
    return x[:, :2] * c.gain


def replacement(**more):
    chosen = {"model": "toy", "site": "m", "units": (0, 1), "constants": {"gain": 2.0}} | more
    return aann.make(gain, **chosen)


def test_the_claim_is_the_docstrings_first_line():
    assert replacement().claim == "Two units double what they see."
    assert aann.make(lambda x, c: x, model="", site="m", units=[0]).claim == ""


@pytest.mark.parametrize("name", sorted(n for n in dir(aann.Constants) if n[0] != "_"))
def test_no_constant_hides_a_method(name):
    with pytest.raises(ValueError, match="cannot be names of constants"):
        replacement(constants={name: 1})


def test_constants_are_a_pytree_so_that_settings_share_one_compilation():
    traces = []

    @jax.jit
    def run(values, x):
        traces.append(1)
        return gain(x, values)

    first, second = replacement(), replacement().with_constants(gain=3)
    np.testing.assert_array_equal(run(first.values, batch()), 2 * batch()[:, :2])
    np.testing.assert_array_equal(run(second.values, batch()), 3 * batch()[:, :2])
    assert len(traces) == 1
    assert first.constants["gain"].value == 2.0


def test_an_undeclared_constant_names_the_declared_ones():
    with pytest.raises(AttributeError, match="no constant 'gian'; declared are gain"):
        _ = replacement().values.gian
    with pytest.raises(ValueError, match=r"no constant 'gian'.*has shape \(\), got \(2,\)"):
        replacement().with_constants(gian=1, gain=[1, 2])


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"units": ()}, "units is empty"),
        ({"units": (1, 1)}, r"units occur more than once: \[1\]"),
        ({"units": (-1, 2)}, r"non-negative integers, got \[-1\]"),
        ({"units": (0.5,)}, r"non-negative integers, got \[0.5\]"),
        ({"reads": ()}, "reads is empty"),
        ({"reads": ("m",)}, "reads 'm', the very site that it replaces"),
        ({"units": (True,)}, "non-negative integers, got a mask of 1 boolean: pass"),
        ({"constants": {"not a name": 1}}, "named like Python variables"),
        ({"constants": {"class": 1}}, r"named like Python variables, got \['class'\]"),
        ({"constants": {"name": 1, "keys": 2}}, r"\['name', 'keys'\] cannot be names of constants"),
    ],
)
def test_bad_declarations_are_refused(more, match, unchecked):
    with pytest.raises(ValueError, match=match):
        replacement(**more)


@pytest.mark.parametrize(
    ("value", "origin", "error", "match"),
    [
        ("a", "fitted", TypeError, "a number or an array of numbers"),
        ([], "fitted", TypeError, "a number or an array of numbers"),
        (1 + 2j, "fitted", TypeError, "constants are real"),
        (2**40, "fitted", ValueError, "fit into 32 bits"),
        (1e300, "fitted", ValueError, "finite float32"),
        (float("nan"), "fitted", ValueError, "constants are finite float32"),
        (1.0, "guessed", ValueError, "origin is one of"),
    ],
)
def test_bad_constants_are_refused(value, origin, error, match, unchecked):
    with pytest.raises(error, match=match):
        aann.Constant(value, origin)


def test_the_registry_finds_and_refuses():
    aann.register(gain, model="toy", site="m", units=(0, 1), name="doubled", constants={"gain": 1})
    assert aann.replacement("doubled").program is gain
    assert "doubled" in aann.registered()
    with pytest.raises(ValueError, match="no replacement 'doubles'; close matches: doubled"):
        aann.replacement("doubles")
    with pytest.raises(ValueError, match="called 'doubled' exists"):
        aann.register(lambda x, c: x, model="toy", site="m", units=[0], name="doubled")


def test_two_lambdas_of_one_name_are_two_programs():
    options = {"model": "toy", "site": "m", "units": [0], "name": "a lambda"}
    for _ in range(2):  # as when a notebook's cell runs again
        aann.register(lambda x, c: x[:, :1], **options)
    with pytest.raises(ValueError, match="called 'a lambda' exists"):
        aann.register(lambda x, c: x[:, :1] * 2, **options)


def test_indices_of_numpy_are_indices(unchecked):
    made = aann.Replacement(
        gain, "toy", "m", np.arange(2), positions=np.array([1]), reads=["h"], constants={}
    )
    assert (made.units, made.positions, made.reads) == ((0, 1), (1,), ("h",))
    assert {type(i) for i in (*made.units, *made.positions)} == {int}


MASK = np.array([True, False, True])


@pytest.mark.parametrize("form", [np.where(MASK), np.argwhere(MASK), range(0, 3, 2), [0.0, 2.0]])
def test_units_and_positions_come_in_the_forms_at_hand(form):
    made = aann.make(gain, model="toy", site="m", units=form, positions=form)
    assert made.units == made.positions == (0, 2)
    assert aann.make(gain, model="toy", site="m", units=3).units == (3,)


def test_forms_that_could_mean_two_things_are_refused_with_all_else(unchecked):
    message = (
        r"units are non-negative integers, got a mask of 3 booleans: pass np.flatnonzero\(mask\); "
        r"positions are .* got \[1.5\]: pass their numbers; reads is empty"
    )
    with pytest.raises(ValueError, match=message):
        aann.make(gain, model="toy", site="m", units=MASK, positions=[1.5], reads=())


def test_parts_of_another_kind_are_refused_all_at_once(unchecked):
    wrong = {"model": 3, "site": None, "name": 4, "axis": "head", "position_axis": True}
    with pytest.raises(TypeError) as error:
        aann.make("x", units=[0], reads=None, constants=[1.0], **wrong)
    assert str(error.value) == (
        "replacement 4: program is a function, got 'x'; model is a string, got 3; site is a "
        "string, got None; name is a string, got 4; axis is the number of an axis, got 'head'; "
        "position_axis is the number of an axis, got True; reads is a list of names of sites, got "
        "None; constants is a dict, name to number, got [1]"
    )
    with pytest.raises(TypeError, match="reads is a list of names of sites, got 'input'"):
        aann.Replacement(gain, "toy", "m", (0,), "input")


@pytest.mark.parametrize("name", ["", " "])
def test_without_a_name_it_goes_by_that_of_its_program(name):
    assert aann.Replacement(gain, "toy", "m", (0,), name=name).name == "gain"
    assert aann.make(functools.partial(gain), model="toy", site="m", units=0).name == "program"


@pytest.mark.parametrize("value", [np.ones(3), np.array(1.0), [1.0, 1.0]])
def test_what_a_replacement_was_made_of_may_change_afterwards(value):
    given, basis = {"table": value}, np.eye(4)[:, :2]
    before = np.array(value)
    made = aann.make(gain, model="toy", site="m", units=[0], constants=given, basis=basis)
    np.asarray(value)[...] = 5 if isinstance(value, np.ndarray) else 1
    if isinstance(value, list):
        value[0] = 5.0
    basis[:] = 7
    given["more"] = 2.0
    assert list(made.constants) == ["table"]
    np.testing.assert_array_equal(made.constants["table"].value, before)
    np.testing.assert_array_equal(made.basis, np.eye(4)[:, :2])
    for array in (made.constants["table"].value, made.basis):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_the_decorator_gives_back_the_replacement():
    @aann.register(model="toy", site="m", units=[3], name="decorated")
    def decorated(x, c):
        return x[:, :1]

    assert isinstance(decorated, aann.Replacement)
    assert decorated.units == (3,)
