"""Settings of small networks are checked before any work starts."""

import pytest

from aann.evaluation.network_settings import Networks, networks


def test_sizes_in_whatever_form_are_sorted():
    assert networks(300) == Networks(weights=(300,))
    assert networks([3000, 300, 300]).sizes == (300, 3000)
    assert Networks(widths=[4, 2]).sizes == (2, 4)
    assert networks(None) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, r"need weights= .* or widths= .*: got \(\) and \(\)"),
        ({"weights": 10, "widths": 2}, "one of the two"),
        ({"weights": 0}, "whole numbers from 1 to 100,000,000, got 0"),
        ({"weights": "many"}, "got 'many'"),
        ({"weights": True}, "got True"),
        ({"weights": (10, 2.5)}, r"got \(10, 2.5\)"),
        ({"weights": 10**9}, "got 1000000000"),
        ({"weights": 10, "depth": 0}, "depth is a whole number above 0, got 0"),
        ({"weights": 10, "mixing": "all"}, "mixing is one of none, causal, full, got 'all'"),
        ({"weights": 10, "apart": 1.0}, "apart is a number from 0 to 0.9, got 1"),
        ({"weights": 10, "rate": float("nan")}, "rate is a number from 0 to 1, got nan"),
    ],
    ids=str,
)
def test_wrong_settings_are_refused(given, said, unchecked):
    with pytest.raises(ValueError, match=said):
        Networks(**given)


def test_all_problems_are_said_at_once():
    with pytest.raises(ValueError, match=r"depth .*; steps .*; mixing .*; decay"):
        Networks(weights=10, depth=-1, steps=0, mixing="", decay=-1.0)
