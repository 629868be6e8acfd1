import pytest

from aann.vis.subsets import Part, parts

HALF = Part("half 1a: 3", (0.4, 0.5, 0.6), (0.1, 0.2, 0.3))


def test_halves_and_units_have_a_panel_each():
    halves, alone = parts([HALF, HALF], [HALF._replace(name="3")], (0.3, 0.4, 0.5)).axes
    assert [t.get_text() for t in halves.get_yticklabels()] == ["half 1a: 3"] * 2
    assert [t.get_text() for t in alone.texts] == ["3"]
    assert alone.get_xscale() == "log"
    assert len(parts([HALF], [], None).axes) == 1
    assert len(parts([], [HALF], None).axes) == 1


def test_many_units_have_no_names():
    (alone,) = parts([], [HALF] * 50, None).axes
    assert not alone.texts


def test_nothing_is_no_figure():
    with pytest.raises(ValueError, match="needs halves or units alone, got neither"):
        parts([], [], None)
