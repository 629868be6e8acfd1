"""Pictures on which a program misses most, by way of the lab."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann

SIZE = 8
QUICK = {"steps": 15, "transforms": (), "progress": False}


def model():
    def apply(p, x):
        units = aann.site("units", jnp.stack([x[..., 0] - x[..., 1], x[..., 2]], -1) / 255 * p)
        return units.mean((1, 2))

    return aann.Model(
        apply, jnp.float32(1), "toy", jax.ShapeDtypeStruct((SIZE, SIZE, 3), jnp.float32)
    )


def lab(**more):
    def green_is_missed(x, c):
        return x[..., :1] / 255

    program = aann.make(green_is_missed, model="toy", site="units", units=(0,), **more)
    images = np.random.default_rng(0).uniform(0, 255, (12, SIZE, SIZE, 3)).astype(np.float32)
    return aann.residuals(
        model(), program, aann.design(aann.from_arrays("x", images)), progress=False
    )


def test_what_a_program_misses_and_where_it_fires_in_vain():
    under, over = (lab().visualise(0, over=o, **QUICK).pictures[0, 0] for o in (False, True))
    assert under[..., 1].mean() < over[..., 1].mean() - 0.05  # green holds the unit down


def test_a_program_on_the_host_has_no_gradient():
    def host(x, c):
        return np.asarray(x[..., :1]) / 255

    program = aann.make(host, model="toy", site="units", units=(0,), host=True)
    images = np.zeros((12, SIZE, SIZE, 3), np.float32)
    here = aann.residuals(
        model(), program, aann.design(aann.from_arrays("x", images)), progress=False
    )
    with pytest.raises(ValueError, match="'host' runs on the host, so that nothing can be optim"):
        here.visualise(0, **QUICK)


def test_a_unit_that_is_not_replaced():
    with pytest.raises(ValueError, match="replaces units 0 of 'units', not 1"):
        lab().visualise(1, **QUICK)
