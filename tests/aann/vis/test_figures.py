"""``bits``, ``forest``, ``ladder``, ``maps``, ``pareto``, ``report``, ``style``."""

import io
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.text import Annotation, Text
from report_made import report, row

from aann.vis.bits import against_bits
from aann.vis.ladder import bars
from aann.vis.maps import MapRow, maps
from aann.vis.report import figures
from aann.vis.style import Bar, colour

ROWS = [
    Bar("zero", "ablation", 0.0, 0.0, 0.0, 0.0),
    Bar("linear", "fit", 0.4, 0.35, 0.45, 3e4),
    Bar("program", "program", 1.2, 1.1, 1.3, 4e3),
    Bar("other program", "program", 1.19, 1.1, 1.28, 4.1e3),
    Bar("turned", "control", -0.24, -0.33, -0.1, 4.05e3),
    Bar("lost", "control", None, None, None, 4e3),
]


def rendered(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def overlaps(texts):
    boxes = [Text.get_window_extent(t) for t in texts]  # without leaders
    return [
        (texts[i].get_text(), texts[j].get_text())
        for i in range(len(boxes))
        for j in range(i)
        if boxes[i].overlaps(boxes[j])
    ]


def test_bars_show_values_beyond_zero_and_one_and_rows_that_are_not_identified():
    figure = bars(ROWS, title="a ladder")
    assert rendered(figure).startswith(b"\x89PNG")
    (axes,) = figure.axes
    low, high = axes.get_xlim()
    assert low < -0.33
    assert high > 1.3
    texts = [t.get_text() for t in axes.texts]
    assert "not identified" in texts
    assert "1.20 [1.10, 1.30]" in texts
    assert [t.get_text() for t in axes.get_yticklabels()] == [row.name for row in ROWS]
    lengths = [patch.get_width() for patch in axes.patches]
    assert lengths == [0.0, 0.4, 1.2, 1.19, -0.24]
    assert len({patch.get_facecolor() for patch in axes.patches}) == 4
    assert not overlaps([*axes.get_yticklabels(), *axes.texts])


def test_bits_names_do_not_overlap_and_rows_without_place_are_left_out():
    figure = against_bits(ROWS, 6e6)
    rendered(figure)
    (axes,) = figure.axes
    names = [t for t in axes.texts if isinstance(t, Annotation)]
    assert {t.get_text() for t in names} == {
        "linear", "program", "other program", "turned", "the natural units",
    }  # fmt: skip
    assert not overlaps(names)
    frame = axes.get_window_extent()
    for name in names:
        box = Text.get_window_extent(name)
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1, name
        assert frame.y0 <= box.y0 < box.y1 <= frame.y1, name
    assert axes.get_xlim()[1] > 6e6
    assert axes.get_ylim()[0] < -0.33


def test_what_lies_beyond_the_axis_is_an_arrow_with_its_number():
    far = [*ROWS[:4], Bar("wild", "control", -40.0, -41.0, -0.5, 4e3),
           Bar("wide", "fit", 0.5, 0.1, 9.0, 5e3)]  # fmt: skip
    figure = bars(far)
    rendered(figure)
    (axes,) = figure.axes
    low, high = axes.get_xlim()
    assert -1.3 < low < -1
    assert 2 < high < 2.3
    arrows = {line.get_marker(): line for line in axes.lines if line.get_marker() in ("<", ">")}
    assert arrows["<"].get_ydata()[0] == 4
    assert arrows[">"].get_ydata()[0] == 5
    for arrow in arrows.values():
        assert low < arrow.get_xdata()[0] < high
    texts = [t.get_text() for t in axes.texts]
    assert "\u221240.00 [\u221241.00, \u22120.50]" in texts
    assert "arrows: beyond the axis" in axes.get_xlabel()
    assert "arrows" not in bars(ROWS).axes[0].get_xlabel()


def test_on_the_plane_of_bits_too():
    figure = against_bits([*ROWS, Bar("wild", "control", -40.0, -41.0, -0.5, 9e3)], 6e6)
    rendered(figure)
    (axes,) = figure.axes
    bottom = axes.get_ylim()[0]
    assert bottom > -1.3
    arrows = [line for line in axes.lines if line.get_marker() == r"$\downarrow$"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in arrows] == [(9e3, bottom)]
    assert "wild \u221240 [\u221241, \u22120.5]" in [t.get_text() for t in axes.texts]
    assert "arrows: beyond the axis" in axes.get_ylabel()


def test_kinds_have_markers_of_their_own():
    figure = against_bits(ROWS, 6e6)
    keys = {h.get_label(): h.get_marker() for h in figure.legends[0].legend_handles}
    dots = {line.get_marker() for line in figure.axes[0].lines} - {"None", "*"}
    assert keys == {"fit": "D", "control": "^", "program": "s"}
    assert dots == set(keys.values())


def test_names_are_no_formulas_and_logarithmic_axes_keep_their_powers():
    rows = [Bar(r"$\frac{1}{$", *row[1:]) for row in ROWS[:1]] + [Bar("$x^2$", *ROWS[2][1:])]
    for figure in (bars(rows), against_bits(rows, 3e6)):
        rendered(figure)
        shown = [t for t in figure.findobj(Text) if "$x^2$" in t.get_text()]
        assert shown
        assert not any(t.get_parse_math() for t in shown)
    powers = [t for t in figure.findobj(Text) if "10^{" in t.get_text()]
    assert powers
    assert all(t.get_parse_math() for t in powers)


def test_a_ladder_without_anything_to_show_still_draws():
    lost = [Bar("lost", "program", float("nan"), None, None)]
    rendered(bars(lost))
    rendered(against_bits(lost, 1e6))


def test_maps_share_a_scale_and_residuals_are_symmetric():
    rng = np.random.default_rng(0)
    natural, artificial = rng.exponential(size=(2, 6, 6))
    picture = rng.integers(0, 256, (20, 20, 3)).astype(np.uint8)
    figure = maps([MapRow(picture, natural, artificial, "dog.jpg: 0.01 nats")] * 2)
    rendered(figure)
    images = [ax.images[0] for ax in figure.axes if ax.images][:4]
    np.testing.assert_array_equal(images[0].get_array(), picture)
    assert images[1].get_clim() == images[2].get_clim()
    assert images[1].get_clim() == (0.0, max(natural.max(), artificial.max()))
    np.testing.assert_allclose(images[3].get_array(), artificial - natural)
    low, high = images[3].get_clim()
    assert low == -high
    assert figure.axes[0].get_title(loc="left") == "dog.jpg: 0.01 nats"


def test_maps_of_silent_units_and_grey_float_pictures():
    rendered(maps([MapRow(np.full((5, 5), 300.0), np.zeros((2, 2)), np.zeros((2, 2)), "silent")]))


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match=r"kinds of rows are ablation, .* got 'wrong'"):
        colour("wrong")
    with pytest.raises(ValueError, match="at least one row, got none"):
        bars([])
    with pytest.raises(ValueError, match="at least one row, got none"):
        maps([])
    flat = np.zeros((2, 2))
    with pytest.raises(ValueError, match=r"'a': natural and .* \(2, 2\) and \(3, 2\).*'b': a pic"):
        maps(
            [
                MapRow(flat, flat, np.zeros((3, 2)), "a"),
                MapRow(np.zeros((2, 2, 4)), flat, flat, "b"),
            ]
        )


