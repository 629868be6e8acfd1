import argparse

import numpy as np
import pytest

import aann
from evals.shared import shuffled


def args(*, thorough=False):
    return argparse.Namespace(seed=3, thorough=thorough)


def made(exchangeable=()):
    return aann.make(
        lambda x, c: x * c.gain[None], model="net", site="s", units=range(9),
        constants={"gain": np.arange(9.0)}, exchangeable=exchangeable,
    )  # fmt: skip


@pytest.mark.parametrize("thorough", [False, True])
def test_it_is_few_unless_it_is_thorough(thorough):
    found = shuffled.of(made(), args(thorough=thorough))
    assert len(found.drawn[0].wrong) == (shuffled.THOROUGH if thorough else shuffled.DRAWS)
    assert found.examples == (None if thorough else shuffled.EXAMPLES)
    assert found.seed == 3


def test_what_is_declared_comes_before_units():
    assert [d.kind for d in shuffled.of(made(), args()).drawn] == ["units"]
    assert [d.kind for d in shuffled.of(made("gain"), args()).drawn] == ["constants"]
    drawn = shuffled.of(made("gain"), args(), draw=[made()]).drawn
    assert [d.kind for d in drawn] == ["drawn"]


def test_curve_detectors_have_permuted_units_and_thoroughly_directions():
    found = shuffled.curves(made("gain"), args())
    assert [(d.kind, len(d.wrong)) for d in found.drawn] == [("units", shuffled.PICTURES)]
    found = shuffled.curves(made("gain"), args(thorough=True))
    kinds = [(d.kind, len(d.wrong)) for d in found.drawn]
    assert kinds == [("units", shuffled.PICTURES), ("constants", shuffled.PICTURES)]
