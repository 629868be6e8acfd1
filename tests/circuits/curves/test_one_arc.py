import jax.numpy as jnp
import numpy as np

import aann
from circuits.curves import one_arc


def test_the_filters_are_an_arc_less_its_echo_and_the_crowd():
    shape = {n: jnp.float32(c.value) for n, c in one_arc.SHAPE.items()}
    units = {"direction": jnp.asarray([0.0, 90.0]), "right": jnp.zeros(2), "up": jnp.zeros(2)}
    c = aann.Constants({**shape, **units, "opposing": jnp.asarray([0.3, 0.9])})
    filters = np.asarray(one_arc.unit_kernels(c, 8))
    np.testing.assert_allclose(filters.sum((0, 1, 2)), 0, atol=1e-5)
    assert filters[5, 5, 0, 0] > 0 > filters[5, 5, 8, 0]


def test_rounding_keeps_the_digits_that_count():
    given = {"direction": [359.7, 12.4], "right": [1.3, -2.8], "up": [0.2, 0.3]}
    given |= {"opposing": [0.52, 0.98], "gain": [10000.0, 12345.0]}
    result = one_arc.rounded({n: jnp.asarray(x) for n, x in given.items()}, 1.3)
    assert result["direction"].tolist() == [0, 12]
    assert result["right"].tolist() == [1.5, -3]
    assert result["gain"].tolist() == [13000, 16000]
