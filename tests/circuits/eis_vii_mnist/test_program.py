"""The programs alone: the rule in NumPy and in JAX, units, arms and the V."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import aann
from circuits.eis_vii_mnist import program as programs
from zoo.eis_vii_mnist import rule

PICTURES = hnp.arrays(np.uint8, (3, 28, 28))


def constants(**values):
    return aann.Constants({n: jnp.asarray(x, jnp.float32) for n, x in values.items()})


def scaled(pictures):
    return (pictures[..., None] / 255).astype(np.float32)


@settings(deadline=None)
@given(PICTURES)
def test_similarity_is_that_of_the_rule(pictures):
    clue = pictures[0]
    found = programs.similarity(jnp.asarray(scaled(pictures)), jnp.asarray(clue / 255, jnp.float32))
    np.testing.assert_allclose(found, rule.similarity(pictures, clue) / 255_000, atol=2e-3)


@settings(deadline=None)
@given(PICTURES, st.floats(-60, 30), st.floats(0.1, 60))
def test_the_rule_is_the_same_in_numpy_and_in_jax(pictures, low, width):
    clue = (pictures[0] / 255).astype(np.float32)
    c = constants(template=clue, bounds=[low, low + width], height=[-2, 3])
    x = scaled(pictures)
    s = np.asarray(programs.similarity(jnp.asarray(x), c.template))
    clear = np.abs(s[:, None] - np.asarray(c.bounds)[None]).min(1) > 1e-2
    in_jax = np.asarray(programs.label(jnp.asarray(x), c))
    in_numpy = programs.label_on_host(x, aann.Constants({n: np.asarray(v) for n, v in c.items()}))
    assert in_jax.shape == in_numpy.shape == (3, 1)
    np.testing.assert_allclose(in_jax[clear], in_numpy[clear], rtol=1e-6)
    expected = np.where((low < s) & (s < low + width), -2, 3) / np.sqrt(2)
    np.testing.assert_allclose(in_jax[clear, 0], expected[clear], rtol=1e-5)


def test_the_rule_gives_the_published_labels(assets):
    from zoo.mnist import pictures

    part = pictures.part("test")
    clue = pictures.part("train").pictures[rule.CLUE]
    c = constants(template=clue / 255, bounds=np.asarray(rule.BOUNDS) / 1000, height=[-1, 1])
    found = programs.label(jnp.asarray(scaled(part.pictures)), c)[:, 0] > 0
    told = rule.labels(part.pictures, clue)
    assert (np.asarray(found) == told).mean() > 0.9995


def test_the_v_is_the_larger_arm_and_zero_at_the_thresholds():
    clue = np.zeros((28, 28), np.float32)  # s is then minus the ink
    c = constants(template=clue, gain=[-1.5, 2], threshold=[-17, -8])
    x = np.zeros((5, 28, 28, 1), np.float32)
    for i, ink in enumerate((0, 8, 12, 17, 40)):
        x[i, :, :, 0] = ink / 0.255 / 784
    found = programs.difference(jnp.asarray(x), c)
    np.testing.assert_allclose(found, [16, 0, -7.5, 0, 34.5], atol=2e-3)
    written = programs.vee()(jnp.asarray(x), c) * programs.DIFFERENCE[:, 0][None]
    np.testing.assert_allclose(written[:, 1] - written[:, 0], found, atol=1e-5)


def test_units_of_one_threshold_are_the_shared_arm():
    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.random((4, 28, 28, 1)) * 0.2, jnp.float32)
    template, gain = rng.random((28, 28)), [0.5, -0.25, 2]
    each = programs.units()(x, constants(template=template, gain=gain, threshold=[-9.0] * 3))
    together = programs.shared_arm()(x, constants(template=template, gain=gain, threshold=-9.0))
    assert each.shape == (4, 3)
    np.testing.assert_allclose(each, together, rtol=1e-6)
    assert (np.asarray(each) >= 0).all()


def test_the_difference_is_a_direction():
    assert pytest.approx(1) == programs.DIFFERENCE.T @ programs.DIFFERENCE
