"""``network_fit``, ``network_batches`` and ``seen``: training on design examples alone."""

import dataclasses

import jax
import jax.numpy as jnp
import noisy_toy
import numpy as np
import pytest

import aann
from aann.bench.workbench import workbench
from aann.evaluation import network_fit
from aann.evaluation.network_settings import Networks
from aann.evaluation.network_sizes import shapes
from aann.evaluation.seen import Seen, apart, see

SHORT = Networks(widths=8, steps=200, depth=1)


def seen_of(model, place, design, machine=None):
    bench = workbench(model, place, 50, machine)
    (seen,), remark = see(bench, design)
    return bench, seen, remark


def trained(model, place, design, settings=SHORT, seed=0):
    bench, seen, _ = seen_of(model, place, design)
    (shape,) = shapes(bench, 0, seen, settings)
    stop = apart(seen.design, settings.apart, seed)
    fit = network_fit.train(shape, seen, stop, settings, seed=seed)
    values = network_fit.predicted(shape, fit.state, seen)
    return fit, seen, values, stop


def r2(values, seen, rows, here=None):
    y, p = seen.table[rows], values[rows]
    if here is not None:
        y, p = y[here[rows]], p[here[rows]]
    y, p = y.reshape(-1, y.shape[-1]), p.reshape(-1, p.shape[-1])
    return 1 - np.square(y - p).mean(0) / y.var(0)


@pytest.fixture(scope="module")
def quadratic():
    return trained(noisy_toy.model("quadratic"), noisy_toy.replacement(), noisy_toy.design(1500),
                   Networks(widths=16, steps=300, depth=1))  # fmt: skip


def test_what_can_be_known_is_learnt_and_noise_is_not(quadratic):
    _, seen, values, stop = quadratic
    known, noisy, noise = r2(values, seen, stop)
    assert known > 0.9
    assert noisy == pytest.approx(1 - noisy_toy.NOISE, abs=0.08)
    assert noise < 0.1


def test_the_parameters_of_least_loss_apart_are_kept(quadratic):
    fit, seen, values, stop = quadratic
    step, _, loss = fit.curve.T
    assert fit.best == step[loss.argmin()]
    assert loss[0] == pytest.approx(1.0, abs=0.2)  # an untrained one knows the means
    error = np.square(values[stop] - seen.table[stop]).mean((0, 1))
    gain = np.square(np.asarray(fit.state.gain))
    assert (error / gain).mean() == pytest.approx(loss.min(), rel=1e-3)


def test_training_stops_where_nothing_gets_better():
    quiet = Networks(widths=8, steps=2000, depth=1, patience=3)
    place = noisy_toy.replacement(lambda h, c: h[..., :1] * c.gain, units=(2,))
    fit, *_ = trained(noisy_toy.model(), place, noisy_toy.design(100), quiet)
    assert fit.stopped < 400
    assert fit.best <= fit.stopped - 3 * network_fit.LOOK
    assert len(fit.curve) == 1 + fit.stopped // network_fit.LOOK


def test_seeds_decide_everything():
    first, again, other = (
        trained(noisy_toy.model(), noisy_toy.replacement(), noisy_toy.design(60), seed=seed)[0]
        for seed in (3, 3, 4)
    )
    for one, two in zip(*(jax.tree.leaves(f.state) for f in (first, again)), strict=True):
        assert jnp.array_equal(one, two)
    np.testing.assert_array_equal(first.curve, again.curve)
    assert not np.array_equal(first.curve[:, 2], other.curve[:, 2])


def test_nothing_but_design_is_trained_on(unchecked):
    _, heldout = aann.split(noisy_toy.data(60))
    bench = workbench(noisy_toy.model(), noisy_toy.replacement(), 30)
    for wrong in (heldout, noisy_toy.data(60)):
        with pytest.raises(TypeError, match=f"design examples only, got the '{wrong.split}' part"):
            see(bench, wrong)


def test_few_examples_or_groups_are_refused():
    bench = workbench(noisy_toy.model(), noisy_toy.replacement(), 30)
    with pytest.raises(ValueError, match="at least 10 design examples, some of which are kept"):
        see(bench, noisy_toy.design(9))
    few = dataclasses.replace(noisy_toy.design(60), groups=tuple(i % 4 for i in range(60)))
    with pytest.raises(ValueError, match="at least 10 groups of design examples"):
        see(bench, few)


def test_groups_are_kept_apart_whole():
    groups = tuple(f"g{i % 15}" for i in range(60))
    chosen = apart(dataclasses.replace(noisy_toy.design(60), groups=groups), 0.2, 0)
    inside = {g for g, c in zip(groups, chosen, strict=True) if c}
    assert len(inside) == 3
    assert inside.isdisjoint(g for g, c in zip(groups, chosen, strict=True) if not c)


def test_memory_takes_as_many_examples_as_fit():
    design = noisy_toy.design(100)
    one = 4 * (3 + 3)
    _, seen, remark = seen_of(
        noisy_toy.model(), noisy_toy.replacement(), design, aann.Machine(memory=2 * one * 40)
    )
    assert len(seen.design) == 40
    assert remark == "networks are fitted on 40 of 100 design examples: memory"
    with pytest.raises(ValueError, match=r"twice those of 10 do not fit the machine's memory"):
        seen_of(noisy_toy.model(), noisy_toy.replacement(), design, aann.Machine(memory=100))


@pytest.mark.parametrize("shift", [0.0, 50.0])
def test_what_lies_at_padding_changes_nothing(shift):
    mask = np.arange(5)[None] < np.random.default_rng(1).integers(2, 6, 80)[:, None]
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 5, noisy_toy.WIDE)).astype(np.float32)
    x = np.where(mask[..., None], x, np.float32(shift))
    examples = aann.design(aann.from_arrays("padded", x, mask=mask))
    fit, seen, values, stop = trained(
        noisy_toy.model(places=(5,)), noisy_toy.replacement(), examples
    )
    assert isinstance(seen, Seen)
    assert r2(values, seen, stop, seen.here)[0] > 0.8
    assert np.isfinite(fit.curve[1:]).all()
