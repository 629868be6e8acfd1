import attention
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from aann.evaluation.answer import Metric, log_probability, logit_difference, rank
from aann.patching.alone import judge_alone
from aann.patching.judge import Judge
from aann.patching.lens import logit_lens
from aann.patching.patch import activation_patching

OUTPUTS = jax.ShapeDtypeStruct((4, 5, 7), jnp.float32)
ROWS = np.arange(4)
ALONE = {
    "difference": logit_difference(ROWS, ROWS + 1),
    "probability": log_probability(ROWS),
    "rank": rank(ROWS),
    "closed over": Metric(lambda y: y[jnp.arange(4), -1, jnp.asarray(ROWS)]),
    "data": Metric(lambda y, x: y[:, -1, 0] * x, (jnp.arange(4.0),)),
    "all of one": Metric(lambda y: y.mean(axis=(1, 2))),
}
MIXED = {
    "less the mean": Metric(lambda y: y[:, 0, 0] - y[:, 0, 0].mean()),
    "shuffled": Metric(lambda y: y[::-1, 0, 0]),
    "running": Metric(lambda y: jnp.cumsum(y[:, 0, 0])),
    "ranked": Metric(lambda y: jnp.argsort(jnp.argsort(y[:, 0, 0])).astype(jnp.float32)),
}


@pytest.mark.parametrize("name", ALONE)
def test_metrics_of_each_example_alone_are_taken(name):
    assert isinstance(judge_alone(ALONE[name], OUTPUTS, 4, 4), Judge)


@pytest.mark.parametrize("name", MIXED)
def test_metrics_that_mix_examples_are_not(name):
    for _ in range(2):  # what was found wrong is not taken for known
        (problem,) = judge_alone(MIXED[name], OUTPUTS, 4, 4)
        assert problem.startswith("the metric mixes examples: what it says of one differs by")
    assert isinstance(judge_alone(MIXED[name], jax.ShapeDtypeStruct((1, 5, 7), "f4"), 1, 1), Judge)


def test_techniques_refuse_them():
    model, mixed = attention.transformer(), MIXED["less the mean"].function
    clean, corrupted = attention.tokens(4), attention.tokens(4)[::-1]
    with pytest.raises(ValueError, match="the metric mixes examples"):
        activation_patching(model, clean, corrupted, ["blocks.0.resid_pre"], mixed)
    with pytest.raises(ValueError, match="the metric mixes examples"):
        logit_lens(model, clean, mixed)
