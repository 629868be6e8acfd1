"""What needs no PyTorch; ``benchmarks.pytorch.visualisation`` is compared by every run."""

import numpy as np
import pytest

from benchmarks import visualisation


class Side:
    """Values and gradients of both sides."""

    def __init__(self, values=1.0, gradients=1.0):
        self.found = np.full(3, values), np.full((3, 4), gradients)

    def values(self, pictures=None):
        return self if pictures is not None else self.found[0]

    def detach(self):
        return self

    def numpy(self):
        return self.found[0]

    def pictures(self):
        return 0

    def gradient(self):
        return self.found[1]


def test_sides_that_agree_pass_and_others_do_not():
    visualisation._check(Side(), [Side(), Side(1.0005, 1.005)])
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        visualisation._check(Side(), [Side(1.01)])
    with pytest.raises(AssertionError, match="Arrays are not strictly ordered"):
        visualisation._check(Side(), [Side(gradients=1.1)])


@pytest.mark.usefixtures("assets")
def test_our_side_takes_steps_upwards():
    ours = visualisation.Ours((343,))
    before = ours.values()
    ours.steps(3)
    assert ours.count == 3
    assert (ours.values() > before).all()
