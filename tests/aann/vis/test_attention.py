import io

import numpy as np
import pytest

from aann.vis.attention import PatternRow, against, patterns


def rendered(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def random_pattern(seed=0, shape=(6, 6)):
    return np.random.default_rng(seed).dirichlet(np.ones(shape[1]), shape[0])


def test_patterns_share_a_scale_and_differences_are_symmetric():
    natural, artificial = random_pattern(0), random_pattern(1)
    names = list("abcdef")
    row = PatternRow(natural, artificial, "head 3", rows=names, columns=names)
    figure = patterns([row, row], title="two heads")
    assert rendered(figure).startswith(b"\x89PNG")
    images = [ax.images[0] for ax in figure.axes if ax.images][:3]
    assert images[0].get_clim() == images[1].get_clim()
    assert images[0].get_clim() == (0.0, max(natural.max(), artificial.max()))
    np.testing.assert_allclose(images[2].get_array(), artificial - natural)
    low, high = images[2].get_clim()
    assert low == -high == -np.abs(artificial - natural).max()
    assert [t.get_text() for t in figure.axes[0].get_xticklabels()] == names
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == names
    assert figure.axes[0].get_title(loc="left") == "head 3"


def test_wide_matrices_get_their_first_and_last_number():
    wide = random_pattern(shape=(4, 90))
    figure = patterns([PatternRow(wide, wide, "w", columns=["x"] * 90)], axes=("rows", "columns"))
    rendered(figure)
    assert figure.axes[0].get_xticks().tolist() == [0, 89]
    assert figure.axes[0].get_yticks().tolist() == [0, 3]
    assert figure.axes[0].get_ylabel() == "rows"


def test_a_pattern_of_nothing_draws():
    rendered(patterns([PatternRow(np.zeros((3, 3)), np.zeros((3, 3)), "silent")]))


def test_curves_against_a_quantity():
    x = np.arange(5.0)
    figure = against(x, 2 * x, np.ones(5), 2.1 * x, labels=("token", "score"), title="order")
    rendered(figure)
    (axes,) = figure.axes
    natural, artificial = axes.lines
    np.testing.assert_array_equal(natural.get_ydata(), 2 * x)
    np.testing.assert_array_equal(artificial.get_ydata(), 2.1 * x)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("token", "score")
    (band,) = axes.collections
    assert band.get_datalim(axes.transData).bounds == pytest.approx((0, -1, 4, 10))


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="at least one row, got none"):
        patterns([])
    with pytest.raises(
        ValueError, match=r"'a': natural and artificial .* \(2, 2\) and \(3, 3\); 'b'"
    ):
        patterns([
            PatternRow(np.zeros((2, 2)), np.zeros((3, 3)), "a"),
            PatternRow(np.zeros(4), np.zeros(4), "b"),
        ])  # fmt: skip
    with pytest.raises(ValueError, match="'c': 1 names for 2 rows"):
        patterns([PatternRow(np.eye(2), np.eye(2), "c", rows=["x"])])
    with pytest.raises(ValueError, match=r"the same points, got shapes \[\(3,\), \(2,\)"):
        against(np.zeros(3), np.zeros(2), np.zeros(3), np.zeros(3), labels=("", ""))
