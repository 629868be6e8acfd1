import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
from circuits.induction import program as programs
from circuits.induction.controls import AT, displaced

TOKENS = st.lists(st.lists(st.integers(0, 3), min_size=7, max_size=7), min_size=1, max_size=3)


def made(program, **constants):
    return aann.make(
        program, model="net", site=f"{program.__name__}", units=(0, 1), axis=1,
        constants={"strength": np.asarray([2.0, 5.0]), **constants},
    )  # fmt: skip


PREVIOUS, PREFIX = made(programs.previous_token, until=4), made(programs.prefix_matching)


@settings(max_examples=20, deadline=None)
@given(TOKENS)
@pytest.mark.parametrize("program", AT, ids=lambda program: program.__name__)
def test_at_the_right_distance_it_is_the_program(program, sequences):
    tokens = jnp.asarray(sequences)
    constants = {"strength": jnp.asarray([2.0, 5.0]), "until": jnp.asarray(4)}
    mine = program(tokens, aann.Constants(constants))
    theirs = AT[program](tokens, aann.Constants({**constants, "distance": jnp.asarray(1)}))
    np.testing.assert_allclose(mine, theirs, atol=1e-6)


def test_others_attend_where_they_say():
    tokens = jnp.asarray([[0, 1, 2, 3, 0, 1, 2]])
    two = next(p for (p,) in displaced(PREFIX) if p.constants["distance"].value == 2)
    expected = programs.emphasis(programs.after_match(tokens, 2), two.values.strength)
    np.testing.assert_allclose(two.compute(tokens), expected, atol=1e-6)


def test_every_distance_is_there_but_the_right_one():
    found = [p.constants["distance"].value for (p,) in displaced(PREVIOUS, 6)]
    assert found == [0, 2, 3, 4, 5, 6]
    assert len({id(p.program) for (p,) in displaced(PREVIOUS)}) == 1


def test_together_at_least_one_is_displaced():
    found = displaced([PREVIOUS, PREFIX], 3)
    assert len(found) == 4 * 4 - 1
    assert (PREVIOUS, PREFIX) not in found
    evenly = made(programs.evenly)
    assert all(pair[1] is evenly for pair in displaced([PREVIOUS, evenly], 3))
