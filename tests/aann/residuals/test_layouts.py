"""All that costs, mends, predicts and adds terms, on all ways in which units lie."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann

P, H, D = 4, 3, 2  # positions, heads, coordinates
W = np.random.default_rng(0).normal(size=(8, H * D)).astype(np.float32) / 3
U = np.random.default_rng(1).normal(size=(H * D, 5)).astype(np.float32)
BASIS = np.linalg.qr(np.random.default_rng(2).normal(size=(H * D, 2)))[0].astype(np.float32)
SHAPES = {
    "heads": ((P, H, D), {"axis": 2, "units": (2, 0)}),
    "heads first": ((H, P, D), {"axis": 1, "units": (1,)}),
    "channels first": ((H * D, P), {"axis": 1, "units": (4, 1, 0)}),
    "positions": ((P, H * D), {"positions": (3, 1), "units": (0, 5)}),
    "directions": ((P, H * D), {"basis": BASIS, "units": (1, 0)}),
}


def laid(x, kind):
    """(batch, P, H * D) as the site has it."""
    if kind == "heads":
        return x.reshape(-1, P, H, D)
    if kind == "heads first":
        return x.reshape(-1, P, H, D).transpose(0, 2, 1, 3)
    return x.transpose(0, 2, 1) if kind == "channels first" else x


def back(x, kind):
    if kind == "heads":
        return x.reshape(-1, P, H * D)
    if kind == "heads first":
        return x.transpose(0, 2, 1, 3).reshape(-1, P, H * D)
    return x.transpose(0, 2, 1) if kind == "channels first" else x


def lab_of(kind):
    shape, where = SHAPES[kind]

    def apply(p, x):
        below = aann.site("below", x * 1.0)
        site = aann.site("site", laid(jnp.tanh(below @ p["w"]), kind))
        assert site.shape[1:] == shape
        return back(site, kind).mean(1) @ p["u"]

    model = aann.Model(apply, {"w": W, "u": U}, kind, jax.ShapeDtypeStruct((P, 8), jnp.float32))
    place = aann.make(
        lambda x, c: x, model=kind, site="site", reads=("below",), name="where", **where
    ).place

    def fainter(below, c):
        return 0.6 * place.pick(laid(jnp.tanh(below @ jnp.asarray(W)), kind))

    program = aann.make(fainter, model=kind, site="site", reads=("below",), name="fainter", **where)
    inputs = np.random.default_rng(3).normal(size=(30, P, 8)).astype(np.float32)
    examples = aann.design(aann.from_arrays("x", inputs))
    return aann.residuals(model, program, examples, batch_size=16, progress=False), place


@pytest.mark.parametrize("kind", SHAPES)
def test_costs_gains_and_terms(kind):
    lab, place = lab_of(kind)
    part = lab.part()
    found = lab.costs(progress=False)
    np.testing.assert_allclose(found.total, found.gap, rtol=1e-3, atol=1e-6)
    assert found.parts[0].values.shape == (30, *part.places, len(part.replacement.units))
    gains = lab.gains(shares=(0.3, 1.0), progress=False)
    np.testing.assert_array_equal(gains.losses[1], gains.intact)
    up = lab.upstream(progress=False)
    if part.places == (len(part.replacement.positions or range(P)),):
        assert up.sites[0].r2 > 0.8
        assert {s.how for s in up.sites} == {"cell by cell"}

    def rest(below):
        values = place.pick(laid(jnp.tanh(below @ jnp.asarray(W)), kind))
        return jnp.moveaxis(values, part.replacement.axis, -1)

    tried = lab.try_terms({"rest": rest, "one of all": lambda b: rest(b)[..., 0]}, progress=False)
    assert tried.best.name == "rest"
    np.testing.assert_allclose(tried.best.weights, 0.4, rtol=1e-3)
    np.testing.assert_allclose(tried.best.losses, 0, atol=1e-6)
