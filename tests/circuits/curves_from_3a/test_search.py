import early_toy as toy
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.curves_from_3a import search
from circuits.curves_from_3a.search import Form


def declared(program):
    return sum(np.size(c.value) for c in program.constants.values())


def test_a_form_counts_what_its_program_declares():
    form = Form(kept=len(toy.CURVES) + len(toy.LINES), pieces=1, own=1)
    assert form.constants(5) == declared(toy.curves())


@pytest.mark.parametrize(
    ("less", "fewer"),
    [
        ({"kept": 50}, 3 * 10),
        ({"pieces": 0}, 4 * 6),
        ({"own": 0}, 4 * 2 * 10),
        ({"pieces": 0, "own": 0}, 4 * 6 + 4 * 2 * 10 + 1),
        ({"shapes": False}, 3 * 10 - 3),
        ({"finish": False}, 0),
    ],
)
def test_what_a_form_leaves_out_is_not_counted(less, fewer):
    assert Form().constants(10) - Form(**less).constants(10) == fewer


def test_what_a_form_leaves_out_is_not_searched():
    simple = Form(shapes=False, pieces=0, own=0).steps
    assert not {*simple} & {*search.SHAPES, *search.PIECES, *search.OWN}
    channels = {"curve_channels", "line_channels"}
    assert {*Form().steps} == {*toy.curves().constants} - channels


def test_the_penalty_counts_loud_units_however_loud_they_are():
    def penalty(gain):
        loud = jnp.asarray(gain, jnp.float32)
        c = {"curve_gain": loud[:2], "line_gain": loud[2:]}
        return float(search.loud(aann.Constants(c)))

    few, many = penalty([5.0, 0, 0, 0]), penalty([1.0, -1, 1, 1])
    np.testing.assert_allclose([few, many], [search.FEW_LOUD, 2 * search.FEW_LOUD], rtol=1e-4)
