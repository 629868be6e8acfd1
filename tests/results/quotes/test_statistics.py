import pytest

from benchmarks import coverage
from results.quotes import statistics


@pytest.mark.parametrize("name", statistics.PAGE.tables)
def test_tables_are_even_and_of_measured_sizes(name):
    lines = statistics.PAGE.tables[name]
    assert len({line.count("|") for line in lines}) == 1
    assert set(statistics.SIZES) <= set(coverage.SIZES)
    assert set(statistics.WHAT) == set(coverage.MAIN)
