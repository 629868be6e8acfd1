import dataclasses

import curve_toy as toy
import foreign_toy as foreign
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.fitting import loudness
from circuits.fitting.loudness import Loudness

WEIGHTS = jnp.asarray(np.random.default_rng(1).normal(size=(4, 6)), jnp.float32)


def apply(weights, x):
    hidden = aann.site("hidden", jnp.maximum(x, 0))
    return hidden @ weights


def model(weights=WEIGHTS):
    return aann.Model(apply, weights, "net", jax.ShapeDtypeStruct((4,), jnp.float32))


def halves(n=40):
    x = np.random.default_rng(0).normal(size=(n, 4)).astype(np.float32)
    return aann.split(aann.from_arrays("numbers", x))


def program(factor, units=(0, 2)):
    return aann.make(
        lambda x, c: jnp.maximum(x[:, jnp.asarray(units)], 0) * c.factor,
        model="net", site="hidden", units=units, name="hidden",
        constants={"factor": aann.Constant(float(factor))},
    )  # fmt: skip


@pytest.mark.parametrize("factor", [0.2, 0.7, 1.0, 3.0])
def test_the_factor_makes_good_what_gains_are_off_by(factor):
    design, _ = halves()
    found = loudness.choose(model(), program(factor), design)
    assert found.factor * factor == pytest.approx(1, rel=0.05)
    assert found.images == len(design)
    assert found.kl < 0.01 * found.zero
    assert found.recovered > 0.99
    assert found.kl < found.mean < found.zero


def test_it_is_the_best_of_all_factors():
    """Against the divergence as evaluations measure it, on a grid."""
    design, _ = halves()
    noisy = dataclasses.replace(
        program(1.0), program=lambda x, c: c.factor * (jnp.maximum(x[:, :2], 0) + x[:, 2:] ** 2 / 9)
    )
    chosen = loudness.choose(model(), noisy, design)
    x = jnp.asarray(design.load(range(len(design))))

    def kl(factor):
        spliced = aann.splice(model(), noisy.with_constants(factor=factor))
        p, q = (jax.nn.log_softmax(m(x)) for m in (model(), spliced))
        return float((jnp.exp(p) * (p - q)).sum(-1).mean())

    assert chosen.kl == pytest.approx(kl(chosen.factor), rel=1e-3)
    assert chosen.zero == pytest.approx(kl(0.0), rel=1e-3)
    assert chosen.kl <= min(kl(f) for f in np.geomspace(0.125, 8, 60)) * 1.02


def test_where_no_factor_helps_it_is_one():
    design, _ = halves()
    backwards = dataclasses.replace(
        program(1.0), program=lambda x, c: -10 * jnp.maximum(x[:, :2], 0) - 10
    )
    found = loudness.choose(model(), backwards, design)
    assert found.factor == 1.0
    assert found.kl > found.mean
    nothing = loudness.choose(model(jnp.zeros((4, 6))), program(0.5), design)
    assert (nothing.factor, nothing.kl, nothing.zero) == (1.0, 0.0, 0.0)
    assert nothing.recovered is None


def test_the_last_batch_counts_as_much_as_it_has_images():
    design, _ = halves(42)
    few = design.take(range(11))
    one = loudness.choose(model(), program(0.5), few)
    assert one.images == 11
    twice = design.take([*range(8)])
    assert loudness.choose(model(), program(0.5), twice).zero != one.zero
    x = jnp.asarray(few.load(range(11)))
    p = jax.nn.log_softmax(model()(x))
    silent = aann.splice(model(), program(0.0))
    q = jax.nn.log_softmax(silent(x))
    assert one.zero == pytest.approx(float((jnp.exp(p) * (p - q)).sum(-1).mean()), rel=1e-4)


def test_channels_first_are_the_same():
    curves = toy.replacement()
    design = foreign.discs(8)
    one = loudness.choose(foreign.shifted(), _placed(curves, -1), design)
    other = loudness.choose(foreign.shifted(True), _placed(curves, 1), foreign.discs(8, first=True))
    assert other.factor == one.factor
    assert other.mean == pytest.approx(one.mean, rel=1e-3)


def _placed(curves, axis):
    """A program for the site of ``shifted``, of its own pictures' means."""

    def brightness(x, c):
        x = jnp.moveaxis(x, 1, -1) if axis == 1 else x
        mean = x.mean((1, 2, 3))[:, None, None, None] * jnp.ones((1, 13, 13, 5)) / 10
        return jnp.moveaxis(mean, -1, axis)

    return aann.make(brightness, model="toy", site="cells", units=curves.units, axis=axis)


def test_outputs_that_are_no_logits_are_refused():
    design, _ = halves()
    pair = aann.Model(lambda w, x: (apply(w, x), x), WEIGHTS, "pair", model().inputs)
    with pytest.raises(ValueError, match=r"divergence of logits .* 'pair' returns tuple"):
        loudness.choose(pair, program(1.0), design)


def test_a_divergence_that_is_not_finite_is_refused():
    design, _ = halves()
    wild = dataclasses.replace(program(1.0), program=lambda x, c: x[:, :2] / 0.0)
    with pytest.raises(ValueError, match="'hidden' times .* not finite on 20 design images"):
        loudness.choose(model(), wild, design)


@pytest.mark.usefixtures("unchecked")
def test_heldout_examples_are_refused():
    _, heldout = halves()
    with pytest.raises(TypeError, match="design images only"):
        loudness.choose(model(), program(1.0), heldout)


def test_it_shows_itself_on_a_line():
    assert "\n" not in repr(Loudness(1.3, 64, 0.1, 0.5, 0.4))
