import early_toy as toy
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.early_curves import program as early_curves

HALF = len(toy.DIRECTIONS) // 2


@pytest.fixture(scope="module")
def answers():
    """Of all units, (unit, row, column), to a picture of discs and to the same upside down."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:63, :63]  # a cell's middle is 7 pixels from two sides and 8 from the others
    pictures = np.full((2, 64, 64, 3), 117.0, np.float32)
    for _ in range(12):
        row, column, radius = rng.uniform((0, 0, 6), (63, 63, 20))
        pictures[0, :63, :63][np.hypot(y - row, x - column) < radius] = rng.uniform(0, 255, 3)
    pictures[1, :63, :63] = pictures[0, 62::-1, 62::-1]
    found = jax.jit(toy.early().compute)(jnp.asarray(pictures))
    return np.asarray(found).transpose(0, 3, 1, 2)


def test_the_grid_has_stride_8_and_a_channel_a_unit(answers):
    assert answers.shape == (2, len(toy.DIRECTIONS) + len(toy.NORMALS), 8, 8)
    assert answers.min() == 0
    assert (answers.max((0, 2, 3)) > 0).all()


def test_upside_down_opposite_curves_and_the_same_lines_answer(answers):
    inside = slice(2, 5)
    one, two = answers[0, :, inside, inside], answers[1, :, inside, inside][:, ::-1, ::-1]
    opposite = np.roll(two[: len(toy.DIRECTIONS)], HALF, axis=0)
    turned = np.concatenate([opposite, two[len(toy.DIRECTIONS) :]])
    assert one.max() > 50
    assert np.corrcoef(one.ravel(), turned.ravel())[0, 1] > 0.9
    curves = slice(len(toy.DIRECTIONS))
    assert np.corrcoef(one[curves].ravel(), two[curves].ravel())[0, 1] < 0.5


def test_constants_are_checked_all_at_once():
    wrong = dict(toy.early().constants)
    wrong["gain"] = aann.Constant(np.ones(3))
    wrong["extra"] = wrong.pop("width")
    with pytest.raises(
        ValueError, match=r"8 early curves and 4 lines: 'width' is missing; 'extra'"
    ):
        early_curves.replacement("toy", "mixed3a", toy.CURVES, toy.LINES, wrong)
