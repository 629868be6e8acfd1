import numpy as np
import pytest

from aann.vis.points import CLASSES, Cloud, clouds


def cloud(**changed):
    x = np.arange(6.0)
    return Cloud(x, x**2, x, ("x", "y", "size"), title="mine")._replace(**changed)


def test_points_classes_curve_and_marks():
    classes = np.asarray([0, 1, 0, 1, 1, 0])
    line = (np.arange(3.0), np.ones(3))
    drawing = clouds(
        [cloud(colour=classes, classes=("a", "b"), curve=line, marks=(1.5,)), cloud()], title="all"
    )
    first, second, bar = drawing.axes
    offsets = first.collections[0].get_offsets()
    assert sorted(map(tuple, offsets.tolist())) == [(x, x**2) for x in range(6)]
    assert [t.get_text() for t in first.get_legend().get_texts()] == ["a", "b", "program"]
    assert len(first.lines) == 2
    assert (second.get_xlabel(), bar.get_ylabel()) == ("x", "size")


def test_all_wrong_panels_are_named():
    many = [str(i) for i in range(len(CLASSES) + 1)]
    wrong = [
        cloud(y=np.ones(3)),
        cloud(title="b", classes=many),
        cloud(title="c", classes=("a", "b")),
    ]
    with pytest.raises(ValueError, match=r"'mine': x, y.*\(3,\).*'b': 6 classes.*'c': classes are"):
        clouds(wrong)
    with pytest.raises(ValueError, match="at least one panel, got none"):
        clouds([])
