import argparse

import pytest

from aann.evaluation.asked import asked
from evals.shared.beyond import beyond


@pytest.mark.parametrize("thorough", [False, True])
def test_units_alone_are_measured_where_it_may_take_long(thorough):
    found = asked(**beyond(argparse.Namespace(thorough=thorough)))
    assert found.alone == thorough
    assert found.subsets == (8 if thorough else 2)
    assert found.mixing == (0.25, 0.5, 0.75)
