"""``find`` and ``aann.vis.tuning.families``."""

import numpy as np
import pytest
import tuned_toy as toy

import zoo
from aann.vis.stimuli.circles import circles
from aann.vis.stimuli.lines import lines
from aann.vis.tuning import families
from aann.vis.tuning.circular import angle_between
from aann.vis.tuning.find import Stimuli, find

PLACE = (27.5, 27.5)
MODEL = toy.model()
LISTED = {343: 20, 415: 38, 345: 62, 360: 119, 391: 142, 327: 153, 374: 236, 335: 264, 334: 301,
          384: 332}  # fmt: skip
"""Curve detectors of the mirrored checkpoint, and the directions that they were measured at."""


def test_planted_lines_are_found_with_their_orientations():
    found = find(MODEL, "cells", families.lines((3.0,), half_length=20.0), 4)
    assert found.exists
    assert set(found.units) == set(toy.LINES)
    expected = [toy.ORIENTATIONS[toy.LINES.index(u)] for u in found.units]
    assert angle_between(2 * np.array(found.preferred), 2 * np.array(expected)).max() < 6
    assert str(found).startswith("lines of 'cells': ")
    assert found.tuning.shape == (4, 24)


def test_planted_colours_are_found_with_their_hues():
    found = find(MODEL, "cells", families.colours((6.0,)), 3, place=PLACE)
    assert found.exists
    assert set(found.units) == set(toy.COLOURS)
    expected = [toy.HUES[toy.COLOURS.index(u)] for u in found.units]
    assert angle_between(found.preferred, expected).max() < 3


def test_gratings_find_units_by_orientation_across_the_bars():
    found = find(MODEL, "cells", families.gratings((10.0,), 12), 4, place=PLACE)
    assert set(found.units) == set(toy.LINES)
    expected = [toy.ORIENTATIONS[toy.LINES.index(u)] + 90 for u in found.units]
    assert angle_between(2 * np.array(found.preferred), 2 * np.array(expected)).max() < 12


def test_a_parameter_on_a_line():
    mine = Stimuli(
        "discs by size",
        ((lambda size, radius, place: circles(size, radius, place=place, filled=True),),),
        (1.0, 2.0, 4.0, 8.0, 16.0),
        None,
    )
    found = find(MODEL, "cells", mine, 1, place=PLACE)
    assert found.units == (toy.BLIND,)
    assert found.preferred[0] > 4


def test_where_there_is_no_family_it_is_said():
    found = find(MODEL, "cells", families.curves((12.0,), 12), 5, place=PLACE)
    assert not found.exists
    assert str(found).startswith("no family of curve detectors at 'cells': ")
    assert "of 5 units are tuned, more than 2.5 would be one" in str(found)


@pytest.mark.usefixtures("optimised")
def test_the_listed_curve_detectors_are_found(assets):
    model = zoo.load("inceptionv1")
    found = find(model, "mixed3b", families.curves((25.0, 40.0), 12), place=(119.0, 119.0))
    assert found.exists
    both = [u for u in found.units if u in LISTED]
    assert len(both) >= 8
    preferred = dict(zip(found.units, found.preferred, strict=True))
    apart = angle_between([preferred[u] for u in both], [LISTED[u] for u in both])
    assert np.median(apart) < 15


def test_wrong_stimuli_are_told_together():
    with pytest.raises(ValueError, match=r"stimuli 'x': every kind is one .*; values are at least"):
        Stimuli("x", ((),), (0.0, 1.0))
    render = lines
    with pytest.raises(ValueError, match="evenly spread over a circle of 180, without its end: 5"):
        Stimuli("x", ((render,),), (0.0, 45.0, 90.0, 135.0, 180.0), 180.0)
    with pytest.raises(ValueError, match="values are in order, each once"):
        Stimuli("x", ((render,),), (0.0, 2.0, 1.0, 3.0), None)


def test_wrong_renderers_and_numbers():
    values = (0.0, 1.0, 2.0, 3.0)

    def small(size, values, place):
        return np.zeros((len(values), 3, 3))

    def loud(size, values, place):
        return 2 * np.ones((len(values), *size, 3))

    with pytest.raises(ValueError, match=r"\(4, 48, 48\), or pictures .* got shape \(4, 3, 3\)"):
        find(MODEL, "cells", Stimuli("x", ((small,),), values, None), 1, place=PLACE)
    with pytest.raises(ValueError, match=r"a renderer of 'x' gives values in \[0, 1\], got 2 to 2"):
        find(MODEL, "cells", Stimuli("x", ((loud,),), values, None), 1, place=PLACE)
    with pytest.raises(ValueError, match="n is between 1 and the 8 units of 'cells', got 9"):
        find(MODEL, "cells", families.colours(), 9, place=PLACE)
    with pytest.raises(ValueError, match="only 5 units of 'cells' answer to all kinds of curve de"):
        find(MODEL, "cells", families.curves((12.0,)), 8, place=PLACE)
