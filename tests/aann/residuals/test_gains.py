"""The true gain of natural values at the costliest places. Also ``mended``."""

import numpy as np
import pytest
import residual_toy as toy

import aann


@pytest.fixture(scope="module")
def flat():
    return aann.residuals(toy.flat(), toy.half(), toy.examples(), progress=False)


@pytest.fixture(scope="module")
def found(flat):
    return flat.gains(progress=False)


def test_mending_everything_closes_everything(found):
    for rows in (found.costliest, found.random):
        assert rows[-1].share == 1.0
        assert rows[-1].closed.estimate == 1.0
        assert rows[-1].loss == 0.0
    np.testing.assert_array_equal(found.losses[4], found.intact)


def test_the_costliest_give_more_than_random_ones(found):
    costly, random = (
        np.array([m.closed.estimate for m in x]) for x in (found.costliest, found.random)
    )
    assert (costly[1:-1] > random[1:-1]).all()
    assert (np.diff(costly) >= 0).all()
    assert [m.count for m in found.costliest] == [1, 1, 5, 14, 48]


def test_an_example_alone_is_mended_whole(flat, found):
    """Examples without positions are positions themselves."""
    worst = flat.costs(progress=False).total.argmax()
    np.testing.assert_array_equal(found.losses[0][worst], found.intact[worst])
    others = np.arange(48) != worst
    np.testing.assert_array_equal(found.losses[0][others], found.spliced[others])


def test_a_unit_alone_is_as_a_program_without_it(found):
    name = found.units[0].name
    unit = toy.UNITS[found.which[0, 1]]
    assert name == f"unit {unit} of half"
    rest = tuple(u for u in toy.UNITS if u != unit)
    fewer = aann.make(
        lambda plain, c: plain @ toy.A[:, rest], model="flat", site="m", units=rest,
        reads=("plain",), name="fewer",
    )  # fmt: skip
    lab = aann.residuals(toy.flat(), fewer, toy.examples(), progress=False)
    spliced = lab.costs(progress=False).spliced
    np.testing.assert_allclose(found.losses[10], spliced, rtol=1e-4, atol=1e-7)


def test_a_lower_program_reads_what_is_mended():
    lab = aann.residuals(toy.tokens(), toy.two_programs(), toy.sentences(), progress=False)
    found = lab.gains("nll", ranked_by="kl", shares=(0.5, 1.0), progress=False)
    assert found.ranked_by == "kl"
    np.testing.assert_array_equal(found.losses[1], found.intact)
    upper = [k for k, (i, _) in enumerate(found.which) if i == 0]
    both = np.stack([found.losses[4 + k] for k in upper])
    assert (np.abs(both - found.spliced) > 1e-6).any()
    count = sum(int(p.here.sum()) for p in lab.parts)
    assert [m.count for m in found.costliest] == [round(count / 2), count]


def test_groups_are_resampled_together():
    groups = np.repeat(np.arange(12), 4).tolist()
    lab = aann.residuals(toy.flat(), toy.half(), toy.examples(groups=groups), progress=False)
    found = lab.gains(shares=(0.5,), units=0, progress=False)
    assert found.setting.groups == tuple(groups)
    assert found.units == ()


def test_the_same_seed_mends_the_same(flat, found):
    again = aann.residuals(toy.flat(), toy.half(), toy.examples(), progress=False)
    np.testing.assert_array_equal(again.gains(progress=False).losses, found.losses)
    assert flat.gains(progress=False) is found


def test_a_program_that_is_right_has_no_share():
    right = toy.half(lambda plain, c: (plain @ toy.A + plain * plain @ toy.B)[:, toy.MINE])
    lab = aann.residuals(toy.flat(), right, toy.examples(), progress=False)
    found = lab.gains(shares=(1.0,), units=1, progress=False)
    assert found.costliest[0].closed.estimate is None
    assert "not identified" in str(found)


def test_all_that_is_wrong_is_said_at_once(flat):
    with pytest.raises(
        ValueError, match=r"shares .* got \[0.0, 2.0\]; units .* got -1; seed .* got -3"
    ):
        flat.gains(shares=(0.0, 2.0), units=-1, seed=-3, progress=False)
    few = aann.residuals(toy.flat(), toy.half(), toy.examples(9), progress=False)
    with pytest.raises(ValueError, match="an interval needs at least 10 examples, got 9"):
        few.gains(progress=False)


def test_positions_of_a_grid_are_mended_where_errors_cost_most():
    lab = aann.residuals(toy.grid(), toy.on_grid(), toy.pictures(), batch_size=10, progress=False)
    found = lab.gains(shares=(0.1,), units=0, progress=False)
    cost = lab.costs(progress=False).parts[0].values.sum(-1)
    mend = cost >= np.sort(cost.ravel())[-found.costliest[0].count]
    part = lab.part()
    m = np.array(aann.capture(lab.bench.model, ["m"])(lab.examples.load(range(24)))[1]["m"])
    intact = _log_softmax(m.mean((1, 2)) @ (toy.C * 8))
    m[..., list(toy.UNITS)] = np.where(mend[..., None], part.natural, part.artificial)
    spliced = _log_softmax(m.mean((1, 2)) @ (toy.C * 8))
    by_hand = (np.exp(intact) * (intact - spliced)).sum(-1)
    np.testing.assert_allclose(found.losses[0], by_hand, atol=1e-5)
    assert found.costliest[0].closed.estimate > found.random[0].closed.estimate


def _log_softmax(x):
    return x - np.log(np.exp(x).sum(-1, keepdims=True))
