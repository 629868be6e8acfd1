"""Boxes against brute force: each element of the input is changed, and what changes is looked at.

Serves ``dependence_rules``, ``dependence_moves``, ``dependence_products`` and ``extent``.
"""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax

from aann.trace.dependence import LONGEST, boxes

ROWS, COLUMNS = 6, 5
PICTURE = (ROWS, COLUMNS, 2)
KEY = jax.random.key(0)


def brute(function, params, shape, seed=0):
    """As ``boxes`` over the first two axes after the batch, from changes of single elements.

    Of functions that grow with each element: what is raised by much is seen wherever it goes.
    """
    x = jax.random.uniform(jax.random.key(seed), shape, minval=1.0, maxval=2.0)
    before = np.asarray(function(params, x))
    run = jax.jit(function)
    seen = np.zeros((*shape[1:3], *before.shape), bool)
    for r, c, k in itertools.product(*map(range, (*shape[1:3], shape[3]))):
        seen[r, c] |= np.asarray(run(params, x.at[:, r, c, k].add(1e4))) != before
    found = np.zeros((2, 2, *before.shape), int)
    for axis in (0, 1):
        line = seen.any(axis=1 - axis)
        first = line.argmax(axis=0)
        last = len(line) - line[::-1].argmax(axis=0)
        found[axis, 0], found[axis, 1] = (np.where(line.any(axis=0), x, 0) for x in (first, last))
    return found


def of(function, shape=(1, *PICTURE), params=None):
    return boxes(function, params, jax.ShapeDtypeStruct(shape, jnp.float32), (1, 2))


