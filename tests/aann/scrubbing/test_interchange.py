"""``interchange`` and ``swapper``: what a program says of swaps, and what the network does."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scrubs import (
    PROGRAM,
    UNITS,
    N,
    another,
    apart,
    arrays,
    by_hand,
    examples,
    its_program,
    model,
    params,
    signs,
)

import aann
from aann.scrubbing.interchange import interchange
from aann.scrubbing.plan import seeded
from aann.scrubbing.swapper import as_answer


def swapped(program=its_program, where=None, network=PROGRAM, n=60, **more):
    hypothesis = aann.Hypothesis(program, UNITS if where is None else where, name="it")
    options = {"draws": 100, "batch_size": 8, **more}
    return interchange(network, hypothesis, examples(n, labels=False), **options)


@pytest.mark.parametrize("memory", [0, 2**30])
@pytest.mark.parametrize("values", [["first", "second"], ["total", "both"]], ids=str)
def test_a_program_that_is_the_network_is_right_about_every_swap(values, memory):
    found = swapped(where={v: UNITS[v] for v in values}, memory=memory)
    assert found.agreement.estimate == 1
    assert [swap.values for swap in found.swaps] == [*((v,) for v in values), tuple(values)]
    for swap in found.swaps:
        assert swap.accuracy.estimate == 1
        assert swap.changed > 0.05


def skipping(p, x):
    """Its output needs the first value, and what is computed from it."""
    a = aann.site("h", (x[:, :1, 0] > 0).astype(jnp.float32))
    b = aann.site("m", 1 - a)
    return jnp.concatenate([2 * a + 3 * b, jnp.full_like(a, 2.5)], -1)


def skips(x):
    a = aann.value("a", (x[:, 0, 0] > 0).astype(jnp.float32))
    b = aann.value("b", 1 - a)
    return (2 * a + 3 * b < 2.5).astype(jnp.int32)


def test_values_computed_from_a_swapped_one_change_with_it():
    network = aann.Model(skipping, {}, "skipping", PROGRAM.inputs)
    found = swapped(skips, {"a": "h", "b": "m"}, network)
    assert found.agreement.estimate == 1
    assert [swap.accuracy.estimate for swap in found.swaps] == [1, 1, 1]
    assert all(swap.changed > 0.2 for swap in found.swaps)


def test_another_criterion_is_wrong_about_what_changes():
    found = swapped(another)
    assert all(swap.accuracy.high < 0.95 for swap in found.swaps)
    right, wrong = swapped().answers["total"], found.answers["total"]
    assert (right[0] != wrong[1]).mean() > 0.1


def test_the_networks_answers_by_hand():
    found = swapped(apart, {"a": aann.Where("z", (1,), axis=2)}, model(), n=N)
    sources = seeded(0, ("swap", "a")).integers(0, N, N)
    at = [by_hand(params(), x) for x in arrays()]
    for i in range(N):

        def edit(site, value, i=i):
            if site == "z":
                value[:, 1] = at[sources[i]]["z"][:, 1]
            return value

        logits = by_hand(params(), arrays()[i], edit)["logits"]
        assert found.answers["a"][0, i] == np.argmax(logits)
        assert found.answers[""][0, i] == np.argmax(at[i]["logits"])
    x = arrays()
    a, b = (x[:, k, 0] > 0 for k in (0, 1))
    np.testing.assert_array_equal(found.answers["a"][1], a[sources].astype(int) + b)
    np.testing.assert_array_equal(found.answers[""][1], a.astype(int) + b)


def test_the_order_of_examples_changes_nothing():
    order = np.random.default_rng(2).permutation(N)
    hypothesis = aann.Hypothesis(signs, {"c": "m"}, name="it")
    straight, turned = (
        interchange(model(), hypothesis, examples(order=o), draws=100, batch_size=7)
        for o in (None, order)
    )
    np.testing.assert_array_equal(turned.answers["c"], straight.answers["c"][:, order])


def test_a_program_with_constants_that_reads_sites():
    made = aann.make(
        lambda m, x, c: aann.value("s", (m[:, 0] > c.level).astype(jnp.int32)), model="program",
        site="logits", units=(0,), reads=("m", "input"), constants={"level": aann.Constant(1.5)},
        name="made",
    )  # fmt: skip
    found = swapped(made, {"s": "m"}, network=with_logits())
    assert found.swaps[0].accuracy.estimate == found.agreement.estimate == 1


def with_logits():
    def best(x):
        m = aann.site("m", (x[:, :2, 0] > 0).sum(1, keepdims=True).astype(jnp.float32))
        return jnp.concatenate([jnp.full_like(m, 1.5), m], -1)

    def alone(p, x):
        return aann.site("logits", best(x))

    return aann.Model(alone, {}, "alone", PROGRAM.inputs)


def test_few_that_change_have_no_accuracy_and_groups_stay_together():
    def constant(x):
        return (aann.value("a", x[:, 0, 0]) * 0).astype(jnp.int32)

    found = swapped(constant, {"a": "h"}, model(), n=N)
    (swap,) = found.swaps
    assert swap.changed == 0
    assert not swap.accuracy_changed.identified
    assert swap.accuracy_unchanged == swap.accuracy
    shown = str(found)
    assert "not identified" in shown
    assert "24 examples" in shown
    data = examples(groups=[i // 3 for i in range(N)])
    grouped = interchange(model(), aann.Hypothesis(constant, {"a": "h"}), data, draws=100)
    assert not grouped.swaps[0].accuracy.identified  # of 8 groups


@pytest.mark.parametrize(
    ("output", "answer", "expected"),
    [
        (np.array([0, 2], np.int16), None, [0, 2]),
        (np.array([True, False]), None, [1, 0]),
        (np.array([0.5, -1, np.nan], np.float32), None, [1, 0, -1]),
        (np.array([[0.5, 1], [1, 0.5], [1, np.nan]], np.float32), None, [1, 0, -1]),
        (np.array([0.5, 1]), lambda y: jnp.asarray(y > 0.7), [0, 1]),
    ],
)
def test_classes_that_an_output_stands_for(output, answer, expected):
    np.testing.assert_array_equal(as_answer(output, answer, 2), expected)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("output", "answer"),
    [
        (np.zeros((2, 3, 4)), None),
        (np.zeros(()), None),
        ((np.zeros(2), np.zeros(2)), None),
        (np.zeros(2), lambda y: y),
        (np.zeros(2), lambda y: np.zeros((2, 2), int)),
        (np.zeros(2), lambda y: 3),
        (np.zeros((2, 1)), None),
        (np.zeros((2, 2)), None),
        (np.zeros(2, np.float32), None),
    ],
)
def test_outputs_that_stand_for_no_class(output, answer):
    with pytest.raises(
        ValueError, match=r"an answer is one class of 5 an example, .* pass answer="
    ):
        as_answer(output, answer, 5)


@pytest.mark.usefixtures("unchecked")
def test_answers_that_are_none_of_the_networks():
    """Classes that there are not, NaN, and answers that depend on the batch."""
    model = aann.Model(
        lambda p, x: aann.site("h", x) @ p, np.eye(4, 2, dtype=np.float32), "two",
        jax.ShapeDtypeStruct((4,), jnp.float32),
    )  # fmt: skip
    inputs = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    examples = aann.from_arrays("two", inputs)

    def answers(output):
        def program(x):
            return output(aann.value("s", x[:, 0]), x)

        return interchange(model, aann.Hypothesis(program, {"s": "h"}), examples)

    with pytest.raises(ValueError, match="classes of the network, 0 to 1, .*got 7: pass answer="):
        answers(lambda s, x: 7 + (s > 99).astype(jnp.int32))
    with pytest.raises(ValueError, match="got -1: pass answer="):
        answers(lambda s, x: jnp.where(s > 0, jnp.nan, s))
    with pytest.raises(ValueError, match="the program mixes the examples of a batch"):
        answers(lambda s, x: (s > s.mean()).astype(jnp.int32))
    with pytest.raises(TypeError, match="examples are a data set, .* got ndarray"):
        interchange(model, aann.Hypothesis(first, {"s": "h"}), inputs)
    with pytest.raises(TypeError, match="interchange takes one hypothesis, got list"):
        interchange(model, [], examples)


def first(x):
    return aann.value("s", x[:, 0])


def test_logits_that_are_nan_answer_nothing():
    model = aann.Model(
        lambda p, x: jnp.where(x[:, :1] > 1, jnp.nan, aann.site("h", x) @ p),
        np.eye(4, 2, dtype=np.float32), "two", jax.ShapeDtypeStruct((4,), jnp.float32),
    )  # fmt: skip
    inputs = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    with pytest.raises(ValueError, match="the network's logits are NaN or infinite for '"):
        interchange(model, aann.Hypothesis(first, {"s": "h"}), aann.from_arrays("two", inputs))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"together": [["first", "third"]]}, "are parents of the output, .* got 'third'"),
        ({"together": []}, "got nothing"),
        ({"together": [[]]}, "got nothing"),
        ({"seed": 0.5}, "seed is a whole number from 0 up, got 0.5"),
        ({"where": {"nope": "h"}}, "names no value 'nope'"),
        ({"network": aann.Model(lambda p, x: aann.site("h", x), {}, "m", PROGRAM.inputs),
          "where": {"first": "h"}}, r"expected logits of shape \(batch, classes\): aann"),
    ],
)  # fmt: skip
def test_swaps_that_are_none(more, message):
    where = {v: UNITS[v] for v in ("first", "second")}
    with pytest.raises(ValueError, match=message):
        swapped(**{"where": where, **more})


def test_values_swapped_together():
    where = {v: UNITS[v] for v in ("first", "second")}
    found = swapped(where=where, together=["second", ("first", "second")])
    assert list(found.answers) == ["", "second", "first+second"]
    assert jax.tree.leaves(found.answers)[0].shape == (2, 60)
