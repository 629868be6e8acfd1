"""Curves over model size."""

import dataclasses

import numpy as np

from aann.residuals.predicted import Predictability, Scores
from aann.vis.caption import caption
from aann.vis.residuals.predictable import sizes


def score(name, weights, r2, kind="fit", units=2):
    each = np.tile([r2, r2 - 0.05, r2 + 0.05], (units, 1))
    return Scores(name, kind, weights, each, each, each, each[0], each[0], each[0], each[:, 0])


def found(**more):
    scores = (
        score("mean", 2, 0.0), score("linear", 50, 0.4), score("ridge", 50, 0.45),
        score("network", 100, 0.3), score("network", 1000, 0.6), score("ours", 12, 0.5, "program"),
    )  # fmt: skip
    made = Predictability(
        reads=("h",), site="u", units=(3, 4), scores=scores, entropy=np.asarray([2.0, 3.0]), n=40,
        folds=3, seed=0, confidence=0.95, data="made",
    )  # fmt: skip
    return dataclasses.replace(made, **more)


def test_networks_are_a_line_and_the_rest_are_points():
    drawing = sizes(found())
    r2, _, bits = drawing.axes
    lines = {line.get_label(): line for line in r2.lines}
    np.testing.assert_allclose(lines["network"].get_xydata(), [[100, 0.3], [1000, 0.6]])
    np.testing.assert_allclose(lines["ours"].get_xydata(), [[12, 0.5]])
    np.testing.assert_allclose(lines["linear"].get_xydata(), [[50, 0.4]])
    assert "mean" not in lines
    assert any(np.allclose(line.get_ydata(), 2.5) for line in bits.lines)  # the whole entropy
    assert "from h on 40 design examples" in caption(drawing)


def test_unknown_intervals_and_no_networks_are_drawn():
    one = score("linear", 50, 0.4, units=1)
    short = dataclasses.replace(one, mean_r2=np.asarray([0.4, np.nan, np.nan]))
    drawing = sizes(found(scores=(short,), units=(3,)), title="a title")
    drawing.draw_without_rendering()
    assert drawing.get_suptitle() == "a title"
