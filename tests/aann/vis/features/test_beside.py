import numpy as np

from aann.vis.features.beside import difference, drawn, shown


def test_differences_are_white_where_there_is_none():
    given = np.zeros((4, 4, 3))
    made = given.copy()
    made[0, 0] = 0.25
    made[1, 1] = 1.0
    found = difference(given, made)
    assert found[0, 0] == 0.5
    assert found[1, 1] == 0.0
    assert found.sum() == 14.5


def test_rows_are_pictures():
    given, made = np.zeros((2, 4, 6, 1)), np.ones((2, 4, 6, 1))
    pictures = shown(given, made, "made", differences=True)
    assert list(pictures) == [
        "given_0", "made_0", "difference_0", "given_1", "made_1", "difference_1",
    ]  # fmt: skip
    assert list(shown(given, made, "made", differences=False))[:2] == ["given_0", "made_0"]
    figure = drawn(pictures, [("a", "b", "c")] * 2, "above")
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "c"] * 2
    assert figure.get_suptitle() == "above"
