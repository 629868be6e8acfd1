import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from toy_replacement import UNITS, data, replacement
from toys import mlp_model

import aann
from aann.bench.workbench import workbench
from aann.evaluation.fit import fit
from aann.evaluation.metrics import kl


def first(x, c):
    """The first layer, at a gain."""
    return jnp.tanh(x @ mlp_model().params["w"])[:, 1:3] * c.gain


def second(h, c):
    """What the second layer makes of the first one."""
    return jax.nn.relu(h @ mlp_model().params["v"].T)[:, jnp.asarray(UNITS)] * c.gain


def stack(gain=0.5, name="second"):
    top = aann.make(first, model="toy", site="h", units=(1, 2), constants={"gain": gain})
    place = {"site": "m", "units": UNITS, "reads": ("h",)}
    return [aann.make(second, model="toy", constants={"gain": 1.0}, name=name, **place), top]


def spliced_losses(replacements, heldout):
    x = jnp.asarray(heldout.load(range(len(heldout))))
    logits = aann.splice(mlp_model(), replacements)(x)
    return -jax.nn.log_softmax(logits)[jnp.arange(len(x)), jnp.asarray(heldout.labels)]


def test_replacements_one_below_the_other_are_evaluated_together():
    _, heldout = aann.split(data())
    report = aann.evaluate(mlp_model(), stack(), heldout)
    zeros = [
        dataclasses.replace(s, program=lambda x, c, n=n: jnp.zeros((len(x), n)), reads=("input",))
        for s, n in zip(stack(), (3, 2), strict=True)
    ]
    losses = report.arrays["losses/nll"]
    names = [r.name for r in report.rows]
    for name, replacements in [("second + first", stack()), ("zero", zeros)]:
        by_hand = spliced_losses(replacements, heldout)
        np.testing.assert_allclose(losses[names.index(name)], by_hand, rtol=1e-4, atol=1e-5)
    assert report.site == "m + h"
    assert report.units == [*UNITS, 1, 2]
    assert set(report.constants) == {"second.gain", "first.gain"}
    assert report.row("second + first").constants >= 2
    assert report.row("second + first").correlation[3:] == pytest.approx([1, 1])


def test_together_the_truth_recovers_everything_and_fits_see_what_lies_above():
    _, heldout = aann.split(data())
    report = aann.evaluate(mlp_model(), stack(1.0), heldout, controls=[stack(-1.0, "wrong")])
    assert report.row("second + first").recovered["kl"].estimate == pytest.approx(1, abs=1e-4)
    bench = workbench(mlp_model(), stack(0.5), 16)
    low, top = fit(bench, heldout.design)
    assert np.asarray(top.slope) == pytest.approx([2, 2], rel=1e-4)
    x = jnp.asarray(heldout.design.load(range(60)))
    _, seen = aann.capture(aann.splice(mlp_model(), stack(0.5)), ["m"])(x)
    by_hand = np.asarray(seen["m"])[:, UNITS]
    order = [heldout.design.names.index(n) for n in heldout.design.names]
    mean = np.asarray(low.donor_outputs).mean(0)
    np.testing.assert_allclose(mean, by_hand[order].mean(0), rtol=1e-4, atol=1e-5)


def test_programs_that_cannot_run_together_are_refused():
    _, heldout = aann.split(data())
    with pytest.raises(ValueError, match="are 1 programs for 2 replacements"):
        aann.evaluate(mlp_model(), stack(), heldout, programs=[replacement()])
    with pytest.raises(ValueError, match="both replace units 4, 1, 3 of 'm'"):
        aann.evaluate(mlp_model(), [replacement(), stack()[0]], heldout)
    with pytest.raises(ValueError, match="pass at least one replacement"):
        aann.evaluate(mlp_model(), [], heldout)

    def apply(p, x):
        a = aann.site("a", jnp.tanh(x))
        return aann.site("b", jnp.sin(x)) + aann.site("below_a", a * 2.0)

    model = aann.Model(apply, {}, "two", mlp_model().inputs)
    ones = lambda *_: jnp.ones((60, 1))  # noqa: E731
    on_a = aann.make(ones, model="two", site="a", units=(0,), name="on_a")
    on_b = aann.make(ones, model="two", site="b", units=(0,), reads=("below_a",), name="on_b")
    with pytest.raises(ValueError, match="'on_b' at 'b' reads 'below_a', which depends on .* 'a'"):
        aann.evaluate(model, [on_a, on_b], heldout)


def repeated(p, x):
    for _ in range(4):
        x = aann.site("b", jnp.tanh(x @ p["w"]))
    return aann.site("logits", x @ p["w"])


@pytest.mark.parametrize("sites", [("b#0", "b#1"), ("b#0", "b#2"), ("b#3", "b#1"), ("b#1", "b#2")])
def test_repeated_marks_keep_their_numbers_below_a_cut(sites):
    model = aann.Model(repeated, {"w": mlp_model().params["w"]}, "rep", mlp_model().inputs)
    both = [
        aann.make(lambda x, c, k=k: x[:, :1] * k, model="rep", site=s, units=(k,), name=f"p{k}")
        for k, s in enumerate(sites, start=1)
    ]
    _, heldout = aann.split(data())
    report = aann.evaluate(model, both, heldout, draws=200)
    x = jnp.asarray(heldout.load(range(len(heldout))))
    by_hand = kl(model(x), aann.splice(model, both)(x))
    row = [r.name for r in report.rows].index("p1 + p2")
    np.testing.assert_allclose(report.arrays["losses/kl"][row], by_hand, rtol=1e-4, atol=1e-6)


def test_programs_together_need_names():
    _, heldout = aann.split(data())
    twice = [dataclasses.replace(r, name="same") for r in stack()]
    with pytest.raises(ValueError, match=r"need different names, got \['same', 'same'\]"):
        aann.evaluate(mlp_model(), twice, heldout)
