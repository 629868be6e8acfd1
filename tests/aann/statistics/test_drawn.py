"""Drawn ratios and their standard errors, against the same resamples in a plain loop."""

import numpy as np
import pytest

from aann.statistics import drawn
from aann.statistics.drawn import draw_ratios
from aann.statistics.parts import Parts
from aann.statistics.resample import draw_means


def made(rows, units, seed=0):
    rng = np.random.default_rng(seed)
    bottom = rng.gamma(2.0, 1.0, (rows, units))
    top = 0.3 * bottom + rng.normal(size=(rows, units))
    return Parts(top - (top.mean(axis=1) / bottom.mean(axis=1))[:, None] * bottom, bottom)


def test_errors_are_the_delta_methods_in_every_resample():
    units, draws = 12, 200
    parts = made(3, units)
    found = draw_ratios(parts, draws, seed=4)
    counts = np.rint(draw_means(np.eye(units), draws=draws, seed=4) * units).astype(int)
    for row in range(3):
        for draw in range(0, draws, 17):
            again = np.repeat(np.arange(units), counts[draw])
            r, b = parts.residual[row, again], parts.bottom[row, again]
            shift = r.mean() / b.mean()
            error = (r - shift * b).std() / np.sqrt(units) / b.mean()
            assert found.shift[row, draw] == pytest.approx(shift, rel=1e-3, abs=1e-5)
            assert found.errors[row, draw] == pytest.approx(error, rel=2e-3)
            assert found.bottom[row, draw] == pytest.approx(b.mean(), rel=1e-5)


def test_many_rows_are_drawn_in_parts_and_equal_ones_are_equal(monkeypatch):
    parts = made(7, 30)
    parts.residual[5], parts.bottom[5] = parts.residual[0], parts.bottom[0]
    whole = draw_ratios(parts, 300, 0)
    monkeypatch.setattr(drawn, "_ROWS_AT_ONCE", 2)
    some = draw_ratios(parts, 300, 0)
    for a, b in zip(whole, some, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)
        np.testing.assert_array_equal(b[5], b[0])


def test_a_resample_of_equal_values_has_the_datas_error():
    values = np.zeros(20)
    values[:2] = 1.0  # 13% of resamples have neither
    parts = Parts((values - 0.1)[None], np.ones((1, 20)))
    found = draw_ratios(parts, 2000, 0)
    flat = np.isclose(found.shift[0], -0.1)
    assert 0.09 < flat.mean() < 0.17
    np.testing.assert_allclose(found.errors[0, flat], parts.error()[0], rtol=1e-6)


@pytest.mark.parametrize("scale", [1e-150, 1e150])
def test_sizes_of_losses_neither_underflow_nor_overflow(scale):
    plain, scaled = made(1, 20), made(1, 20)
    scaled = Parts(scaled.residual * scale, scaled.bottom * scale)
    a, b = draw_ratios(plain, 200, 0), draw_ratios(scaled, 200, 0)
    np.testing.assert_allclose(a.shift, b.shift, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(a.errors, b.errors, rtol=1e-3)
