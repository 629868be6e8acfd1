import dataclasses

import curve_toy
import numpy as np
import pytest

import aann
from aann.vis.tuning.circular import angle_between
from aann.vis.tuning.radial import Curves, radial

FEW = {"directions": 12, "radii": (25.0, 40.0), "shifts": ((0.0, 0.0), (3.0, 3.0)),
       "kinds": ((1.0, False), (-1.0, True))}  # fmt: skip
CURVES = tuple(k for k, at in enumerate(curve_toy.ORDER) if at < 5)


@pytest.fixture(scope="module")
def found(optimised_module):
    """Natural curves, and those of the same model half as loud."""
    model = curve_toy.model()
    quiet = dataclasses.replace(model, params=model.params / 2)
    return radial(model, "cells", CURVES, artificial=quiet, **FEW)


def test_curves_point_where_the_program_points(found):
    expected = [curve_toy.DIRECTIONS[curve_toy.ORDER[k]] for k in CURVES]
    table = found.table()
    assert angle_between(table["direction"], expected).max() < 15
    assert (table["half_width"] < 120).all()
    assert table["harmonics"].shape == (5, 6)
    assert (table["echo"] < 0.2).all()


def test_a_quiet_model_has_lower_curves_and_the_band_holds_the_conditions(found):
    np.testing.assert_allclose(found.artificial.mean, found.natural.mean / 2, rtol=1e-4, atol=1e-3)
    low, high = found.natural.band
    assert (low <= high).all()
    assert found.natural.answers.shape == (5, 12, 2, 2, 2)
    assert "middle 80% of 4 radii and positions" in str(found.band_name)


def test_arrays_are_what_a_report_draws_from(found):
    arrays = found.arrays()
    assert {f"{n}_tuning{e}" for n in ("natural", "artificial") for e in ("", "_low", "_high")} <= {
        *arrays
    }
    assert len(found.figure().axes) == 5
    alone = dataclasses.replace(found, artificial=None)
    assert "artificial_tuning" not in alone.arrays()
    assert len(alone.figure().axes[0].lines) == 2  # a curve and the height of its peak


def test_the_band_is_the_quantiles_over_conditions():
    answers = np.random.default_rng(0).exponential(size=(2, 4, 5, 3, 2))
    low, high = Curves(answers, 0.5).band
    each = answers.mean(-1).reshape(2, 4, 15)
    np.testing.assert_allclose(low, np.quantile(each, 0.25, axis=-1))
    np.testing.assert_allclose(high, np.quantile(each, 0.75, axis=-1))


def test_problems_are_told_together():
    with pytest.raises(ValueError, match=r"radii has no entries; directions is how many, at least"):
        radial(curve_toy.model(), "cells", CURVES, radii=(), directions=3)
    with pytest.raises(ValueError, match="share is between 0 and 1, got 1"):
        radial(curve_toy.model(), "cells", CURVES, share=1.0)
    assert aann.sites(curve_toy.model())
