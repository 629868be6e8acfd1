"""What is observed of programs: the network's values and theirs, at the places that count."""

import numpy as np
import pytest
from toy_replacement import data, replacement, truth
from toys import mlp_model

import aann


@pytest.fixture(scope="module")
def design():
    return aann.split(data())[0]


def test_a_program_that_is_right_leaves_nothing(design):
    part = aann.residuals(mlp_model(), replacement(), design, progress=False).part()
    _, values = aann.capture(mlp_model(), ["m"])(design.load(range(len(design))))
    np.testing.assert_allclose(part.natural, np.asarray(values["m"])[:, (4, 1, 3)], atol=1e-6)
    np.testing.assert_allclose(part.residual(), 0, atol=1e-6)
    assert part.places == ()
    assert part.columns == 3


@pytest.mark.parametrize("size", [1, 7, 64])
def test_batches_do_not_matter(design, size):
    wrong = replacement(gain=0.5, offset=0.1)
    lab = aann.residuals(mlp_model(), wrong, design, batch_size=size, progress=False)
    part = lab.part("ours")
    np.testing.assert_allclose(part.artificial, part.natural * 0.5 + 0.1, atol=1e-6)


def test_not_finite_values_are_refused(design):
    def wrong(h, c):
        return truth(h, c) / 0.0

    with pytest.raises(ValueError, match="gives inf at site 'm'"):
        aann.residuals(mlp_model(), replacement(wrong), design, progress=False)


def test_more_than_the_memory_is_refused(design):
    machine = aann.Machine(memory=500)
    with pytest.raises(ValueError, match=r"look at fewer examples, examples.take\(range\(2\d\)\)"):
        aann.residuals(mlp_model(), replacement(), design, progress=False, machine=machine)
