import dataclasses
from types import SimpleNamespace

import early_toy as toy
import numpy as np
import pytest

from evals.curves_from_3a import read_out


@pytest.fixture(scope="module")
def found():
    """The program for units 320 to 324 of a network with random weights; one is elsewhere."""
    rng = np.random.default_rng(0)
    params = {
        "mixed3b_5x5_bottleneck": {"kernel": rng.normal(size=(16, 3))},
        "mixed3b_5x5": {"kernel": rng.normal(size=(5, 5, 3, 96))},
    }
    program = dataclasses.replace(toy.curves(), units=(320, 415, 416, 321, 322))
    return params, program, read_out.arrays(SimpleNamespace(params=params), program)


def test_natural_weights_are_those_of_two_convolutions(found):
    params, _, arrays = found
    below, above = (params[f"mixed3b_5x5{n}"]["kernel"] for n in ("_bottleneck", ""))
    channel = arrays["read_out_channels"][4]
    expected = sum(below[channel, n] * above[:, :, n, 95] for n in range(3))
    np.testing.assert_allclose(arrays["natural_read_out"][1, 4], expected)


def test_units_of_other_branches_are_left_out(found):
    _, _, arrays = found
    assert arrays["read_out_units"].tolist() == [320, 415, 321, 322]
    assert arrays["artificial_read_out"].shape == (4, len(toy.CURVES) + len(toy.LINES), 5, 5)


def test_a_unit_hears_early_curves_that_face_its_way_and_not_the_opposite(found):
    _, _, arrays = found
    facing = arrays["artificial_read_out"][0, : len(toy.CURVES)].sum((1, 2))
    assert toy.DIRECTIONS[facing.argmax()] in (0.0, 45.0)  # the unit's is 20
    assert toy.DIRECTIONS[facing.argmin()] in (180.0, 225.0)


def test_the_figure_shows_the_best_and_the_worst_unit(found):
    _, _, arrays = found
    likeness = read_out.correlations(arrays)
    titles = [axes.get_title("left") for axes in read_out.figures(arrays)["read_out"].axes]
    shown = {title.split()[1].rstrip(",") for title in titles if title}
    units = arrays["read_out_units"]
    assert shown == {str(units[likeness.argmax()]), str(units[likeness.argmin()])}
