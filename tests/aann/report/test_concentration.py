"""On how few examples a row rests."""

import numpy as np
import pytest

from aann.report.concentration import effective, note
from aann.statistics.bootstrap import recovered
from aann.statistics.parts import Parts


@pytest.mark.parametrize("scale", [1.0, 1e-120])
def test_equal_shares_count_and_one_alone_is_one(scale):
    equal = np.asarray([1.0, -1.0] * 10)
    one = np.zeros(20)
    one[3] = 1.0
    parts = Parts(np.stack([equal, one, np.zeros(20)]) * scale, np.ones((3, 20)))
    np.testing.assert_allclose(effective(parts), [20, 1, 20])


def test_a_program_that_rests_on_few_examples_is_named():
    rng = np.random.default_rng(0)
    hurt = rng.gamma(5.0, size=100)
    tame, rare = 0.1 * rng.gamma(5.0, size=(2, 100))
    rare[:2] = 50.0
    found = {"kl": recovered(np.zeros(100), np.stack([hurt, tame, rare, rare]), hurt)}
    kinds = ("ablation", "program", "program", "control")
    (line,) = note(("zero", "tame", "rare", "wrong"), kinds, found)
    assert "left by rare (kl: 2." in line
    assert "tame" not in line
    assert "wrong" not in line
    assert note(("zero", "tame"), kinds[:2], {"kl": found["kl"]}) == []
