import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aann
from circuits.fitting import finish
from circuits.fitting.descent import Evidence

UNITS = (0, 2)
GAIN = (2.0, 3.0)


def ramp(seen, c):
    return c.gain[None, None, None, :] * jnp.maximum(seen - c.threshold, 0)


def natural(x):
    return ramp(x, aann.Constants({"gain": jnp.asarray(GAIN), "threshold": jnp.float32(0.3)}))


def model():
    """Two units that are a ramp of the picture, between others; the network hears the first."""

    def apply(params, x):
        made = natural(x)
        site = aann.site("cells", jnp.stack([made[..., 0], x[..., 0], made[..., 1]], -1))
        return jnp.stack([site[..., 0].mean((1, 2)), site[..., 1].mean((1, 2))], -1) * params

    inputs = jax.ShapeDtypeStruct((4, 4, 2), jnp.float32)
    return aann.Model(apply, jnp.float32(3), name="ramps", inputs=inputs)


@pytest.fixture(scope="module")
def halves():
    images = np.random.default_rng(0).uniform(0, 1, (80, 4, 4, 2)).astype(np.float32)
    return aann.split(aann.from_arrays("noise", images))


def replacement(**constants):
    values = {n: aann.Constant(np.asarray(x), "chosen") for n, x in constants.items()}
    return aann.make(ramp, name="ramp", model="ramps", site="cells", units=UNITS, constants=values)


def descend(design, start, **how):
    images = np.asarray(design.load(range(len(design))))
    seen = Evidence(images, np.asarray(natural(jnp.asarray(images))))
    program = replacement(**start)
    return finish.descend(
        model(), program, ramp, program.values, seen, design,
        steps={"gain": 0.5, "threshold": 0.2}, logarithmic=("gain",), **how,
    )  # fmt: skip


def unlike(c):
    images = jnp.asarray(np.random.default_rng(1).uniform(0, 1, (20, 4, 4, 2)), jnp.float32)
    return float(finish.unlikeness(ramp(images, c), natural(images), jnp.ones(2)))


def divergence(program, design):
    intact = model()(jnp.asarray(design.load(range(len(design)))))
    spliced = aann.splice(model(), program)(jnp.asarray(design.load(range(len(design)))))
    return float(aann.evaluation.metrics.kl(intact, spliced).mean())


def test_the_divergence_goes_down(halves):
    start = {"gain": [1.0, 2.0], "threshold": 0.2}
    found = descend(halves[0], start, epochs=30)
    after = replacement(**{n: np.asarray(found[n]) for n in start})
    assert divergence(after, halves[0]) < divergence(replacement(**start), halves[0]) / 4
    assert found.gain[1] > 2.02  # the network does not hear it: what stands beside moves it
    alone = descend(halves[0], start, epochs=30, beside=0.0)
    np.testing.assert_allclose(alone.gain[1], 2.0, rtol=1e-6)


def test_the_right_constants_stay(halves):
    found = descend(halves[0], {"gain": GAIN, "threshold": 0.3})
    np.testing.assert_allclose(found.gain, GAIN, rtol=0.02)
    np.testing.assert_allclose(found.threshold, 0.3, atol=0.01)


def test_zeroing_costs_what_is_measured_on_whole_batches(halves):
    design = halves[0]
    rest = finish.follow(model(), replacement(gain=GAIN, threshold=0.3), design)
    whole = design.take(range(finish.BATCH * (len(design) // finish.BATCH)))
    silent = replacement(gain=[0.0, 0.0], threshold=0.3)
    np.testing.assert_allclose(rest.zero, divergence(silent, whole), rtol=1e-4)


def test_heldout_images_are_refused(halves):
    with pytest.raises(TypeError, match="design images only"):
        finish.follow(model(), replacement(gain=GAIN, threshold=0.3), halves[1])


@given(st.floats(0.1, 10), st.floats(-5, 5), st.integers(0, 99))
def test_unlikeness_is_what_numpys_correlation_lacks_at_any_scale(scale, shift, seed):
    rng = np.random.default_rng(seed)
    made, natural = rng.normal(size=(2, 3, 4, 5, 2)).astype(np.float32)
    spread = jnp.asarray(natural.std((0, 1, 2)))
    found = finish.unlikeness(jnp.asarray(scale * (made + shift)), jnp.asarray(natural), spread)
    pairs = zip(made.reshape(-1, 2).T, natural.reshape(-1, 2).T, strict=True)
    wanted = 1 - np.mean([np.corrcoef(one, other)[0, 1] for one, other in pairs])
    np.testing.assert_allclose(found, wanted, atol=2e-3)


def test_a_silent_unit_is_unlike_and_its_slope_is_finite():
    natural = jnp.asarray(np.random.default_rng(0).normal(size=(2, 3, 3, 1)), jnp.float32)
    spread, silent = jnp.ones(1), jnp.zeros_like(natural)
    assert float(finish.unlikeness(silent, natural, spread)) == 1
    slope = jax.grad(finish.unlikeness)(silent, natural, spread)
    assert np.isfinite(np.asarray(slope)).all()


def test_beside_unlikeness_the_divergence_goes_down_too(halves):
    start = {"gain": [1.0, 2.0], "threshold": 0.2}
    how = {"epochs": 30, "beside": 0.5, "misfit": finish.unlikeness}
    found = descend(halves[0], start, **how)
    after = replacement(**{n: np.asarray(found[n]) for n in start})
    assert divergence(after, halves[0]) < divergence(replacement(**start), halves[0]) / 4
    assert unlike(found) < unlike(descend(halves[0], start, **how | {"beside": 0.0}))