def tuned(**more):
    """A report with tuning curves of its two units, and ``more`` arrays."""
    directions = np.arange(0, 360, 15.0)
    curves = np.exp(np.cos(np.deg2rad(directions - np.array([[20.0], [200.0]]))))
    arrays = {"tuning_directions": directions, "natural_tuning": curves,
              "artificial_tuning": 2 * curves}  # fmt: skip
    return report(row()).with_arrays(**arrays, **{n: x * curves for n, x in more.items()})


def test_reports_with_and_without_bands_are_drawn():
    older = figures(tuned())["tuning"]
    rendered(older)
    assert not older.axes[0].collections
    ends = {f"{n}_tuning_{end}": x for n in ("natural", "artificial")
            for end, x in (("low", 0.5), ("high", 3.0))}  # fmt: skip
    newer = tuned(**ends).with_arrays(tuning_band=np.asarray("what the band is"))
    drawn = figures(newer)["tuning"]
    rendered(drawn)
    assert len(drawn.axes[0].collections) == 2
    assert "what the band is" in [t.get_text() for t in drawn.legends[0].texts]


def test_figures_need_no_pyplot():
    code = (
        "import sys, aann.vis.ladder, aann.vis.bits, aann.vis.maps, aann.vis.tuning.panels;"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_importing_aann_imports_no_matplotlib():
    code = "import sys, aann; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
