"""Losses over training."""

import types

import numpy as np

from aann.residuals.predictor import Predictors
from aann.vis.residuals.predictor import training


def test_a_ring_is_where_the_parameters_were_kept(unchecked):
    curve = np.asarray([[0, np.nan, 1.0], [20, 0.5, 0.6], [40, 0.3, 0.4], [60, 0.2, 0.5]])
    place = types.SimpleNamespace(site="u", reads=("h",))
    one = types.SimpleNamespace(weights=1234, curve=curve, best=40, place=place)
    (axes,) = training(Predictors((one, one))).axes
    assert axes.get_yscale() == "log"
    rings = [line for line in axes.lines if line.get_marker() == "o"]
    assert [r.get_xydata().tolist() for r in rings] == [[[40, 0.4]]] * 2
    assert axes.get_legend().get_texts()[0].get_text() == "1,234 numbers"
