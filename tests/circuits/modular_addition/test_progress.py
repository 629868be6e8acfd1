import jax.numpy as jnp
import modular_toy as toy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circuits.modular_addition import progress as modular_progress

P = 11
A, B = np.meshgrid(np.arange(P), np.arange(P), indexing="ij")
KEYS = (2, 3)


def wave(f, k, x):
    return f(2 * np.pi * k * x / P)


def times_classes(plane, seed=0):
    """A function of (a, b), with a random size for every class."""
    size = np.random.default_rng(seed).normal(size=P)
    return np.float32(plane[:, :, None] * size)


def outer_product_mask(logits, frequencies):
    """What a mask made as an outer product keeps: all products of the listed waves of a and b."""
    residue = np.arange(P)
    columns = [np.ones(P)] + [wave(f, k, residue) for k in frequencies for f in (np.cos, np.sin)]
    basis = np.linalg.qr(np.stack(columns, axis=1))[0]
    keep = basis @ basis.T
    return np.einsum("ax,by,xyc->abc", keep, keep, logits)


@pytest.mark.parametrize(
    "plane",
    [
        wave(np.cos, 2, A) * wave(np.cos, 3, B),  # two key frequencies, but not one
        wave(np.sin, 3, A) * wave(np.cos, 2, B),
        wave(np.cos, 2, A - B),
        wave(np.sin, 3, A),
        wave(np.cos, 2, B),
    ],
)
def test_cross_frequency_terms_do_not_pass_though_an_outer_product_keeps_them(plane):
    logits = times_classes(plane)
    np.testing.assert_allclose(outer_product_mask(logits, KEYS), logits, atol=1e-4)
    np.testing.assert_allclose(modular_progress.wave_part(jnp.asarray(logits), KEYS), 0, atol=1e-4)
    np.testing.assert_allclose(
        modular_progress.excluded(jnp.asarray(logits), KEYS), logits, atol=1e-4
    )


@pytest.mark.parametrize("k", KEYS)
@pytest.mark.parametrize("f", [np.cos, np.sin])
def test_waves_of_the_sum_pass_whole(f, k):
    logits = times_classes(wave(f, k, A + B))
    np.testing.assert_allclose(
        modular_progress.wave_part(jnp.asarray(logits), KEYS), logits, atol=1e-4
    )


def test_waves_of_the_sum_at_other_frequencies_do_not_pass():
    logits = times_classes(wave(np.cos, 4, A + B))
    np.testing.assert_allclose(modular_progress.restricted(jnp.asarray(logits), KEYS), 0, atol=1e-4)


def test_the_constant_is_restricted_and_excluded_alike():
    logits = times_classes(np.ones((P, P)))
    for part in (modular_progress.restricted, modular_progress.excluded):
        np.testing.assert_allclose(part(jnp.asarray(logits), KEYS), logits, atol=1e-4)


@given(st.integers(0, 999), st.sets(st.integers(1, 5), min_size=1))
@settings(deadline=None, max_examples=20)
def test_the_wave_part_is_an_orthogonal_projection(seed, keys):
    keys = tuple(sorted(keys))
    logits = np.random.default_rng(seed).normal(size=(P, P, P)).astype(np.float32)
    part = np.asarray(modular_progress.wave_part(jnp.asarray(logits), keys))
    again = np.asarray(modular_progress.wave_part(jnp.asarray(part), keys))
    np.testing.assert_allclose(again, part, atol=1e-4)
    assert abs((part * (logits - part)).sum()) < 1e-3 * (part**2).sum()
    columns = [wave(f, k, A + B).ravel() for k in keys for f in (np.cos, np.sin)]
    basis = np.linalg.qr(np.stack(columns, axis=1))[0]
    reference = basis @ (basis.T @ logits.reshape(P * P, P).astype(np.float64))
    np.testing.assert_allclose(part.reshape(P * P, P), reference, atol=1e-4)


def test_a_network_of_waves_alone_does_the_task_restricted_and_cannot_excluded():
    trained = np.random.default_rng(0).random((toy.P, toy.P)) < 0.4
    found = modular_progress.measure(toy.model(), toy.FREQUENCIES, trained)
    chance = np.log(toy.P)
    assert found.train == pytest.approx(found.test, abs=1e-3)
    assert found.restricted == pytest.approx(found.train, rel=0.02)
    assert found.restricted < 0.01
    assert found.excluded > 0.9 * chance
    half = modular_progress.measure(toy.model(), toy.FREQUENCIES[:1], trained)
    assert half.restricted > found.restricted
    assert half.excluded < found.excluded


def test_what_was_memorised_stays_when_waves_are_taken_out():
    """Spikes at the right answers of training pairs: excluded stays low, restricted is chance."""
    rng = np.random.default_rng(1)
    trained = rng.random((toy.P, toy.P)) < 0.3
    table = np.zeros((toy.P, toy.P, toy.P), np.float32)
    a, b = np.nonzero(trained)
    table[a, b, (a + b) % toy.P] = 20.0
    model = toy.model()
    memory = type(model)(
        lambda t, x: t[x[:, 0], x[:, 1]], jnp.asarray(table), "memory", model.inputs
    )
    found = modular_progress.measure(memory, (2,), trained)
    assert found.train < 1e-6
    assert found.excluded < 1e-3
    assert found.test > 2
    assert found.restricted > 1


@pytest.mark.parametrize(
    ("trained", "match"),
    [
        (np.ones((toy.P, toy.P), bool), "some pairs are trained on and some are not, got 100%"),
        (np.zeros((toy.P, toy.P), bool), "got 0%"),
        (np.arange(6).reshape(2, 3) > 2, r"one entry for each pair \(p, p\), got shape \(2, 3\)"),
    ],
)
def test_masks_that_split_nothing_are_refused(trained, match, unchecked):
    with pytest.raises(ValueError, match=match):
        modular_progress.measure(toy.model(), (2,), trained)
