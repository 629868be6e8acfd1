import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scrubs import LENGTH, WIDTH, apart, chain, signs

import aann
from aann.scrubbing.interpretation import (
    OUTPUT,
    Interpretation,
    Node,
    as_program,
    interpret,
    named_values,
    reads_of,
)

X = jax.ShapeDtypeStruct((7, LENGTH, WIDTH), jnp.float32)


def graph(program, nodes):
    found = interpret(program, [X], nodes)
    assert isinstance(found, Interpretation)
    return dict(found.nodes)


def test_parents_are_the_nearest_nodes():
    assert graph(signs, ["c", "a", "b"]) == {
        "a": Node("a", (), reads=True),
        "b": Node("b", ("a",), reads=True),
        "c": Node("c", ("a", "b"), reads=False),
        OUTPUT: Node(OUTPUT, ("c",), reads=False),
    }
    assert list(graph(signs, ["c", "a", "b"])) == ["a", "b", "c", OUTPUT]


def test_values_that_are_no_nodes_are_passed_through():
    assert graph(signs, ["a"])[OUTPUT] == Node(OUTPUT, ("a",), reads=True)
    assert graph(chain, ["a", "c"])["c"] == Node("c", ("a",), reads=False)
    assert graph(apart, ["b"])[OUTPUT] == Node(OUTPUT, ("b",), reads=True)


def test_the_program_is_a_model_of_what_it_reads():
    found = interpret(chain, [X], ["a"])
    x = np.random.default_rng(0).normal(size=X.shape).astype(np.float32)
    np.testing.assert_array_equal(found.as_model((x,)), chain(x))
    assert list(named_values(chain, [X])) == ["a", "b", "c"]
    assert named_values(chain, [X])["b"].shape == (7,)


def test_a_replacement_with_its_constants():
    def program(h, x, c):
        s = aann.value("s", h[:, 0, 0] * c.gain)
        return aann.value("t", s > c.level) & (x[:, 0, 0] > 0)

    made = aann.make(
        program, model="toy", site="m", units=(0,), reads=("h", "input"),
        constants={"gain": aann.Constant(2.0), "level": aann.Constant(0.1)}, name="made",
    )  # fmt: skip
    assert reads_of(made) == ("h", "input")
    found = interpret(made, [X, X], ["s", "t"])
    assert found.nodes["t"] == Node("t", ("s",), reads=False)
    assert found.nodes[OUTPUT] == Node(OUTPUT, ("t",), reads=True)
    assert as_program(made).params.gain == 2.0


def helper(x):
    return jnp.tanh(aann.value("s", x[:, 0, 0]))


def in_jit(x):
    return jax.checkpoint(jax.jit(helper))(x)


def under_vmap(x):
    return jax.vmap(lambda one: aann.value("s", one[0, 0]) * 2)(x)


def under_vmap_of_another_axis(x):
    return jax.vmap(lambda row: aann.value("s", row[:, 0]), in_axes=1)(x).sum(0)


def in_scan(x):
    def step(total, row):
        return aann.value("s", total + row), None

    return jax.lax.scan(step, jnp.zeros(len(x)), x[:, :, 0].T)[0]


def in_branch(x):
    return jax.lax.cond(True, lambda y: aann.value("s", y), lambda y: y, x[:, 0, 0])


def twice(x):
    return aann.value("s", x[:, 0, 0]) + aann.value("s", x[:, 1, 0])


def in_vain(x):
    aann.value("s", x[:, 0, 0])
    return x[:, 0, 0]


def of_one(x):
    return x[:, 0, 0] * aann.value("s", jnp.float32(2.0))


def across(x):
    return aann.value("s", x[:, 0].T).sum(0)


@pytest.mark.parametrize("program", [in_jit, under_vmap])
def test_values_in_the_middle_of_other_functions(program):
    assert graph(program, ["s"])["s"] == Node("s", (), reads=True)


@pytest.mark.parametrize(
    ("program", "nodes", "messages"),
    [
        (twice, ["s"], ["program 'twice' names 's' more than once: give each its own name"]),
        (in_vain, ["s"], ["output of program 'in_vain' does not depend on its value 's': leave"]),
        (of_one, ["s"], [r"'s' has shape \(\) for a batch of 7: values have one entry an example"]),
        (across, ["s"], [r"'s' has shape \(4, 7\) for a batch of 7"]),
        (under_vmap_of_another_axis, ["s"], [r"'s' has shape \(3, 7\) for a batch of 7"]),
        (in_scan, ["s"], ["'s'"]),
        (in_branch, ["s"], ["value 's' cannot be read"]),
        (signs, ["aa", "a"], ["program 'signs' names no value 'aa': did you mean 'a'"]),
        (lambda x: x, ["s"], [r"names no values: mark them, x = aann.value\('s', x\)"]),
        (twice, ["s", "q"], ["names 's' more than once", "names no value 'q'"]),
    ],
)
def test_values_that_are_none(program, nodes, messages):
    found = interpret(program, [X], nodes)
    assert isinstance(found, list)
    for message in messages:
        assert any(re.search(message, line) for line in found), found


def test_programs_that_cannot_be_traced():
    host = aann.make(lambda x, c: x, model="toy", site="h", units=(0,), host=True, name="counted")
    with pytest.raises(TypeError, match="program 'counted' runs on the host .*write it with jax"):
        interpret(host, [X], ["s"])
    with pytest.raises(TypeError, match="cannot be traced by JAX: .* Write it with jax.numpy"):
        interpret(lambda x: x if x[0, 0, 0] > 0 else -x, [X], ["s"])
    with pytest.raises(TypeError, match="cannot be traced by JAX"):
        interpret(lambda x: np.asarray(x) * 2, [X], ["s"])
    with pytest.raises(ZeroDivisionError):
        interpret(lambda x: x * (1 / 0), [X], ["s"])


@pytest.mark.usefixtures("unchecked")
def test_what_is_no_program():
    with pytest.raises(
        TypeError, match="a program is a function of the model's inputs, .* got int"
    ):
        as_program(3)


def test_a_call_passes_on_what_its_results_need_and_no_more():
    """Two results of one compiled helper; only the second one looks at what is read."""

    def program(x):
        a = aann.value("a", x.sum(-1))
        doubled, wide = jax.jit(lambda a, x: (jax.jit(jnp.square)(a) * 2, x[:, 0] + a))(a, x)
        return aann.value("b", doubled), aann.value("c", wide)

    nodes = interpret(program, [jax.ShapeDtypeStruct((7, 4), jnp.float32)], ["a", "b", "c"]).nodes
    assert (nodes["b"].parents, nodes["b"].reads) == (("a",), False)
    assert (nodes["c"].parents, nodes["c"].reads) == (("a",), True)
