"""The lab: what was observed, by name."""

import pytest
from toy_replacement import data, replacement
from toys import mlp_model

import aann


@pytest.fixture(scope="module")
def lab():
    design, _ = aann.split(data())
    return aann.residuals(mlp_model(), replacement(), design, progress=False)


def test_a_part_is_named(lab):
    assert lab.part() is lab.part("ours")
    with pytest.raises(KeyError, match="name one of ours; got 'theirs'"):
        lab.part("theirs")
