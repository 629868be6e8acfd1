"""Numbers as people read them."""

from aann.report.words import count, numbers, share, some


def test_what_is_unknown_is_a_dash():
    assert count(None) == share(None) == "-"


def test_large_counts_are_rounded_and_small_ones_are_not():
    assert count(1234) == "1,234"
    assert count(123456789) == "1.2e+08"


def test_constants_are_listed_flat():
    assert numbers([[1.0, 2.5], [3.0, 1e-7]]) == "1 2.5 3 1e-07"


def test_many_units_are_cut_short():
    assert some(range(3)) == "0, 1, 2"
    assert some(range(21)).endswith("19, ...")
