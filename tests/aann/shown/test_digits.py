import pytest

from aann.shown.digits import bracketed, short


@pytest.mark.parametrize(
    ("numbers", "digits", "text"),
    [
        ((0.87, 0.81, 0.91), 3, "0.870 [0.810, 0.910]"),
        ((3.1e-6, 2.2e-6, 4.0e-6), 4, "3.1e-06 [2.2e-06, 4.0e-06]"),
        ((-3.1e-6, -4e-6, 2e-9), 3, "-3.1e-06 [-4.0e-06, 2.0e-09]"),
        ((0.0, 0.0, 0.0), 3, "0.000 [0.000, 0.000]"),
        ((1e-6, -0.1, 0.1), 3, "0.000 [-0.100, 0.100]"),
        ((1.0, 1.0, 1.0), 3, "1.000 [1.000, 1.000]"),
    ],
)
def test_brackets_keep_digits(numbers, digits, text):
    assert bracketed(*numbers, digits) == text


def test_a_single_number_keeps_digits():
    assert [short(x, 4) for x in (0.25, 2.5e-7, 0.0, -2e-5)] == [
        "0.2500", "2.5e-07", "0.0000", "-2.0e-05",
    ]  # fmt: skip
