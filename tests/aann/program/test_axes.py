import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.program.axes import AXES, places

SHAPE = (3, 2, 4, 2)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 3), max_size=3, unique=True))
def test_places_divide_a_value(by):
    found = places("s", SHAPE, by, {})
    x = np.arange(np.prod(SHAPE), dtype=np.float32).reshape(SHAPE)
    grid = found.all()
    assert grid.shape == (len(found), len(by))
    masks = np.stack([np.asarray(found.mask(x, jnp.asarray(place))) for place in grid])
    assert (masks.sum(axis=0) == 1).all(), "each entry lies at exactly one place"
    totals = np.asarray(found.total(jnp.asarray(x)))
    assert totals.shape == (*found.sizes, SHAPE[0])
    by_mask = np.stack([np.where(m, x, 0).sum(axis=(1, 2, 3)) for m in masks])
    np.testing.assert_allclose(totals.reshape(len(grid), -1), by_mask)


def test_names():
    assert places("blocks.3.attn.z", SHAPE, ("head", "position"), AXES).axes == (2, 1)
    assert places("blocks.3.attn.pattern", SHAPE, (-1, "head"), AXES).axes == (3, 1)
    assert places("own", (3, 2), ("unit",), {"own": ("batch", "unit")}).sizes == (2,)
    assert len(places("own", (3, 2), (), AXES)) == 1


def test_all_problems_at_once():
    with pytest.raises(ValueError, match="has no axis 'key': its axes are batch, position, head"):
        places("blocks.3.attn.z", SHAPE, ("key", 1), AXES)
    with pytest.raises(ValueError, match="(?s)no axis 'x'.*no axis 7.*the examples'.*twice"):
        places("s", SHAPE, ("x", 7, -4, 1, 1), AXES)
    with pytest.raises(ValueError, match="its axes have no names"):
        places("blocks.3.attn.z", SHAPE[:2], ("head",), AXES)
