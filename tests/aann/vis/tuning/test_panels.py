import io

import numpy as np
import pytest

from aann.vis.tuning.panels import Band, radial_tuning

DIRECTIONS = np.arange(0, 360, 10.0)
TOPS = np.array([[30.0], [80.0]])
PEAKS = np.array([[200.0], [20.0]])
NATURAL = TOPS * np.exp(4 * np.cos(np.deg2rad(DIRECTIONS[None] - PEAKS)) - 4)


def rendered(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def test_panels_are_in_the_order_of_directions_and_scaled_by_the_natural_peak():
    figure = radial_tuning(DIRECTIONS, NATURAL, 1.5 * NATURAL, names=["a", "b"], title="two")
    assert rendered(figure).startswith(b"\x89PNG")
    first, second = figure.axes
    assert [axes.get_title() for axes in figure.axes] == ["b: 20°", "a: 200°"]
    for axes in (first, second):
        solid, dashed = axes.lines[:2]
        x, y = solid.get_data()
        assert y.max() == pytest.approx(1)
        assert x[y.argmax()] == 0
        assert (x[0], x[-1]) == (-180, 180)
        assert y[0] == y[-1]
        assert dashed.get_ydata().max() == pytest.approx(1.5)
        assert dashed.get_linestyle() != solid.get_linestyle()
        assert dashed.get_color() != solid.get_color()
        assert axes.get_ylim()[1] > 1.5
        assert axes.get_ylim()[0] == 0
    assert [t.get_text() for t in figure.legends[0].texts] == ["natural", "artificial"]
    assert "best direction" in " ".join(axes.get_xlabel() for axes in figure.axes)


def test_bands_are_drawn_and_named():
    band = Band(0.5 * NATURAL, 2 * NATURAL)
    figure = radial_tuning(
        DIRECTIONS, NATURAL, names=["a", "b"], natural_band=band, band_name="what it is"
    )
    rendered(figure)
    (area,) = figure.axes[0].collections
    assert area.get_paths()[0].vertices[:, 1].max() == pytest.approx(2)
    assert figure.axes[0].get_ylim()[1] > 2
    assert [t.get_text() for t in figure.legends[0].texts] == ["natural", "what it is"]


@pytest.mark.parametrize("n", [1, 5, 7])
def test_any_number_of_units(n):
    figure = radial_tuning(DIRECTIONS, np.repeat(NATURAL[:1], n, 0), names=list("abcdefg"[:n]))
    rendered(figure)
    assert sum(axes.get_visible() for axes in figure.axes) == n


def test_names_the_units_that_never_respond():
    natural = np.ones((3, 12))
    natural[1] = -1
    with pytest.raises(ValueError, match="without a positive response: dead"):
        radial_tuning(np.arange(0, 360, 30), natural, names=["a", "dead", "c"])


def test_shapes_are_told_together():
    with pytest.raises(ValueError, match=r"\(3, 36\) for 3 names, got \(2, 36\); artificial has"):
        radial_tuning(DIRECTIONS, NATURAL, NATURAL[:, :5], names=["a", "b", "c"])
    with pytest.raises(ValueError, match=r"natural band, high, has shape .* got \(1, 36\)"):
        radial_tuning(
            DIRECTIONS, NATURAL, names=["a", "b"], natural_band=Band(NATURAL, NATURAL[:1])
        )
