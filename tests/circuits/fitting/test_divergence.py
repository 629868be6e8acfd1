import hand_made
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.fitting import divergence
from circuits.fitting.divergence import closest
from circuits.induction import program as induction


def replacement(**constants):
    declared = {"strength": aann.Constant([1.0, 1.0], "chosen"), **constants}
    return aann.make(
        induction.previous_token, model="toy", site="blocks.0.attn.pattern",
        units=(0, hand_made.PREVIOUS_HEAD), axis=1,
        constants={**declared, "until": aann.Constant(hand_made.CONTEXT, "chosen")}, name="toy",
    )  # fmt: skip


def test_it_finds_the_constants_of_the_network():
    design, _ = aann.split(hand_made.repeats(200))
    found = closest(hand_made.induction(), replacement(), design, names=["strength"], digits=3)
    free, planted = found.constants["strength"].value  # the other head writes nothing
    assert planted == pytest.approx(hand_made.PREVIOUS, rel=0.15)
    assert free == pytest.approx(1, rel=0.1)
    assert found.constants["strength"].origin == "fitted"
    assert "100 design examples" in found.constants["strength"].note
    assert found.constants["until"].value == hand_made.CONTEXT


def test_the_divergence_goes_down_and_is_that_of_the_report():
    model = hand_made.induction()
    design, heldout = aann.split(hand_made.repeats(200))
    start = replacement()
    few = design.take(range(20))
    found = closest(model, start, few, names=["strength"], examples=20)
    report = aann.evaluate(
        model, found.with_constants(name="after"), heldout, design=design, programs=[start],
        linear=False, draws=200,
    )  # fmt: skip
    assert report.row("after").loss["kl"] < report.row("toy").loss["kl"] / 3
    value, _ = divergence._cost(model, start, few)({"strength": jnp.ones(2)})
    on_design = aann.evaluate(
        model, start, aann.held_out(aann.from_arrays("few", few.load(range(20)), few.labels)),
        design=aann.split(hand_made.repeats(50, seed=9))[0], linear=False, draws=200,
    )  # fmt: skip
    assert np.exp(value) == pytest.approx(on_design.row("toy").loss["kl"], rel=1e-3)


def test_what_is_refused():
    model = hand_made.induction()
    design, heldout = aann.split(hand_made.repeats(40))
    with pytest.raises(TypeError, match="fitted on design examples only, got HeldOut"):
        closest(model, replacement(), heldout, names=["strength"])
    with pytest.raises(
        ValueError, match=r"no constants \['slope'\] in 'toy'; declared are strength"
    ):
        closest(model, replacement(), design, names=["slope"])

    def nothing(tokens, c):
        return induction.previous_token(tokens, c) * jnp.log(-c.strength.sum())

    broken = aann.make(
        nothing, model="toy", site="blocks.0.attn.pattern", units=(0, 1), axis=1,
        constants=replacement().constants,
    )  # fmt: skip
    with pytest.raises(ValueError, match="the divergence at the start is not finite"):
        closest(model, broken, design, names=["strength"])
