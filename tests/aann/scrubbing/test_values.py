"""``values`` and ``checked``: what is refused before anything is scrubbed."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scrubs import CLASSES, N, arrays, by_hand, chain, examples, model, params, signs

import aann
from aann.scrubbing.bound import bind
from aann.scrubbing.checked import by_name, check_number, check_outputs
from aann.scrubbing.interpretation import OUTPUT
from aann.scrubbing.values import values


def of(program, where, size=7, **more):
    return values(bind(model(), aann.Hypothesis(program, where, **more)), model(), examples(), size)


def test_values_of_all_examples_whatever_the_batch():
    for size in (1, 5, N, 40):
        found = of(signs, {"a": "h", "b": "z", "c": "m"}, size)
        x = arrays()
        a = (x[:, 0, 0] > 0).astype(int)
        np.testing.assert_array_equal(found["a"], a)
        np.testing.assert_array_equal(found["b"], a + (x[:, 1, 0] > 0))
        np.testing.assert_array_equal(found[OUTPUT], found["c"])


def test_a_program_reads_the_intact_model():
    made = aann.make(
        lambda m, x, c: aann.value("a", m[:, :2] * c.gain) + x[:, 0, :2], model="toy",
        site="logits", units=(0, 1), reads=("m", "input"),
        constants={"gain": aann.Constant(2.0)}, name="made",
    )  # fmt: skip
    found = of(made, {"a": "m"})
    m = np.stack([by_hand(params(), x)["m"][:2] for x in arrays()])
    np.testing.assert_allclose(found["a"], 2 * m, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found[OUTPUT], 2 * m + arrays()[:, 0, :2], rtol=1e-4, atol=1e-5)


def test_outputs_that_are_not_of_examples_are_left_out():
    def total(x):
        return aann.value("a", x[:, 0, 0]).sum()

    def two(x):
        return aann.value("a", x[:, 0, 0]), 3.0

    for program in (total, two):
        assert list(of(program, {"a": "h"})) == ["a"]


def test_half_precision_numbers_are_numbers():
    found = of(lambda x: aann.value("a", x[:, 0, 0].astype(jnp.bfloat16)), {"a": "h"})
    assert found["a"].dtype == np.float32


def test_values_that_are_not_finite():
    def logarithm(x):
        return aann.value("a", jnp.log(x[:, 0, 0])) + aann.value("b", 1 / (0 * x[:, 0, 0]))

    with pytest.raises(ValueError, match="hypothesis 'logarithm': value 'a' is NaN or infinite on "
                       r"\d+ of 24 examples: 0\d+, .*; value 'b' is .* on 24 of 24"):  # fmt: skip
        of(logarithm, {"a": "h", "b": "z"})


def test_programs_that_mix_examples():
    def centred(x):
        return aann.value("a", x[:, 0, 0] > x[:, 0, 0].mean())

    def scaled(x):
        return aann.value("a", x[:, 0, 0] / jnp.abs(x).max())

    for program in (centred, scaled):
        with pytest.raises(ValueError, match="mixes the examples of a batch: its value 'a' of '0"):
            of(program, {"a": "h"})


def test_an_order_that_names_alone_decide():
    data = aann.from_arrays("x", np.zeros((4, 1)), names=["b", "a\0", "", "a"])
    assert [data.names[i] for i in by_name(data)] == ["", "a", "a\0", "b"]


@pytest.mark.parametrize("number", [0, -1, 2.0, True, "3", None])
def test_numbers_that_are_none(number):
    with pytest.raises(ValueError, match="scrubs is a whole number from 1 up, got"):
        check_number("scrubs", number, 1)
    check_number("scrubs", np.int64(1), 1)


def test_outputs_that_are_no_logits():
    def check(apply, labels=None, **more):
        data = aann.from_arrays("x", arrays(), labels)
        check_outputs(aann.Model(apply, {}, "m", model().inputs), 4, examples=data, **more)

    check(lambda p, x: x[:, 0])
    check(lambda p, x: x)
    for apply, message in [
        (lambda p, x: x[:, 0, 0], r"model 'm' returns \(4,\); expected logits of shape"),
        (lambda p, x: (x, x), r"returns \(4, 3, 4\), \(4, 3, 4\); expected"),
        (lambda p, x: x[..., None], r"expected logits of shape \(batch, classes\) or \(batch, pos"),
    ]:
        with pytest.raises(ValueError, match=message):
            check(apply)
    with pytest.raises(ValueError, match=r"expected logits of shape \(batch, classes\): aann"):
        check(lambda p, x: x, ndim=(2,))
    with pytest.raises(ValueError, match=f"{CLASSES + 2}"):
        check(lambda p, x: x[:, 0], np.arange(N) % (CLASSES + 3))
    assert jax.eval_shape(chain, jax.ShapeDtypeStruct((2, 3, 4), jnp.float32)).shape == (2,)
