"""Widths for numbers of weights, and what a network counts."""

import jax
import noisy_toy
import numpy as np
import pytest

from aann.bench.workbench import workbench
from aann.evaluation import network_fit
from aann.evaluation.network_settings import Networks
from aann.evaluation.network_sizes import shapes
from aann.evaluation.seen import see


@pytest.fixture(scope="module")
def seen():
    bench = workbench(noisy_toy.model(places=(4, 4)), noisy_toy.replacement(), 10)
    return bench, see(bench, noisy_toy.design(20, (4, 4)))[0][0]


def weights(shape, seen):
    state = network_fit.start(shape, seen, np.arange(20), 0)
    assert sum(np.size(x) for x in jax.tree.leaves(state.params)) < state.weights
    return state.weights


@pytest.mark.parametrize("asked", [200, 1_000, 20_000])
def test_the_nearest_width_is_taken(seen, asked):
    bench, seen = seen
    (shape,) = shapes(bench, 0, seen, Networks(weights=asked))
    here = weights(shape, seen)
    others = [
        weights(shapes(bench, 0, seen, Networks(widths=w))[0], seen)
        for w in {max(shape.width - 1, 1), shape.width + 1}
    ]
    assert all(abs(here - asked) <= abs(x - asked) + 0.02 * asked for x in others)


def test_a_network_that_is_too_large_is_refused(seen):
    said = (
        r"small networks of 5, 7 weights: from these reads to 3 units of 'u' one of depth 2 has "
        r"\d+ or more; ask for more weights"
    )
    with pytest.raises(ValueError, match=said):
        shapes(*(seen[0], 0, seen[1]), Networks(weights=(5, 7, 1000)))
