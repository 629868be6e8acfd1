import io

import numpy as np
import pytest
import tuned_toy as toy

from aann.vis.tuning.circular import angle_between
from aann.vis.tuning.positions import positions


@pytest.fixture(scope="module")
def found():
    return positions(
        toy.model(), "cells", toy.LINES, orientations=12, across=5, step=4.0, half_length=6.0,
        stroke=3.0, place=(28.0, 28.0),
    )  # fmt: skip


def test_the_middle_answers_to_the_units_own_orientation(found):
    assert found.answers.shape == (4, 12, 5, 5)
    assert found.offsets == (-8.0, -4.0, 0.0, 4.0, 8.0)
    assert angle_between(2 * found.best[:, 2, 2], 2 * np.array(toy.ORIENTATIONS)).max() <= 20
    strongest = found.answers.max(1)
    assert (strongest[:, 2, 2] > strongest[:, 0, 0]).all()


def test_rows_go_down_and_what_grey_gives_is_taken_off(found):
    (flat,) = positions(
        toy.model(), "cells", toy.LINES[:1], orientations=1, across=3, step=30.0, place=(28.0, 28.0)
    ).answers
    assert flat[0, 1, 1] > 10 * abs(flat[0, 0, 1])


def test_the_figure_has_a_stroke_a_place(found):
    figure = found.figure()
    figure.savefig(io.BytesIO(), format="png")
    assert len(figure.axes[0].collections[0].get_segments()) == 25
    start, end = figure.axes[0].collections[0].get_segments()[12]
    right, up = end - start
    assert angle_between(2 * np.rad2deg(np.arctan2(up, right)), 2 * found.best[0, 2, 2]) < 1


def test_problems_are_told_together():
    with pytest.raises(ValueError, match="orientations is at least 1, got 0; step is a positive"):
        positions(toy.model(), "cells", toy.LINES, orientations=0, step=0.0)
