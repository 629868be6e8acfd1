import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.evaluation.answer import Metric, as_metric, log_probability, logit_difference, rank


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.integers(1, 4), st.booleans(), st.booleans())
def test_each_metric_by_hand(seed, n, positions, one_position):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(n, 3, 5) if positions else (n, 5)).astype(np.float32)
    right, wrong = rng.integers(0, 5, (2, n))
    where = int(rng.integers(-3, 3)) if one_position else rng.integers(-3, 3, n)
    here = y[np.arange(n), where] if positions else y
    rows = np.arange(n)
    own = here[rows, right]
    nats = own - np.log(np.exp(here.astype(np.float64)).sum(-1))
    ahead = (here > own[:, None]).sum(-1)
    for metric, expected in (
        (logit_difference(right, wrong, where), own - here[rows, wrong]),
        (log_probability(right, where), nats),
        (rank(right, where), ahead),
    ):
        np.testing.assert_allclose(metric(jnp.asarray(y)), expected, rtol=1e-5, atol=1e-5)
        some = np.array([n - 1, 0])
        part = metric.take(some)(jnp.asarray(y[some]))
        np.testing.assert_allclose(part, expected[some], rtol=1e-5, atol=1e-5)


def test_equal_logits_rank_behind():
    assert list(rank([1, 0])(jnp.zeros((2, 3)))) == [2, 2]


def test_no_such_class_or_position_is_nan():
    y = jnp.zeros((2, 3, 4))
    assert np.isnan(log_probability([0, 4])(y)).tolist() == [False, True]
    assert np.isnan(log_probability([-1, 1])(y)).tolist() == [True, False]
    assert np.isnan(rank([0, 1], position=[3, 0])(y)).tolist() == [True, False]


def test_other_answers_do_not_compile_again():
    traces = []

    def count(y, answers):
        traces.append(1)
        return y[:, 0] + answers.astype(jnp.float32)

    judge = jax.jit(lambda metric, y: metric(y))
    for answers in ([1, 2], [3, 4]):
        found = judge(Metric(count, (jnp.asarray(answers, jnp.int32),)), jnp.zeros((2, 3)))
        np.testing.assert_array_equal(found, answers)
    assert len(traces) == 1


def test_plain_functions_and_bad_ones(unchecked):
    assert as_metric(len).function is len
    with pytest.raises(TypeError, match="a metric is a function"):
        as_metric(3)
    with pytest.raises(ValueError, match=r"position must be \(2,\) integers.*dtype float64"):
        rank([1, 2], position=1.5)
    with pytest.raises(ValueError, match="logits are"):
        rank([1, 2])(jnp.zeros((2, 1, 1, 3)))
