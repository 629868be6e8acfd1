import numpy as np
import pytest

from benchmarks import losses, populations


@pytest.mark.parametrize("name", [*populations.MADE, *populations.REAL])
def test_the_truth_is_the_mean_of_many(name):
    drawn = populations.draw(name, np.random.default_rng(0), 20, 20_000)
    assert drawn.damage.mean() == pytest.approx(drawn.mean, rel=0.05)
    for left, truth in zip(drawn.left, drawn.truth, strict=True):
        assert 1 - left.mean() / drawn.damage.mean() == pytest.approx(truth, abs=0.03)


def test_stored_losses_are_whole():
    found = losses.load()
    assert set(found) == set(losses.ROWS) == set(populations.REAL)
    for population in found.values():
        assert population.damage.shape == (losses.EXAMPLES,)
        assert population.left.shape == (2, losses.EXAMPLES)
        assert np.isfinite(population.left).all()
