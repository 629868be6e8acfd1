"""Figures of the residual lab: ``calibration``, ``components``, ``kinds``, ``quantiles``,
``spectrum``, ``units``, ``where``, on pictures, sequences, heads, single values, and nothing."""

import io

import numpy as np
import pytest
from observed_made import observed, smooth

import aann
from aann.residuals.calibration import calibration
from aann.residuals.components import over_places, over_units
from aann.residuals.kinds import KINDS, kinds
from aann.residuals.quantiles import by_quantile
from aann.residuals.spectrum import spectrum
from aann.residuals.units import units
from aann.residuals.where import where
from aann.vis.alt import alt_text
from aann.vis.caption import caption
from aann.vis.night import at_night
from aann.vis.residuals.calibration import calibration_curves
from aann.vis.residuals.components import components_of_residual
from aann.vis.residuals.kinds import kinds_of_misses
from aann.vis.residuals.panels import first, flat
from aann.vis.residuals.quantiles import error_by_quantile
from aann.vis.residuals.spectrum import power_by_frequency
from aann.vis.residuals.units import units_and_program
from aann.vis.residuals.where import error_by_position

RNG = np.random.default_rng(0)


def noisy():
    y = smooth(n=14)
    return observed(y, y + RNG.normal(size=y.shape), units=(345, 2, 17))


def made(*shape, **more):
    return observed(*RNG.normal(size=(2, *shape)), **more)


PADDED = np.arange(9)[None] < 1 + np.arange(12)[:, None] % 8
MADE = {
    "pictures": noisy,
    "sequences": lambda: made(12, 9, 2, present=PADDED),
    "heads": lambda: made(12, 3, 4, 2, coordinates=1),
    "attention": lambda: made(12, 2, 3, 4, 2),
    "values": lambda: made(12, 30),
    "few": lambda: made(2, 3, 3, 1, half=aann.held_out),
    "nothing": lambda: observed(np.zeros((12, 4, 4, 2)), np.zeros((12, 4, 4, 2))),
}


def part(name):
    return MADE[name]()


FIGURES = {
    "units": lambda x: units_and_program(units(x)),
    "quantiles": lambda x: error_by_quantile(by_quantile(x, 4)),
    "calibration": lambda x: calibration_curves(calibration(x, 4)),
    "where": lambda x: error_by_position(where(x)),
    "kinds": lambda x: kinds_of_misses(kinds(x)),
    "over units": lambda x: components_of_residual(over_units(x, 4)),
    "over places": lambda x: (f := over_places(x, 3)) and components_of_residual(f),
    "spectrum": lambda x: (f := spectrum(x)) and power_by_frequency(f),
}


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_is_drawn_and_says_what_it_is(figure, name):
    drawn = FIGURES[figure](part(name))
    if drawn is None:
        assert name == "values"
        return
    drawn.draw_without_rendering()
    if name == "pictures":
        with at_night(drawn):
            drawn.savefig(io.BytesIO(), format="png", dpi=30)
    assert "ours on" in caption(drawn)
    assert ("HELDOUT" in drawn.get_suptitle()) == (name == "few")
    assert alt_text(drawn, figure).startswith(figure)


def test_bars_of_kinds_are_the_shares():
    found = kinds(part("pictures"), unknowable=0.2)
    axes = kinds_of_misses(found).axes[0]
    widths = np.reshape([bar.get_width() for bar in axes.patches], (4, len(KINDS)))
    np.testing.assert_allclose(widths[0], found.together[:, 0])
    np.testing.assert_allclose(widths[1:], found.units[..., 0])
    assert any("in no smooth function" in text.get_text() for text in axes.texts)


def test_curves_are_the_numbers():
    found = calibration(part("pictures"), 4)
    lines = calibration_curves(found).axes[1].lines
    np.testing.assert_allclose(lines[0].get_ydata(), found.natural[1, :, 0][found.count[1] > 0])
    power = spectrum(part("pictures"))
    lines = power_by_frequency(power).axes[0].lines
    np.testing.assert_allclose(lines[0].get_ydata(), power.natural.mean(0) / power.modes)


def test_some_of_many_units_have_panels_and_the_caption_says_so():
    about = units(part("values")).about
    shown, more = first(about)
    assert len(shown) == 12
    assert more == " Of 30 units the first 12 have a panel."
    assert "first 12 have a panel" in caption(calibration_curves(calibration(part("values"), 2)))


def test_maps_of_more_axes_are_means():
    values = RNG.normal(size=(2, 3, 4, 5))
    np.testing.assert_allclose(flat(values), values.mean((0, 1)))
