"""Losses with anything in place of the units."""

import jax.numpy as jnp
import numpy as np
import pytest
import residual_toy as toy

import aann
from aann.residuals.loss import intact_run, loss_of, losses


@pytest.fixture(scope="module")
def lab():
    return aann.residuals(toy.flat(), toy.half(), toy.examples(), batch_size=10, progress=False)


def test_the_intact_run_loses_nothing(lab):
    loss = loss_of(lab.bench, lab.examples, "kl")
    (found,) = losses(lab.bench, lab.examples, loss, [intact_run])
    assert found.shape == (48,)
    assert (found == 0).all()


def test_a_loss_that_is_not_finite_names_its_examples(lab):
    loss = loss_of(lab.bench, lab.examples, lambda logits: logits[:, 0] / 0.0)
    with pytest.raises(ValueError, match="is NaN or infinite for 10 of 10 examples"):
        losses(lab.bench, lab.examples, loss, [intact_run])


def test_a_loss_is_a_name_or_a_function(lab, unchecked):
    with pytest.raises(TypeError, match="a metric is a function"):
        loss_of(lab.bench, lab.examples, 3)


def test_batches_are_judged_by_their_own_labels(lab):
    zero = [lambda seen: lambda i, natural, reads: jnp.zeros_like(natural)]
    whole = aann.residuals(toy.flat(), toy.half(), toy.examples(), batch_size=48, progress=False)
    found = [
        losses(x.bench, x.examples, loss_of(x.bench, x.examples, "nll"), zero) for x in (lab, whole)
    ]
    np.testing.assert_allclose(*found, rtol=1e-5)
