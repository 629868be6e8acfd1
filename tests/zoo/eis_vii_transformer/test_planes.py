import numpy as np
import pytest

from zoo.eis_vii_transformer import planes


def test_the_published_numbers(assets):
    """Figures of the challenge and of its analysis: 98.63% agree, 42.8% and 42.5% are class 1."""
    true, published = (planes.plane(name) for name in planes.LABELS)
    assert true.shape == published.shape == (113, 113)
    assert true.dtype == published.dtype == np.int32
    assert round(100 * (true == published).mean(), 1) == 98.6
    assert (true == published).sum() == 12_595
    assert round(100 * true.mean(), 1) == 42.8
    assert round(100 * published.mean(), 1) == 42.5


def test_rows_are_the_first_number(assets):
    """In the challenge's picture most rows are of one class from end to end; no column is."""
    true = planes.plane()
    constant = [(line.min() == line.max()) for line in true]
    assert sum(constant) > 30
    assert not any(column.min() == column.max() for column in true.T)


def test_all_that_is_wrong_with_a_file_is_listed():
    good = np.zeros((113, 113))
    bad = {"labels": good + 0.5, "extra": good}
    with pytest.raises(ValueError, match="does not hold the labels of the EIS VII transf") as error:
        planes.as_planes(bad, "here.pkl")
    assert str(error.value).splitlines()[0].endswith("3 problem(s):")
    for line in (
        "missing: model_labels",
        "not expected: extra",
        "labels: has values other than 0 and 1",
    ):
        assert line in str(error.value)
    with pytest.raises(ValueError, match=r"labels: expected shape \(113, 113\), found \(3,\)"):
        planes.as_planes({"labels": np.zeros(3), "model_labels": good}, "here.pkl")
    with pytest.raises(ValueError, match="here.pkl holds a list, expected a dict of two planes"):
        planes.as_planes([good], "here.pkl")
