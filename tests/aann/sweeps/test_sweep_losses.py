"""What ``aann.sweeps.sweep_losses`` shows; ``test_sweep`` and ``test_settings`` measure it."""

import numpy as np
import pytest

from aann.sweeps.sweep_losses import SweepLosses


@pytest.fixture(scope="module")
def found():
    losses = np.asarray([[1.5, 1.5], [0.0, 0.0], [1.0, 1.25]], np.float32)
    right = np.asarray([[0, 1], [1, 1], [0, 0]], np.float32)
    intact = {"nll": np.ones(2, np.float32), "top1": np.zeros(2, np.float32)}
    return SweepLosses((7, 8, 9), {"nll": losses, "top1": right}, intact, "h", "pairs")


def test_units_are_shown_by_what_they_add_the_largest_first(found):
    assert repr(found).split("\n") == [
        "3 units at site 'h', replaced one by one; pairs, n = 2",
        "intact model: nll 1 nats, top1 0; what each adds to that, largest first:",
        "unit     nll  top1",
        "------------------",
        "8         -1    +1",
        "7       +0.5  +0.5",
        "9     +0.125    +0",
    ]
    assert str(found).split("\n")[:2] == repr(found).split("\n")[:2]
    assert "<td style" in found._repr_html_()


def test_programs_keep_their_order(found):
    named = SweepLosses(("a", "b", "c"), found.losses, found.intact, "h", "pairs")
    assert [line[0] for line in repr(named).split("\n")[4:]] == ["a", "b", "c"]
    assert repr(named).startswith("3 programs at site 'h'")
