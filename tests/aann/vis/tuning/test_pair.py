import curve_toy
import numpy as np
import pytest
import tuned_toy as toy

import aann
from aann.vis.tuning.pair import pair
from aann.vis.tuning.probe import probe

PICTURES = np.random.default_rng(0).uniform(0, 255, (3, 48, 48, 3)).astype(np.float32)
PROBED = probe(toy.model(), "cells", (3, 0, 6), place=(28.0, 28.0))


def program(reads):
    """Two lines answer to how light a picture is, or to another channel of their own site."""
    return aann.make(
        lambda seen, c: c.gain * seen[:, ::8, ::8, :1].repeat(2, -1),
        model="tuned", site="cells", units=(6, 3), reads=reads,
        constants={"gain": aann.Constant(2.0, "chosen")},
    )  # fmt: skip


def test_one_pass_gives_what_two_models_give():
    mine = program(("input",))
    natural, artificial = pair(PROBED, mine, PICTURES)
    np.testing.assert_allclose(natural, PROBED.answers(PICTURES), rtol=1e-5)
    spliced = PROBED.of(aann.splice(toy.model(), mine))
    np.testing.assert_allclose(artificial, spliced.answers(PICTURES), rtol=1e-5)
    np.testing.assert_array_equal(natural[:, 1], artificial[:, 1])  # not replaced
    assert (natural[:, 0] != artificial[:, 0]).all()


def test_nothing_shown_is_nothing_found():
    natural, artificial = pair(PROBED, program(("input",)), [])
    assert natural.shape == artificial.shape == (0, 3)


def test_the_program_is_of_the_site():
    elsewhere = probe(curve_toy.model(), "input", (0,), place=(1.0, 1.0))
    with pytest.raises(ValueError, match="units of 'cells', but those of 'input' are read"):
        pair(elsewhere, program(("input",)), PICTURES)
