import numpy as np
import pairs_toy
import pytest

import aann
from circuits.eis_vii_transformer import thresholds, trade
from circuits.eis_vii_transformer.evidence import look


@pytest.fixture(scope="module")
def case(optimised_module):
    model = pairs_toy.network()
    design, heldout = aann.split(pairs_toy.pairs())
    seen = look(model, design)
    return model, design, heldout, seen, thresholds.read(seen, directions=2).tables


@pytest.mark.parametrize("knots", [2, 5, 113])
def test_hats_add_up_and_are_one_at_their_knot(knots):
    basis = trade.hats(knots)
    assert basis.shape == (pairs_toy.P, knots)
    np.testing.assert_allclose(basis.sum(1), 1)
    at = np.linspace(0, pairs_toy.P - 1, knots)
    whole = at == np.round(at)
    np.testing.assert_allclose(basis[at[whole].astype(int)][:, whole], np.eye(whole.sum()))


def test_look_ups_that_are_lines_need_two_knots_and_kinds_cost(case, monkeypatch):
    monkeypatch.setattr(trade, "TURNS", 2)
    model, design, heldout, seen, tables = case
    lines = trade.with_knots(seen, tables, 2)
    many, few = (trade.with_kinds(seen, tables, k) for k in (32, 4))
    smooth = trade.with_smooth(seen, tables, 15)
    report = aann.evaluate(
        model, lines, heldout, design=design, programs=[many, few, smooth], linear=False, draws=200
    )
    found = [report.row(r.name).recovered["kl"].estimate for r in (lines, many, few, smooth)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.98
    assert found[1] > 0.9
    assert found[3] < 0.6  # random look-ups of A are not smooth
    sizes = [report.row(r.name).constants for r in (lines, many, few, smooth)]
    p, knots = pairs_toy.P, trade.FEW  # and the last token, which knots are spread up to
    assert sizes == [2 * p + 5, p + 65 + 2 * knots, p + 9 + 2 * knots, 61]


def test_kinds_are_dealt_out_by_what_they_cost(case):
    seen, tables = case[-2:]
    kind = trade.kinds_of(tables.first, 6)
    assert kind.shape == (pairs_toy.P,)
    assert 1 < len(set(kind.tolist())) <= 6
    # Each A costs least with its own look-ups.
    nearest = trade.nearest_kind(seen, tables.first, tables.second)
    near = np.abs(tables.first[:, nearest] - tables.first).max(0)
    assert np.median(near) < 1
