import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.program.place import Place, overlap

SHAPE = (2, 3, 4, 5)
BASES = {
    width: np.linalg.qr(np.random.default_rng(width).normal(size=(width, 3)))[0].astype(np.float32)
    for width in SHAPE[1:]
}


@st.composite
def places(draw):
    axis = draw(st.sampled_from([1, 2, 3, -1]))
    units = draw(st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True))
    others = [a for a in (1, 2, 3) if a != axis % 4]
    position_axis = draw(st.sampled_from(others))
    some = st.lists(st.integers(0, 2), min_size=1, max_size=2, unique=True)
    positions = draw(st.none() | some)
    basis = None
    if draw(st.booleans()):
        basis = BASES[SHAPE[axis]]
    chosen = None if positions is None else tuple(positions)
    # Not built here: beartype looks at a random item of a tuple, which hypothesis objects to.
    return tuple(units), axis, chosen, position_axis, basis


def value(seed=0, shape=SHAPE):
    return jax.random.normal(jax.random.key(seed), shape)


@settings(max_examples=40, deadline=None)
@given(places())
def test_writing_what_was_picked_changes_nothing(arguments):
    place = Place(*arguments)
    assert not place.problems()
    place.check(SHAPE, "site")
    np.testing.assert_array_equal(place.write(value(), place.pick(value())), value())


@settings(max_examples=40, deadline=None)
@given(places())
def test_what_is_written_is_what_is_picked_and_all_else_stays(arguments):
    place = Place(*arguments)
    part = value(1, place.shape(SHAPE))
    written = place.write(value(), part)
    np.testing.assert_allclose(place.pick(written), part, atol=2e-6)
    change = np.moveaxis(np.asarray(written - value()), place.axis, -1)
    elsewhere = np.moveaxis(change, (place.position_axis % 4), 0) if place.axis % 4 == 3 else None
    if place.basis is not None:
        directions = place.basis[:, list(place.units)]
        orthogonal = change - change @ directions @ directions.T
        np.testing.assert_allclose(orthogonal, 0, atol=2e-6)
    else:
        kept = [u for u in range(SHAPE[place.axis]) if u not in place.units]
        assert not change[..., kept].any()
    if place.positions is not None and elsewhere is not None:
        kept = [p for p in range(SHAPE[place.position_axis]) if p not in place.positions]
        assert not elsewhere[kept].any()


def test_numpy_indexing_agrees():
    place = Place((3, 1), -1, (2, 0), 1)
    x, part = np.asarray(value()), np.asarray(value(1, (2, 2, 4, 2)))
    np.testing.assert_array_equal(place.pick(jnp.asarray(x)), x[:, [2, 0]][..., [3, 1]])
    expected = x.copy()
    for i, p in enumerate((2, 0)):
        for j, u in enumerate((3, 1)):
            expected[:, p, :, u] = part[:, i, :, j]
    np.testing.assert_array_equal(place.write(jnp.asarray(x), jnp.asarray(part)), expected)


def test_all_problems_of_a_place_at_once():
    found = "; ".join(Place((1, 1), -1, (-1,), basis=np.ones((5, 2), np.float32)).problems())
    for part in ("more than once: [1]", "positions are non-negative", "orthonormal", "qr"):
        assert part in found
    with pytest.raises(ValueError, match=r"0 to 4, got \[7\]; has positions 0 to 2, got \[9\]"):
        Place((7,), -1, (9,)).check(SHAPE, "site 'x'")
    with pytest.raises(ValueError, match="axis 5 does not exist"):
        Place((0,), 5).check(SHAPE, "site 'x'")
    with pytest.raises(ValueError, match="is that of units and of positions"):
        Place((0,), 1, (0,), 1).check(SHAPE, "site 'x'")
    with pytest.raises(ValueError, match="the basis has 4 rows, the site 5 channels"):
        Place((0,), basis=np.eye(4, dtype=np.float32)).check(SHAPE, "site 'x'")


@pytest.mark.parametrize(
    ("a", "b", "shared"),
    [
        (Place((0, 1)), Place((1, 2)), [1]),
        (Place((0, 1)), Place((2,)), []),
        (Place((0,), positions=(0,)), Place((0,), positions=(1,)), []),
        (Place((0,), positions=(0,)), Place((0,)), [0]),
        (Place((0,), axis=1), Place((3,), axis=2), [3]),
        (Place((0,), basis=np.eye(3)), Place((1,), basis=np.eye(3)), []),
        (Place((0,), basis=np.eye(3)), Place((0,)), [0]),
        (Place((2,)), Place((0, 1), basis=np.eye(3)), []),
    ],
)
def test_overlap(a, b, shared):
    assert overlap(a, b) == shared


def test_overlap_knows_axes_from_either_end_once_the_rank_is_known():
    last, third = Place((0,), axis=-1), Place((1,), axis=2)
    assert overlap(last, third) == []
    assert overlap(last, third, 3) == []
    assert overlap(last, Place((0,), axis=2), 3) == [0]
    rows = Place((0,), positions=(0,), position_axis=1)
    columns = Place((0,), positions=(1,), position_axis=2)
    assert overlap(rows, columns) == [0]
    other = Place((0,), axis=1, basis=np.eye(4))
    assert overlap(Place((0,), axis=-1, basis=np.eye(5)), other, 3) == [0]
