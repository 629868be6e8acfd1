import attention
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.evaluation.answer import Metric, log_probability, logit_difference, rank
from aann.patching.judge import Judge, judge_of
from aann.patching.patch import activation_patching

OUTPUTS = jax.ShapeDtypeStruct((4, 5, 7), jnp.float32)
Y = jax.random.normal(jax.random.key(0), OUTPUTS.shape)
ROWS = np.arange(4)
METRICS = {
    "difference": logit_difference(ROWS, ROWS + 1),
    "difference elsewhere": logit_difference(ROWS + 1, ROWS, position=[0, 1, 2, 3]),
    "probability": log_probability(ROWS),
    "rank": rank(ROWS),
    "first": Metric(lambda y: y[:, -1, 0]),
    "second": Metric(lambda y: y[:, -1, 1]),
    "doubled": Metric(lambda y: 2 * y[:, -1, 0]),
    "halved": Metric(lambda y: 0.5 * y[:, -1, 0]),
    "data": Metric(lambda y, x: y[:, -1, 0] * x, (jnp.arange(4.0),)),
    "best": Metric(lambda y: jax.nn.relu(y[:, -1]).max(axis=-1)),
}  # fmt: skip


def of(metric):
    found = judge_of(metric, OUTPUTS, 4, 4)
    assert isinstance(found, Judge)
    return found


@pytest.mark.parametrize("name", METRICS)
def test_it_gives_the_metric(name):
    judge = of(METRICS[name])
    ours = judge.function(Y, judge.take(ROWS, 4))
    np.testing.assert_allclose(ours, METRICS[name](Y), rtol=1e-6)
    assert ours.dtype == jnp.float32


def test_keys_are_those_of_what_is_computed():
    keys = {name: of(metric).key for name, metric in METRICS.items()}
    names = [n for n in METRICS if n != "difference elsewhere"]
    assert len({keys[n] for n in names}) == len(names)
    assert keys["difference elsewhere"] == keys["difference"]  # answers are arguments
    assert of(Metric(lambda out: out[:, -1, 0])).key == keys["first"]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=4, max_size=4), st.integers(0, 4))
def test_what_a_function_closes_over_may_change(answers, position):
    """One function object, one array changed in place: as if it were written anew."""
    known = np.zeros(4, np.int32)
    where = {"position": 0}

    def metric(y):
        return jnp.take_along_axis(y[:, where["position"]], jnp.asarray(known)[:, None], 1)[:, 0]

    of(Metric(metric))
    known[:] = answers
    where["position"] = position
    judge = of(Metric(metric))
    expected = np.asarray(Y)[ROWS, position, answers]
    np.testing.assert_array_equal(judge.function(Y, judge.take(ROWS, 4)), expected)


def test_patching_sees_what_changed():
    model, tokens = attention.transformer(), attention.tokens(4)
    answers = np.array([0, 0, 0, 0])

    def metric(y):
        return jnp.take_along_axis(y[:, -1], jnp.asarray(answers)[:, None], 1)[:, 0]

    def base():
        return activation_patching(model, tokens, tokens[::-1], "embed", metric).base

    first = base()
    answers[:] = 3
    np.testing.assert_allclose(base(), np.asarray(model(tokens[::-1]))[:, -1, 3], rtol=1e-4)
    assert not np.array_equal(first, base())


def test_what_is_wrong_is_told():
    assert judge_of(logit_difference([1], [2]), OUTPUTS, 4, 4) != []
    (problem,) = judge_of(Metric(lambda y: y.mean()), OUTPUTS, 4, 4)
    assert "one float an example, shape (4,)" in problem
    (problem,) = judge_of(Metric(lambda y: y["logits"]), OUTPUTS, 4, 4)
    assert "the metric cannot take outputs of shape (4, 5, 7)" in problem
