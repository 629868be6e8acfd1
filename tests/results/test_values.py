import pytest

from results.values import Estimate, Number, Row, Several


def estimate(value, low, high):
    return Estimate({"estimate": value, "low": low, "high": high})


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (1234.5, ",.0f", "1,234"), (-0.001, ".2f", "0.00"), (-0.001, ".3f", "-0.001"),
        (512, "d", "512"), (None, ".2f", "-"), (1.9e-7, ".1e", "1.9e-7"), (2e5, ".0e", "2e5"),
        (0.0042, "share", "0.0042"), (0.6, "share", "0.60"), (1.04, "share", "1.0"),
        (23.4, "share", "23"), (213456.0, "share", "2e5"), (0.9876, "near1", "0.988"),
        (0.99976, "near1", "0.9998"), (0.999997, "near1", "0.999997"), (1.0, "near1", "1.000"),
        (1.0, ".0%", "100%"),
    ],
)  # fmt: skip
def test_numbers(value, spec, text):
    assert format(Number(value), spec) == text


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("2", "0.87 [0.84, 0.90]"), ("3", "0.873 [0.843, 0.898]"), (".2f", "0.87"),
        ("1?", "0.9"), ("2?", "0.87 [0.84, 0.90]"), ("~+.2g", "+0.87 [+0.84, +0.9]"),
    ],
)  # fmt: skip
def test_estimates(spec, text):
    assert format(estimate(0.8731, 0.8432, 0.8978), spec) == text


def test_a_narrow_interval_is_left_out_where_asked():
    narrow = estimate(0.9999, 0.9997, 0.99999)
    assert f"{narrow:3?}" == "1.000"
    assert f"{narrow:3}" == "1.000 [1.000, 1.000]"
    assert f"{narrow:near1?}" == "0.9999 [0.9997, 0.99999]"


def test_what_is_not_identified_says_so():
    assert f"{estimate(None, None, None):2}" == "not identified"


def test_damage_is_an_estimate_too():
    assert (
        f"{Estimate({'mean': 0.1342, 'low': 0.1106, 'high': 0.1642}):3}" == "0.134 [0.111, 0.164]"
    )


def test_several():
    assert f"{Several([3, 5, 8]):d}" == "3, 5, 8"
    assert f"{Several([3, 5, 8]):and}" == "3, 5 and 8"
    assert f"{Several([3]):and}" == "3"
    assert f"{Several([1157, 1414]):range}" == "1,157 to 1,414"
    assert f"{Several([0.25, 0.344]):range .2f}" == "0.25 to 0.34"
    assert f"{Several([21, 21]):range}" == "21"


def test_a_row_has_the_mean_correlation_where_all_are_known():
    row = {"correlation": [0.5, 0.7], "constants": 3, "bits": 10.4, "recovered": {}}
    found = Row(row, [7, 9])
    assert (f"{found.correlation:.2f}", f"{found.unit['9']:.1f}") == ("0.60", "0.7")
    assert (f"{found.constants:,.0f}", f"{found.bits:,.0f}", found.kl) == ("3", "10", None)
    assert f"{Row(row | {'correlation': [0.5, None]}, [7, 9]).correlation:.2f}" == "-"
    assert f"{Row(row | {'correlation': 0.25}).correlation:.2f}" == "0.25"
