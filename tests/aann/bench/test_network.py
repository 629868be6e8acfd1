"""``network`` and ``network_layers``: reads of every kind, brought to the units' places."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.bench import network
from aann.bench.ablation import View
from aann.bench.workbench import workbench

N = 4


def bench_of(reads, natural, axis=-1, units=(0, 2), inputs=(2,)):
    """A bench whose sites have these shapes (and dtypes) without the batch."""
    names = tuple(f"r{k}" for k in range(len(reads)))

    def apply(p, x):
        total = 0.0
        for name, (shape, dtype) in zip(names, reads, strict=True):
            scale = x[:, :1].reshape(-1, *(1 for _ in shape)).astype(dtype)
            value = aann.site(name, jnp.zeros((len(x), *shape), dtype) + scale)
            total = total + value.astype(jnp.float32).reshape(len(x), -1).sum(1)
        u = jnp.zeros((len(x), *natural), jnp.float32)
        u = u + total.reshape(-1, *(1 for _ in natural))
        return aann.site("u", u).reshape(len(x), -1)

    model = aann.Model(apply, {}, "m", jax.ShapeDtypeStruct(inputs, jnp.float32))
    place = aann.make(lambda *a: None, model="m", site="u", units=units, reads=names, axis=axis)
    return workbench(model, place, N)


REAL, WHOLE = jnp.float32, jnp.int32
CASES = {
    "flat": ([((5,), REAL)], (6,), -1, ("flat",)),
    "picture to flat": ([((20, 20, 3), REAL)], (6,), -1, ("picture",)),
    "map": ([((7, 7, 5), REAL)], (7, 7, 6), -1, ("same",)),
    "strides": ([((28, 28, 3), REAL)], (7, 7, 6), -1, ("finer",)),
    "no whole strides": ([((15, 11, 3), REAL)], (7, 5, 6), -1, ("finer",)),
    "coarser": ([((3, 3, 5), REAL)], (7, 7, 6), -1, ("finer",)),
    "several grids": ([((7, 7, 5), REAL), ((28, 28, 3), REAL), ((9,), REAL)], (7, 7, 6), -1,
                      ("same", "finer", "flat")),
    "channels first": ([((5, 7, 7), REAL)], (6, 7, 7), 1, ("same",)),
    "tokens": ([((4,), WHOLE)], (4, 6), -1, ("same",)),
    "tokens and a stream": ([((4,), WHOLE), ((4, 8), REAL)], (4, 6), -1, ("same", "same")),
    "tokens to flat": ([((4,), WHOLE)], (6,), -1, ("flat",)),
    "heads": ([((4, 3, 5), REAL), ((4, 8), REAL)], (4, 3, 5), 2, ("same", "same")),
    "pairs of places from tokens": ([((4,), WHOLE)], (3, 4, 4), 1, ("flat",)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_read_reaches_every_place(case):
    reads, natural, axis, kinds = CASES[case]
    bench = bench_of(reads, natural, axis)
    integers = [5 for _, dtype in reads if dtype == WHOLE]
    shape = network.shape_of(bench, 0, integers, width=4, depth=1, mixing=None)
    assert tuple(read.kind for read in shape.reads) == kinds
    seen = jax.eval_shape(lambda *r: bench.channels_last(0, r), *bench.reads[0])
    params = network.initial(shape, seen, 0)
    state = state_of(shape, params, seen)
    rng = np.random.default_rng(0)
    given = [
        jnp.asarray(rng.integers(0, 5, x.shape), WHOLE) if x.dtype == WHOLE
        else jnp.asarray(rng.normal(size=x.shape), REAL)
        for x in seen
    ]  # fmt: skip
    expected = bench.naturals[0]
    view = View(jnp.zeros(expected.shape), tuple(given), jnp.zeros(N, WHOLE), None)
    run = jax.jit(network.Rung(shape))
    values = run(state, view)
    assert values.shape == expected.shape
    assert np.isfinite(values).all()
    for k in range(len(given)):  # what a read has in one example moves that one alone
        moved = list(given)
        moved[k] = moved[k].at[1].set(given[k][2] if k == 0 or len(given) > 1 else given[k][0])
        other = run(state, view._replace(reads=tuple(moved)))
        np.testing.assert_array_equal(other[0], values[0])
        assert not np.array_equal(other[1], values[1])


def state_of(shape, params, seen):
    """A network with random weights in its last layer, too."""
    leaves, form = jax.tree.flatten(params)
    keys = jax.random.split(jax.random.key(1), len(leaves))
    params = form.unflatten([x + 0.3 * jax.random.normal(k, x.shape) for x, k in zip(leaves, keys)])
    floats = [(x, r) for x, r in zip(seen, shape.reads, strict=True) if not r.tokens]
    one = [jnp.ones(()) for _ in floats]
    tokens = tuple(jnp.arange(r.tokens) for r in shape.reads if r.tokens)
    columns = jnp.ones(shape.columns)
    return network.Trained(
        params, tuple(0 * x for x in one), tuple(one), 0 * columns, columns, tokens,
        jnp.asarray(False),
    )  # fmt: skip


def test_causal_places_see_those_before_them_and_full_ones_all():
    bench = bench_of([((4,), WHOLE)], (4, 6))
    seen = bench.reads[0]
    given = jnp.asarray([[0, 1, 2, 3]] * N, WHOLE)
    moved = given.at[:, 3].set(0), given.at[:, 0].set(3)
    found = {}
    for mixing in network.MIXING:
        shape = network.shape_of(bench, 0, [5], width=4, depth=1, mixing=mixing)
        state = state_of(shape, network.initial(shape, seen, 0), seen)
        run = jax.jit(functools.partial(network.predict, shape))
        first, last, early = (run(state, (x,))[0] for x in (given, *moved))
        found[mixing] = [bool((first[0] != last[0]).any()), bool((first[3] != early[3]).any())]
    assert found == {"none": [False, False], "causal": [False, True], "full": [True, True]}


def test_a_token_that_was_never_seen_is_nothing():
    bench = bench_of([((4,), WHOLE)], (4, 6))
    shape = network.shape_of(bench, 0, [3], width=4, depth=1, mixing="none")
    state = state_of(shape, network.initial(shape, bench.reads[0], 0), bench.reads[0])
    state = state._replace(tokens=(jnp.asarray([2, 5, 9], WHOLE),))
    run = jax.jit(functools.partial(network.predict, shape))
    values = run(state, (jnp.asarray([[0, 3, 10, 5]] * N, WHOLE),))
    assert state.weights == sum(np.size(x) for x in jax.tree.leaves(state)) - 3 - 1
    entered = jnp.asarray([[7, 4, 11, 1]] * N, WHOLE)  # other strangers, at the same places
    others = run(state, (entered,))
    np.testing.assert_array_equal(values[:, :3], others[:, :3])
    assert not np.array_equal(values[:, 3], others[:, 3])


def test_two_shapes_are_two_functions_for_keys_and_for_jit():
    bench = bench_of([((4,), WHOLE)], (4, 6))
    one, two = (
        network.Rung(network.shape_of(bench, 0, [3], width=4, depth=1, mixing=mixing))
        for mixing in ("none", "full")
    )
    assert one != two
    assert one.__qualname__ != two.__qualname__
    assert hash(one) == hash(network.Rung(one.shape))
