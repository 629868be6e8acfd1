import json

import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.curves import program as curve_detectors
from circuits.curves import rounds
from circuits.fitting.descent import Evidence


def test_the_rounds_begin_with_one_arc_and_end_with_the_registered_program():
    first, *_, last = [rounds.program(one.name) for one in rounds.ROUNDS]
    shape, units = rounds.ONE_ARC, rounds.ONE_ARC_UNITS
    assert all(first.constants[n].value == x for n, x in shape.items())
    np.testing.assert_allclose(first.constants["opposing"].value, units["opposing"], rtol=1e-2)
    registered = curve_detectors.curve_detectors
    assert {n: c.value for n, c in last.constants.items()} == {
        n: c.value for n, c in registered.constants.items()
    }


def test_what_came_later_is_neutral_before():
    alive = set()
    for one in rounds.ROUNDS[:3]:
        alive |= set(one.units)
        constants = rounds.program(one.name).constants
        assert all(constants[n].value == 0 for n in ("echo", "line", "lean", "closing"))
        for name in set(rounds.LOBES) - alive:
            assert not np.any(constants[name].value)


def test_lobes_of_early_curves_come_one_after_the_other():
    echo, leaning, closing = (rounds.program(one.name).constants for one in rounds.ROUNDS[3:6])
    values = [
        [float(c[n].value) for n in ("echo", "lean", "closing")] for c in (echo, leaning, closing)
    ]
    assert [[x != 0 for x in row] for row in values] == [
        [True, False, False], [True, True, False], [True, True, True]
    ]  # fmt: skip


def test_every_round_says_what_was_seen_and_changed():
    assert all(one.change for one in rounds.ROUNDS)
    assert all(one.error for one in rounds.ROUNDS[1:])
    assert len({one.name for one in rounds.ROUNDS}) == len(rounds.ROUNDS)


def test_the_file_holds_all_rounds_but_the_last():
    assert list(rounds._settings()) == [one.name for one in rounds.ROUNDS[:-1]]


def test_a_round_that_is_none_is_refused_with_the_names():
    with pytest.raises(ValueError, match="no round 'two arcs': they are 'one arc', 'own arcs'"):
        rounds.program("two arcs")


def test_a_round_frees_its_own_constants_alone(optimised, monkeypatch):
    monkeypatch.setattr(rounds, "EPOCHS", 1)
    rng = np.random.default_rng(0)
    energy = rng.uniform(0, 20, (4, 16, 16, 16)).astype(np.float32)
    evidence = Evidence(energy, rng.uniform(0, 1, (4, 8, 8, 10)).astype(np.float32))
    before = rounds.first()
    after = rounds.fitted(rounds.ROUNDS[1], before, set(rounds.OWN), evidence)
    changed = {n for n in before if not jnp.array_equal(before[n], after[n])}
    assert changed <= {*rounds.OWN, "gain"}
    assert changed & {*rounds.OWN}
    assert isinstance(after, aann.Constants)
    assert json.dumps(rounds.rounded(after))
