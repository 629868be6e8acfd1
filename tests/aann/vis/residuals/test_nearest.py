"""Shares that near places leave open, beside their controls."""

import numpy as np
import pytest

from aann.residuals.unknowable import Unknowable
from aann.vis.caption import caption
from aann.vis.residuals.nearest import unknowable


def found(linear, residual=True):
    share = np.tile([0.3, 0.2, 0.4], (2, 3, 1))
    control = np.tile(np.asarray(linear)[None, :, None], (2, 1, 3))
    return Unknowable(
        reads=("h",), site="u", units=(5, 6, 7), dims=(2, 4), share=share, first=share[..., 0],
        residual=share + 0.1 if residual else None, linear=control, ranked=control,
        shuffled=np.ones((2, 3)),
        kept=np.asarray([0.5, 0.9]), rows=300, n=30, k=5, seed=0, data="made",
        squares=np.ones(3) if residual else None,
    )  # fmt: skip


@pytest.mark.parametrize("residual", [True, False])
def test_both_shares_and_controls_are_there(residual):
    drawing = unknowable(found([0.0, 0.0, 0.0], residual))
    over, each = drawing.axes
    labels = [line.get_label() for line in over.lines if not line.get_label().startswith("_")]
    assert ("of the residual" in labels) == residual
    assert labels[-1] == "linear control, truly 0"
    assert [t.get_text() for t in each.get_xticklabels()] == ["5", "6", "7"]
    assert "at 300 places of 30 design examples" in caption(drawing)


def test_what_says_nothing_is_grey():
    said = unknowable(found([0.0, 0.5, 0.0], residual=False)).axes[1]
    colours = {line.get_color() for line in said.lines if len(line.get_xdata())}
    assert len(colours) == 2
    nothing = unknowable(found([0.5, 0.5, 0.5], residual=False)).axes[1]
    assert len({line.get_color() for line in nothing.lines if len(line.get_xdata())}) == 1
