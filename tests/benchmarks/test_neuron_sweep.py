"""What needs no PyTorch; ``benchmarks.pytorch.transformer`` is checked by every run, as here."""

import numpy as np
import pytest

from benchmarks import neuron_sweep

OURS = np.arange(1.0, 13.0).reshape(4, 3)


def test_losses_that_agree_pass():
    neuron_sweep.check(OURS, OURS[:2] * 1.0001, OURS[[0, 3]] + 1e-5, [0, 3])


@pytest.mark.parametrize(("others", "theirs"), [(OURS[:2] * 1.01, OURS), (OURS[:2], OURS[::-1])])
def test_losses_that_differ_are_an_error(others, theirs):
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        neuron_sweep.check(OURS, others, theirs[[0, 3]], [0, 3])
