"""Products in bfloat16: what they compute, that marks stay, and what a report says of them."""

import dataclasses

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
from toy_replacement import data, replacement
from toys import WIDTH, batch, mlp_model

import aann


def rounded(x):
    return np.asarray(x).astype(ml_dtypes.bfloat16).astype(np.float64)


@jax.custom_jvp
def with_jvp(x, w):
    return x @ w


@jax.custom_vjp
def with_vjp(x, w):
    return x @ w


with_jvp.defjvp(lambda primals, tangents: (with_jvp(*primals), tangents[0]))
with_vjp.defvjp(lambda x, w: (x @ w, (x, w)), lambda kept, g: (g, g))


def scanned(x, w):
    return jax.lax.scan(lambda carry, _: (carry @ w, None), x, None, length=1)[0]


def looped(x, w):
    def step(state):
        return state[0] + 1, state[1] @ w

    return jax.lax.while_loop(lambda state: state[0] < 1, step, (0, x))[1]


def chosen(x, w):
    return jax.lax.cond(x[0, 0] > 100, lambda: x, lambda: x @ w)


def convolved(x, w):
    kernel = w[None, None]
    numbers = ("NHWC", "HWIO", "NHWC")
    image = x[:, None, None]
    return jax.lax.conv_general_dilated(
        image, kernel, (1, 1), "SAME", dimension_numbers=numbers, precision="highest"
    )[:, 0, 0]


PRODUCTS = {
    "matmul": lambda x, w: jnp.matmul(x, w, precision="highest"),
    "einsum": lambda x, w: jnp.einsum("bi,io->bo", x, w),
    "convolution": convolved,
    "jit": jax.jit(lambda x, w: x @ w),
    "remat": jax.checkpoint(lambda x, w: x @ w),
    "custom_jvp": with_jvp,
    "custom_vjp": with_vjp,
    "scan": scanned,
    "while": looped,
    "cond": chosen,
}


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("compiled", [False, True], ids=["as it is", "jit"])
def test_operands_are_rounded_and_sums_are_not(name, compiled):
    w = mlp_model().params["w"]
    spec = jax.ShapeDtypeStruct((WIDTH,), jnp.float32)
    model = aann.in_bfloat16(aann.Model(lambda p, x: PRODUCTS[name](x, p), w, "one", spec))
    run = jax.jit(model) if compiled else model
    found = run(batch())
    assert found.dtype == jnp.float32
    np.testing.assert_allclose(found, rounded(batch()) @ rounded(w), rtol=1e-6, atol=1e-6)


def test_marks_shapes_and_dtypes_stay():
    plain, coarse = mlp_model(), aann.in_bfloat16(mlp_model())
    assert aann.sites(coarse) == aann.sites(plain)
    assert coarse.fingerprint() == plain.fingerprint()
    np.testing.assert_allclose(coarse(batch()), plain(batch()), atol=0.1)
    assert not np.array_equal(coarse(batch()), plain(batch()))


def test_other_dtypes_and_other_operations_keep_their_precision():
    def apply(p, x):
        whole = (x > 0).astype(jnp.int32)
        counts = jax.lax.dot(whole, whole.T, preferred_element_type=jnp.int32)
        half = x.astype(jnp.float16)
        return jnp.exp(x).sum(), counts, half @ half.T

    spec = jax.ShapeDtypeStruct((WIDTH,), jnp.float32)
    model = aann.Model(apply, (), "other", spec)
    for mine, theirs in zip(aann.in_bfloat16(model)(batch()), model(batch()), strict=True):
        np.testing.assert_array_equal(mine, theirs)
        assert mine.dtype == theirs.dtype


def test_the_report_says_how_far_recovered_moves():
    design, heldout = aann.split(data())
    given = {"design": design, "draws": 500, "seed": 2}
    # Right in float32; bfloat16 moves what it reads by about 1 part in 500.
    plain = aann.evaluate(mlp_model(), replacement(gain=0.9, offset=0.0), heldout, **given)
    coarse = aann.evaluate(
        mlp_model(),
        replacement(gain=0.9, offset=0.0),
        heldout,
        machine=aann.Machine(bfloat16=True),
        **given,
    )
    assert plain.precision is None
    assert "bfloat16" not in str(plain)
    assert (coarse.precision["n"], coarse.precision["seed"]) == (len(heldout), 2)
    for metric in ("kl", "nll"):
        moved = coarse.precision["moved"][metric]
        mine, theirs = (r.row("ours").recovered[metric].estimate for r in (coarse, plain))
        assert moved["estimate"] == pytest.approx(mine - theirs, abs=1e-6)
        assert moved["low"] < moved["estimate"] < moved["high"]
        assert 0 < abs(moved["estimate"]) < 0.02
    kl = coarse.precision["moved"]["kl"]
    shown = f"kl {kl['estimate']:+.2g} [{kl['low']:+.2g}, {kl['high']:+.2g}]"
    assert f"bfloat16 products: recovered of the program minus that in float32: {shown}" in str(
        coarse
    )
    gone = {"estimate": None, "low": None, "high": None}
    unknown = {**coarse.precision, "moved": dict.fromkeys(coarse.damage, gone)}
    assert "float32: kl not identified" in str(dataclasses.replace(coarse, precision=unknown))
