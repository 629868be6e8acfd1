import dataclasses
import warnings

import curve_toy as toy
import numpy as np
import pytest

from aann.vis.stimuli import curves as stimuli
from circuits.curves import checks
from circuits.curves.cells import Cells
from circuits.curves.family import Family
from circuits.curves.inputs import Inputs
from circuits.fitting.descent import Evidence
from circuits.fitting.loudness import Loudness

CELLS = Cells("cells", 14, 14, 7, -1, (7.0, 7.0), (8.0, 8.0))
ANGLES = tuple(float(a) for a in range(0, 360, 15))


def family(selectivity=(0.9, 0.8, 0.9), apart=(1.0, 2.0, 3.0), cells=CELLS):
    directions = (0.0, 120.0, 240.0)
    off = np.deg2rad(np.asarray(ANGLES)[None] - np.asarray(directions)[:, None])
    return Family(
        units=(4, 0, 2), directions=directions, selectivity=selectivity, apart=apart,
        scores=np.arange(7.0), tuning=np.exp(4 * np.cos(off)), cells=cells, inputs=Inputs(),
        angles=ANGLES, variants=stimuli.variants((15.0,)),
    )  # fmt: skip


def test_what_fits_passes_without_a_word():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert checks.check(toy.model(), family()).plain


def test_some_units_that_are_not_tuned_are_warned_about():
    with pytest.warns(UserWarning, match=r"units \[0\] of 'cells' are not tuned"):
        checks.check(toy.model(), family(selectivity=(0.9, 0.1, 0.9)))
    with pytest.warns(UserWarning, match=r"units \[2\] of 'cells' are not tuned"):
        checks.check(toy.model(), family(apart=(1.0, 2.0, 40.0)))


def test_all_problems_are_said_at_once():
    wide = dataclasses.replace(CELLS, pitch=(16.0, 16.0), rows=7, columns=7)
    wrong = family(selectivity=(0.1, 0.1, 0.9), cells=wide)
    with pytest.raises(
        ValueError,
        match=r"16.0 pixels apart.*; no family .*; 'cells' of 'toy' is \(1, 14",
    ):
        checks.check(toy.model(), wrong)


def test_units_that_fire_nowhere_are_named():
    seen = np.random.default_rng(0).uniform(0.1, 1, (11, 4, 4, 3)).astype(np.float32)
    evidence = Evidence(seen, seen)
    checks.check_fires(family(), lambda x: x, evidence)
    silent = np.asarray([1.0, 0.0, 0.0], np.float32)[None, None, None]
    with pytest.raises(ValueError, match=r"exactly 0 for units \[0, 2\] of 'cells', on all 11"):
        checks.check_fires(family(), lambda x: x * silent, evidence)


@pytest.mark.parametrize(
    "other",
    [{"rows": 13}, {"axis": 1}, {"first": (12.0, 7.0)}, {"pitch": (4.0, 4.0)}],
)
def test_layers_that_feed_each_other_share_a_grid(other):
    checks.check_grids(dataclasses.replace(CELLS, first=(8.0, 6.0)), CELLS)
    with pytest.raises(ValueError, match="have to share a grid of cells 8 pixels apart"):
        checks.check_grids(dataclasses.replace(CELLS, **other), CELLS)


def test_a_program_that_is_no_better_than_the_mean_is_warned_about():
    checks.warn_of_the_mean(Loudness(1.3, 64, 0.1, 0.5, 0.4), family())
    for bad in (Loudness(1.3, 64, 0.45, 0.5, 0.4), Loudness(1.0, 64, 0.5, 0.5, 0.6)):
        with pytest.warns(UserWarning, match="no gain makes the program of 'cells' better than"):
            checks.warn_of_the_mean(bad, family())
