import argparse

import pytest

from zoo.scripts import integers


def test_numbers_in_their_range_are_read():
    assert [integers.natural("0"), integers.positive("1"), integers.draws("100")] == [0, 1, 100]
    assert integers.naturals("343,0") == (343, 0)


@pytest.mark.parametrize(
    ("kind", "text", "match"),
    [
        ("natural", "-1", "expected a non-negative integer, got '-1'"),
        ("natural", "1.5", "expected a non-negative integer, got '1.5'"),
        ("naturals", "3,,4", "expected a non-negative integer, got ''"),
        ("positive", "0", "expected an integer of at least 1, got '0'"),
        ("positive", "many", "expected a non-negative integer, got 'many'"),
        ("draws", "99", "99 draws are too few for an interval: at least 100"),
    ],
)
def test_others_are_refused(kind, text, match):
    with pytest.raises(argparse.ArgumentTypeError, match=match):
        getattr(integers, kind)(text)
