import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.program.place import Place
from aann.sweeps.single import singles

SHAPE = (2, 3, 4, 5)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_writing_one_unit_is_writing_its_place(data):
    axis = data.draw(st.sampled_from([1, 2, 3, -1, -2]))
    unit = data.draw(st.integers(0, SHAPE[axis] - 1))
    position_axis = data.draw(st.sampled_from([a for a in (1, 2, 3) if a != axis % 4]))
    index = st.integers(0, SHAPE[position_axis] - 1)
    positions = data.draw(st.none() | st.lists(index, min_size=1, unique=True).map(tuple))
    place = Place((unit,), axis, positions, position_axis)
    single = singles(jax.ShapeDtypeStruct(SHAPE, jnp.float32), place, "s")
    value = jnp.arange(120, dtype=jnp.float32).reshape(SHAPE)
    new = -1 - jnp.arange(single.inside.size, dtype=jnp.float32).reshape(single.inside.shape)
    whole = jnp.expand_dims(jnp.broadcast_to(new[None], (2, *new.shape)), axis % 4)
    part = whole if positions is None else jnp.take(whole, jnp.asarray(positions), position_axis)
    np.testing.assert_array_equal(
        single.write(value, jnp.int32(unit), new), place.write(value, part)
    )
    np.testing.assert_array_equal(single.values(value)[0], np.asarray(value).take(unit, axis=axis))


def test_units_are_floats():
    with pytest.raises(
        ValueError, match="site 's' of shape .*: units to replace are floats, got i"
    ):
        singles(jax.ShapeDtypeStruct(SHAPE, jnp.int32), Place((0,)), "s")
