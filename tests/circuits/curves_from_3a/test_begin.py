import early_toy as toy
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.curves_from_3a import begin
from circuits.curves_from_3a import program as curves_from_3a
from circuits.curves_from_3a.kernels import PITCH, REACH


def test_pieces_begin_quiet_and_on_the_filter():
    c = begin.with_pieces(toy.curves().values, curves_from_3a.PIECES, (40,))
    assert np.abs(c.piece_weight).max() < 5 * begin.QUIET
    for name in ("piece_along", "piece_inward"):
        assert c[name].shape == (40,)
        assert np.abs(c[name]).max() < REACH * PITCH


@pytest.mark.parametrize("shape", [(4,), (4, 2)])
def test_the_weightiest_pieces_keep_their_own_numbers(shape):
    weight = np.broadcast_to(
        np.array([0.1, -0.5, 0.3, 0.0]).reshape(4, *[1] * (len(shape) - 1)), shape
    )
    c = aann.Constants({n: jnp.asarray(10 * weight) for n in "abc"} | {"w": jnp.asarray(weight)})
    found = begin.weightiest(c, ("a", "b", "c", "w"), 2)
    np.testing.assert_allclose(found.w.reshape(2, -1)[:, 0], [-0.5, 0.3])
    np.testing.assert_allclose(found.a, 10 * found.w)


def test_single_units_keep_their_own_weightiest_pieces():
    weight = jnp.asarray([[0.1, 0.9], [0.2, -0.3]])
    c = aann.Constants({"place": jnp.asarray([[1.0, 2.0], [3.0, 4.0]]), "weight": weight})
    found = begin.weightiest(c, ("place", "weight"), 1)
    np.testing.assert_allclose(found.weight, [[0.2, 0.9]])
    np.testing.assert_allclose(found.place, [[3, 2]])
