"""The best constant. Serves ``constant_loss`` too."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize
from toy_replacement import UNITS, data, replacement
from toys import WIDTH, mlp_model

import aann
from aann.bench import ablation
from aann.bench.ablation import Row
from aann.bench.workbench import workbench
from aann.evaluation.best_constant import best_constant, plan
from aann.evaluation.fit import fit
from aann.evaluation.measure import measure
from aann.evaluation.metrics import per_example


def bench_of(model=None, program=None, batch_size=16):
    return workbench(model or mlp_model(), program or replacement(), batch_size)


def found(bench, design, **more):
    constants, problem = best_constant(bench, design, fit(bench, design, with_linear=False), **more)
    assert not problem
    return [np.asarray(c) for c in constants]


def by_hand(model, site, units, examples):
    """Mean KL on all of ``examples`` as a function of one constant a unit, by splicing."""
    x = jnp.asarray(examples.load(range(len(examples))))
    intact = model(x)

    def loss(constants):
        copy = aann.make(
            lambda read, c: jnp.broadcast_to(constants[None], (len(x), len(units))),
            model=model.name, site=site, units=units,
        )  # fmt: skip
        return per_example(aann.splice(model, copy)(x), intact)["kl"].mean()

    return loss


def test_it_is_what_scipy_finds_on_the_spliced_model():
    design, _ = aann.split(data(60))
    mine = found(bench_of(), design)[0]
    loss = by_hand(mlp_model(), "m", UNITS, design)
    slope = jax.jit(jax.value_and_grad(loss))
    theirs = minimize(
        lambda c: tuple(map(np.asarray, slope(jnp.asarray(c, jnp.float32)))),
        np.zeros(3), jac=True, method="BFGS", options={"gtol": 1e-7},
    )  # fmt: skip
    assert float(loss(jnp.asarray(mine))) == pytest.approx(theirs.fun, rel=1e-4)
    np.testing.assert_allclose(mine, theirs.x, atol=0.02)


def test_of_one_unit_it_is_the_best_of_a_fine_grid():
    design, _ = aann.split(data(60))
    one = aann.make(lambda h, c: h[:, :1], model="toy", site="m", units=(2,), reads=("h",))
    (mine,) = found(bench_of(program=one), design)
    loss = jax.jit(jax.vmap(by_hand(mlp_model(), "m", (2,), design)))
    grid = np.linspace(-1, 6, 2001, dtype=np.float32)
    losses = np.asarray(loss(jnp.asarray(grid)[:, None]))
    assert mine[0] == pytest.approx(grid[losses.argmin()], abs=0.01)


@pytest.mark.parametrize("slopes", [1, 2, 3])
def test_however_short_the_search_it_is_never_worse_than_the_mean_or_zero(slopes):
    design, _ = aann.split(data(60))
    bench = bench_of()
    fitted = fit(bench, design, with_linear=False)
    (best,), _ = best_constant(bench, design, fitted, slopes=slopes)
    rows = [
        Row(str(i), "ablation", ablation.constant, value)
        for i, value in enumerate([best, fitted[0].mean, jnp.zeros_like(best)])
    ]
    same = aann.HeldOut(design.name, design.names, design.digests, design.load, design.labels)
    mine, *others = measure(bench, rows, same).losses["kl"][:3].mean(1)
    assert mine <= min(others) * (1 + 1e-6)


@pytest.mark.parametrize("batch_size", [7, 60])
def test_batches_and_order_do_not_matter(batch_size):
    design, _ = aann.split(data(60))
    order = np.random.default_rng(0).permutation(len(design))
    first = found(bench_of(), design, stratum=1)[0]
    again = found(bench_of(batch_size=batch_size), design.take(order), stratum=1)[0]
    np.testing.assert_allclose(first, again, atol=5e-3)


def test_constants_of_several_places_are_found_together():
    above = aann.make(lambda x, c: x[:, :2], model="toy", site="h", units=(0, 3), reads=("input",))
    design, _ = aann.split(data(60))
    together = found(bench_of(program=[above, replacement()]), design)
    assert [c.shape for c in together] == [(2,), (3,)]
    alone = found(bench_of(program=[above]), design)[0]
    assert not np.allclose(together[0], alone, atol=0.05), "they take each other into account"


def test_it_is_one_number_a_unit_at_all_positions_and_padding_does_not_count():
    def apply(p, x):
        h = aann.site("h", jax.nn.relu(x @ p["w"]))
        return aann.site("logits", jnp.cumsum(h, 1) @ p["v"])

    w, v = jax.random.normal(jax.random.key(1), (2, WIDTH, WIDTH))
    model = aann.Model(apply, {"w": w, "v": v}, "padded", jax.ShapeDtypeStruct((4, WIDTH), w.dtype))
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 4, WIDTH)).astype(np.float32)
    mask = np.arange(4)[None] < rng.integers(1, 5, 40)[:, None]
    wild = np.where(mask[..., None], x, 50 * x).astype(np.float32)
    one = aann.make(
        lambda x, c: x[..., :2], model="padded", site="h", units=(1, 4), reads=("input",)
    )
    results = []
    for inputs in (x, wild):
        design = aann.design(aann.from_arrays("padded", inputs, mask=mask))
        (best,) = found(bench_of(model, one, 8), design)
        assert best.shape == (4, 2)
        assert (best == best[:1]).all()
        results.append(best)
    np.testing.assert_allclose(*results, atol=1e-4)


def test_a_model_without_gradient_goes_without_and_says_so():
    def apply(p, x):
        h = aann.site("h", x @ p["w"])
        return jax.lax.while_loop(lambda s: (s[0, 0] < 1) & False, lambda s: s + 1, h)

    w = jax.random.normal(jax.random.key(1), (WIDTH, WIDTH))
    model = aann.Model(apply, {"w": w}, "loop", jax.ShapeDtypeStruct((WIDTH,), w.dtype))
    program = aann.make(lambda x, c: x[:, :2], model="loop", site="h", units=(0, 1))
    design, heldout = aann.split(data(40, labels=False))
    report = aann.evaluate(model, program, heldout, design=design, draws=100)
    assert "best constant" not in [row.name for row in report.rows]
    assert any(
        note.startswith("row best constant is left out: the model has no gradient (")
        for note in report.notes
    )


def test_large_models_get_few_examples_and_small_ones_many():
    assert plan(bench_of(), 100_000) == (4096, 40)
    assert plan(bench_of(), 50) == (50, 40)
    assert plan(bench_of(big()), 1000) == (128, 8)


def big():
    """The toy with a product of a billion operations beside it."""

    def apply(p, x):
        wide = jnp.broadcast_to(x.sum(), (1000, 1000))
        return mlp_model().apply(p, x) + (wide @ wide)[:1, :1]

    return dataclasses.replace(mlp_model(), apply=apply)


def test_the_other_half_is_refused(unchecked):
    design, heldout = aann.split(data(40))
    bench = bench_of()
    with pytest.raises(TypeError, match=r"fits take design examples only, got the 'heldout' part"):
        best_constant(bench, heldout, fit(bench, design, with_linear=False))
