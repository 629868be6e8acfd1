import io

import numpy as np
import pytest
import tuned_toy as toy
from scipy import ndimage

from aann.vis.stimuli.lines import lines
from aann.vis.stimuli.paint import paint
from aann.vis.tuning.circular import angle_between
from aann.vis.tuning.joint import joint, turned

PLACE = (28.0, 28.0)
# The same line at two places, one of them lying flat.
COVERS = lines((48, 48), [10.0, 0.0], place=([28.0, 20.0], [28.0, 28.0]), half_length=7.0,
               stroke=3.0)  # fmt: skip
PICTURES = paint(COVERS)


def test_turning_is_scipys_rotation_and_keeps_its_place():
    picture = ndimage.gaussian_filter(
        np.random.default_rng(0).uniform(0, 255, (41, 41, 3)), (2, 2, 0)
    ).astype(np.float32)
    found = turned(picture, (20.0, 20.0), (20.0, 20.0), np.array([0.0, 90.0, 30.0]))
    np.testing.assert_allclose(found[0], picture, atol=1e-3)
    np.testing.assert_allclose(found[1], np.rot90(picture), atol=0.02)
    # Rows point down: SciPy's positive angles, in axes (0, 1), are counterclockwise as seen.
    expected = ndimage.rotate(picture, 30, reshape=False, order=1, mode="mirror")
    np.testing.assert_allclose(found[2][8:-8, 8:-8], expected[8:-8, 8:-8], atol=0.5)
    moved = turned(picture, (12.0, 25.0), (20.0, 20.0), np.array([0.0, 77.0]))
    np.testing.assert_allclose(moved[:, 20, 20], picture[[12, 12], [25, 25]], atol=1e-2)


def test_units_answer_as_the_line_turns_through_their_orientation():
    found = joint(
        toy.model(), "cells", toy.LINES, PICTURES, turns=36, place=PLACE,
        places=np.array([[28.0, 28.0], [20.0, 28.0]]),
    )  # fmt: skip
    assert found.answers.shape == (2, 36, 4)
    best = np.array(found.angles)[found.answers.argmax(1)]
    for turn, start in zip(best, (10.0, 0.0), strict=True):
        expected = np.array(toy.ORIENTATIONS) - start
        assert angle_between(2 * turn, 2 * expected).max() <= 20
    figure = found.figure()
    figure.savefig(io.BytesIO(), format="png")
    assert len(figure.axes) == 4
    assert [t.get_text() for t in figure.axes[1].get_yticklabels()] == [str(u) for u in toy.LINES]


def test_places_are_where_a_unit_answers_most():
    found = joint(toy.model(), "cells", toy.LINES[:1], PICTURES[:1], turns=1, place=PLACE)
    np.testing.assert_allclose(found.places, [PLACE])


def test_problems_are_told_together(unchecked):
    with pytest.raises(
        ValueError, match=r"got shape \(2, 48, 20, 3\); places are .*; turns is how"
    ):
        joint(
            toy.model(), "cells", toy.LINES, PICTURES[:, :, :20], places=np.zeros((1, 2)), turns=0,
            place=PLACE,
        )  # fmt: skip
