import numpy as np
import pytest

import aann
from aann.refitting.spread import MANY, spreads, units


def made(chosen, **constants):
    return (
        aann.make(
            lambda x, c: x, model="net", site="s", units=chosen, constants=constants, name="ours"
        ),
    )


def test_units_are_counted_the_programs_own_first():
    found = units(made((3, 5)), [made((5, 3)), made((5, 7)), made((5, 7, 9)), made((3, 5))])
    assert [(u.unit, u.first, u.share) for u in found] == [
        (3, True, 0.5), (5, True, 1.0), (7, False, 0.5), (9, False, 0.25)
    ]  # fmt: skip


def test_entries_of_units_are_those_of_the_same_unit():
    first = made((3, 5), gain=np.asarray([1.0, 10.0]), tilt=2.0)
    others = [
        made((5, 3), gain=np.asarray([10.0, 1.0]), tilt=3.0),
        made((5, 7), gain=np.asarray([10.0, 99.0]), tilt=4.0),
    ]
    gain, tilt = spreads(first, others)
    assert gain.first == gain.low == gain.high == [1.0, 10.0]
    assert (gain.typical, gain.size, gain.fits, gain.entries) == (0, 5.5, 2, 2)
    assert tilt.low == [pytest.approx(3.05)]
    assert tilt.high == [pytest.approx(3.95)]


def test_many_entries_are_summed_up_and_what_none_has_is_left_out():
    n = MANY + 1
    first = made((1,), table=np.ones((2, n)), gone=1.0)
    (table,) = spreads(first, [made((1,), table=np.full((2, n), 1.0 + i)) for i in range(11)])
    assert (table.entries, table.first, table.low) == (2 * n, [], [])
    assert table.typical == pytest.approx(9)


def test_programs_that_stand_together_are_compared_place_by_place():
    two = made((1,), gain=1.0) + made((2,), gain=2.0)
    found = spreads(two, [two, made((1,), gain=5.0)])
    assert [(s.name, s.fits, s.high) for s in found] == [
        ("ours.gain", 1, [1.0]),
        ("ours.gain", 1, [2.0]),
    ]
