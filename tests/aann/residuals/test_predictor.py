"""A small network as a predictor: what it reaches on what was kept apart."""

import noisy_toy
import numpy as np
import pytest

import aann
from aann.evaluation.network_settings import Networks
from aann.residuals.predictor import network

SHORT = Networks(widths=(2, 12), steps=240, depth=1)


@pytest.fixture(scope="module")
def found():
    return network(
        noisy_toy.model(),
        noisy_toy.replacement(),
        noisy_toy.design(900),
        size=SHORT,
        progress=False,
    )


def test_sizes_come_from_the_smallest(found):
    assert len(found) == 2
    assert [p.shape.width for p in found] == [2, 12]
    assert found[0].weights < found[1].weights
    assert "on 180 design examples that were kept apart" in str(found)


def test_it_reaches_what_can_be_known(found):
    best = found[1]
    assert best.r2[0, 0] > 0.95
    assert best.r2[1, 0] == pytest.approx(1 - noisy_toy.NOISE, abs=0.08)
    assert best.correlation[1, 0] == pytest.approx(np.sqrt(1 - noisy_toy.NOISE), abs=0.05)
    assert best.r2[2, 0] < 0.03


def test_it_is_applied_to_reads_as_the_model_has_them(found):
    design = noisy_toy.design(900)
    kept = [design.names.index(name) for name in found[1].apart]
    x = design.load(kept)
    values = np.asarray(found[1].apply(x[:, :3]))
    natural = np.asarray(noisy_toy.units("linear", x))
    r2 = 1 - np.square(values - natural).mean(0) / natural.var(0)
    np.testing.assert_allclose(r2, found[1].r2[:, 0], atol=1e-3)
    with pytest.raises(
        ValueError, match=r"reads h: values of shapes \(batch, 3,\); got \[\(4, 8\)\]"
    ):
        found[1].apply(x[:4])
    assert found[1].row().scalars == found[1].weights


def test_what_cannot_be_trained_is_refused(unchecked):
    _, heldout = aann.split(noisy_toy.data(60))
    with pytest.raises(TypeError, match="a small network is fitted on design examples only"):
        network(noisy_toy.model(), noisy_toy.replacement(), heldout, size=100)
    with pytest.raises(ValueError, match="size= is about how many numbers"):
        network(noisy_toy.model(), noisy_toy.replacement(), noisy_toy.design(60), size=None)
