import numpy as np
import pytest

from circuits.curves_from_3a import rounds
from circuits.curves_from_3a.program import curves_from_3a

PROGRAMS = [rounds.replacement(one) for one in rounds.ROUNDS]


def silent(program, kind):
    return not np.any(program.constants[f"{kind}_weight"].value)


@pytest.mark.parametrize("one", rounds.ROUNDS, ids=lambda one: one.name.replace(" ", "_"))
def test_a_round_knows_what_its_form_says(one):
    program = rounds.replacement(one)
    read = len(program.constants["curve_channels"].value)
    assert read + len(program.constants["line_channels"].value) == one.form.kept
    assert silent(program, "piece") == (not one.form.pieces)
    assert silent(program, "own") == (not one.form.own)
    lengths = np.asarray(program.constants["length"].value)
    assert (len(set(lengths)) == 1) == (not one.form.shapes)
    assert program.name == one.name


def test_the_last_round_is_the_registered_program():
    last = PROGRAMS[-1]
    assert last.units == curves_from_3a.units
    for name, constant in curves_from_3a.constants.items():
        np.testing.assert_allclose(last.constants[name].value, constant.value, err_msg=name)


def test_rounds_know_more_and_more():
    counts = [one.form.constants(len(curves_from_3a.units)) for one in rounds.ROUNDS]
    assert counts == sorted(counts)
    declared = sum(np.size(c.value) for c in curves_from_3a.constants.values())
    assert counts[-1] == declared <= 400


def test_every_round_says_what_was_seen_and_done():
    assert len({one.name for one in rounds.ROUNDS}) == len(rounds.ROUNDS)
    assert all(one.error and one.change for one in rounds.ROUNDS)
    assert {*rounds.saved()} == {one.name for one in rounds.ROUNDS}