@st.composite
def networks(draw):
    """Convolutions and poolings, all of whose weights are above zero."""
    pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
    steps = draw(st.lists(
        st.tuples(st.sampled_from(["conv", "max", "mean", "up", "group"]), pairs,
                  st.tuples(st.integers(1, 2), st.integers(1, 2)),
                  st.tuples(st.integers(1, 2), st.integers(1, 2)),
                  st.sampled_from(["SAME", "VALID"])),
        min_size=1, max_size=3,
    ))  # fmt: skip

    def run(params, x):
        for i, (kind, window, stride, dilation, padding) in enumerate(steps):
            edge = "SAME" if min(x.shape[1:3]) < 6 else padding
            if kind in ("max", "mean"):
                start, op = (-jnp.inf, lax.max) if kind == "max" else (0.0, lax.add)
                x = lax.reduce_window(x, start, op, (1, *window, 1), (1, *stride, 1), edge,
                                      window_dilation=(1, *dilation, 1))  # fmt: skip
                continue
            groups = 2 if kind == "group" else 1
            kernel = params[i, : window[0], : window[1], : 2 // groups]
            x = lax.conv_general_dilated(
                x, kernel, (1, 1) if kind == "up" else stride,
                [(1, 1), (1, 2)] if kind == "up" else edge,
                lhs_dilation=(2, 1) if kind == "up" else (1, 1), rhs_dilation=dilation,
                dimension_numbers=("NHWC", "HWIO", "NHWC"), feature_group_count=groups,
            )  # fmt: skip
            x = jnp.where(x > 0, x, 0.0)
        return x

    return run


@settings(max_examples=15, deadline=None)
@given(networks())
def test_of_networks_the_boxes_are_those_of_brute_force(network):
    shape = (1, 7, 6, 2)
    params = jax.random.uniform(KEY, (3, 3, 3, 2, 2), minval=0.5, maxval=1.0)
    np.testing.assert_array_equal(of(network, shape, params), brute(network, params, shape))


HALF = np.arange(ROWS) < 3
BANDED = np.tril(np.triu(np.ones((ROWS, 4), np.float32)), 1)


def looped(x):
    def step(carry, row):
        carry = carry + row
        return carry, carry

    return lax.scan(step, jnp.zeros_like(x[:, 0]), x.swapaxes(0, 1))[1].swapaxes(0, 1)


def looped_back(x):
    return lax.scan(lambda c, row: (c + row, c), x[:, 0], x.swapaxes(0, 1), reverse=True)[1]


EXACT = {
    "elementwise": lambda x: jnp.exp(x / 1e4) + 2 * x,
    "reshaped": lambda x: x.reshape(1, ROWS * COLUMNS, 2) + 1,
    "transposed": lambda x: x.transpose(0, 3, 2, 1),
    "sliced": lambda x: x[:, 1:6:2, ::-1],
    "repeated": lambda x: jnp.repeat(x, 2, axis=1),
    "stacked": lambda x: jnp.stack([x[:, 0], x[:, 3] + x[:, 1], jnp.ones_like(x[:, 0])], 1),
    "padded": lambda x: jnp.pad(x, ((0, 0), (1, 2), (0, 1), (0, 0))),
    "padded between": lambda x: lax.pad(x, 0.0, ((0, 0, 0), (1, -1, 1), (0, 0, 0), (0, 0, 0))),
    "joined": lambda x: jnp.concatenate([x[:, 4:], x[:, :2]], axis=1),
    "split": lambda x: jnp.split(x, 3, axis=1)[1],
    "gathered": lambda x: jnp.take(x, jnp.asarray([5, 0, 0]), axis=1),
    "gathered beyond": lambda x: jnp.take(x, jnp.asarray([5, 9]), axis=1, fill_value=1),
    "one slice": lambda x: lax.dynamic_slice_in_dim(x, jnp.int32(2), 3, axis=1),
    "updated": lambda x: lax.dynamic_update_slice_in_dim(x, x[:, :2] * 2, jnp.int32(3), 1),
    "set": lambda x: x.at[:, jnp.asarray([0, 2])].set(x[:, 4:]),
    "added": lambda x: x.at[:, jnp.asarray([0, 2])].add(x[:, 4:]),
    "sums": lambda x: x.sum(axis=(1, 3)),
    "largest": lambda x: x.max(axis=2),
    "running": lambda x: jnp.cumsum(x, axis=1),
    "running back": lambda x: lax.cummax(x, axis=2, reverse=True),
    "masked": lambda x: jnp.where(HALF[None, :, None, None], x, x[:, ::-1]),
    "switched off": lambda x: x * HALF.astype(np.float32)[None, :, None, None],
    "chosen": lambda x: lax.cond(jnp.bool_(True), lambda x: x[:, :3], lambda x: x[:, 3:], x),
    "product": lambda x: jnp.einsum("nyxc,yz->nzx", x, BANDED),
    "dense": lambda x: jnp.einsum("nyxc,yz->nzxc", x, BANDED + 1),
    "of both": lambda x: jnp.einsum("nyxc,nzxc->nyz", x, x),
    "enlarged": lambda x: jax.image.resize(x, (1, 2 * ROWS, COLUMNS, 2), "nearest"),
    "mapped": jax.vmap(lambda row: row.sum(), 1),
    "compiled": jax.jit(jax.checkpoint(lambda x: jax.nn.relu(x)[:, 1:])),
    "loop": looped,
    "loop back": looped_back,
    "nothing": lambda x: jnp.ones((1, 3)),
    "whole": lambda x: x.mean(),
}  # fmt: skip


@pytest.mark.parametrize("name", EXACT)
def test_of_single_steps_the_boxes_are_those_of_brute_force(name):
    def function(_, x):
        return EXACT[name](x)

    shape = (1, *PICTURE)
    np.testing.assert_array_equal(of(function), brute(function, None, shape), err_msg=name)


@pytest.mark.parametrize("function", [
    lambda x: jnp.sort(x, axis=1),
    lambda x: lax.top_k(x.swapaxes(1, 3), 2)[0],
    lambda x: jnp.argmax(x, axis=1),
    lambda x: jax.nn.softmax(x, axis=2),
    lambda x: jnp.fft.rfft(x, axis=1).real,
    lambda x: lax.while_loop(lambda c: c[0, 0, 0, 0] < 3, lambda c: c + 1, x),
    lambda x: jnp.take(x[:, :, :, 0], x[0, :, 0, 1].astype(int), axis=1),
    lambda x: lax.cond(x[0, 0, 0, 0] > 0, lambda x: x[:, :3], lambda x: x[:, 3:], x),
    lambda x: jnp.where(x > 1.5, x[:, ::-1], x),
    lambda x: lax.scan(lambda c, _: (c + 1, None), x, None, length=LONGEST + 1)[0],
    lambda x: jax.image.resize(x, (1, 3, COLUMNS, 2), "linear"),
])  # fmt: skip
def test_nothing_that_matters_lies_outside_of_a_box(function):
    found = of(lambda _, x: function(x))
    true = brute(lambda _, x: function(x), None, (1, *PICTURE))
    some = true[:, 1] > 0
    assert (found[:, 0] <= true[:, 0])[some].all()
    assert (found[:, 1] >= true[:, 1]).all()


def test_what_has_no_rule_depends_on_all():
    found = of(lambda _, x: jnp.fft.rfft(x, axis=3).real)
    assert (found == np.asarray([[0, ROWS], [0, COLUMNS]])[:, :, None, None, None, None]).all()


def test_a_unit_that_is_off_still_has_its_box():
    found = of(lambda _, x: jax.nn.relu(x - 1e9)[:, :, 2])
    assert found[0, :, 0, 4, 0].tolist() == [4, 5]
    assert found[1, :, 0, 4, 0].tolist() == [2, 3]


def test_parameters_count_where_they_are_zero():
    def function(weights, x):
        return jnp.einsum("nyxc,y->nxc", x, weights)

    found = of(function, params=jnp.asarray([0.0, 0, 1, 1, 0, 0]))
    assert found[0, :, 0, 0, 0].tolist() == [2, 4]


def test_nothing_is_computed_that_no_rule_asks_for():
    def function(weights, x):
        return x + jax.pure_callback(
            lambda w: 1 / 0, jax.ShapeDtypeStruct((), jnp.float32), weights
        )

    assert of(function, params=jnp.float32(1)).shape == (2, 2, 1, *PICTURE)
