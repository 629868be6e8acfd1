import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed_made import observed, smooth

from aann.residuals.worst import APART, worst


def test_the_worst_is_the_largest_residual():
    rng = np.random.default_rng(0)
    y = smooth()
    part = observed(y, y + rng.normal(size=y.shape), units=(4, 9, 2))
    found = worst(part, n=6)
    residual = part.natural - part.artificial
    for kind, extreme in (("over", residual.min), ("under", residual.max)):
        cases = found.of(kind)
        assert cases.residual[0] == pytest.approx(extreme())
        for unit, lane in zip((4, 9, 2), range(3), strict=True):
            mine = found.of(kind, unit)
            column = residual[..., lane]
            most = column.min() if kind == "over" else column.max()
            assert mine.residual[0] == pytest.approx(most)
            assert set(mine.units.tolist()) == {unit}
    assert len(found.cases) == 2 * 4
    assert "over-fires" in str(found)


@given(
    n=st.integers(1, 6), per_example=st.integers(1, 3), places=st.sampled_from([(), (7,), (6, 5)]),
    coordinates=st.booleans(),
)  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_cases_say_what_is_there(n, per_example, places, coordinates):
    rng = np.random.default_rng(n)
    inner = (2,) if coordinates else ()
    y, p = rng.normal(size=(2, 5, *places, *inner, 3))
    present = rng.random((5, *places)) < 0.8 if places else None
    part = observed(y, p, units=(5, 0, 8), present=present, coordinates=int(coordinates))
    found = worst(part, n, per_example)
    for cases in found.cases:
        assert len(cases) <= n
        assert (np.diff(np.abs(cases.residual)) <= 1e-6).all()
        assert (cases.residual < 0).all() if cases.kind == "over" else (cases.residual > 0).all()
        assert np.bincount(cases.example, minlength=5).max(initial=0) <= per_example
        for k in range(len(cases)):
            lane = (5, 0, 8).index(cases.units[k])
            at = (cases.example[k], *cases.position[k])
            inside = (cases.coordinate[k],) if coordinates else ()
            assert cases.natural[k] == part.natural[(*at, *inside, lane)]
            assert cases.artificial[k] == part.artificial[(*at, *inside, lane)]
            assert cases.natural_map[(k, *cases.position[k])] == cases.natural[k]
            assert cases.names[k] == part.examples.names[cases.example[k]]
            assert present is None or present[at]


def test_cases_of_one_example_lie_apart():
    y = np.zeros((3, 20, 20, 1))
    p = y.copy()
    p[0, 5:8, 5:8, 0] = np.arange(9).reshape(3, 3) + 10  # one spot
    p[0, 15, 15, 0] = 5
    p[1, 0, 0, 0] = 1
    cases = worst(observed(y, p), n=9, per_example=5).of("over")
    assert cases.position.tolist() == [[7, 7], [15, 15], [0, 0]]
    assert APART == 2
    assert len(worst(observed(y, p)).of("under")) == 0


def test_examples_are_ordered_by_their_error():
    y = np.zeros((4, 3, 1))
    p = np.array([0.0, 3.0, 1.0, 2.0])[:, None, None] + y
    found = worst(observed(y, p), n=3)
    assert found.example.tolist() == [1, 3, 2]
    np.testing.assert_allclose(found.squared, [9, 4, 1])
    np.testing.assert_allclose(found.share, np.array([9, 4, 1]) / 14)


def test_hostile_input():
    part = observed(np.ones((2, 1)), np.ones((2, 1)))
    assert not any(map(len, worst(part).cases))
    assert str(worst(part))
    with pytest.raises(KeyError, match="kinds are over and under, of units 0 or None"):
        worst(part).of("over", 3)
    with pytest.raises(ValueError, match="n is a whole number from 1 up, got 0; per_example is"):
        worst(part, 0, -1)
