"""Programs of planted networks are exact, and what is planted matters."""

import jax
import numpy as np
import pytest

import aann
from benchmarks.planted import networks

NETWORKS = networks.every(0)


@pytest.mark.parametrize("net", NETWORKS, ids=lambda net: net.name)
def test_the_program_is_what_the_units_compute(net):
    inputs = net.inputs(np.random.default_rng(1), 50)
    found = jax.jit(aann.capture(net.model, [networks.SITE]))(inputs)[1][networks.SITE]
    made = jax.jit(net.truth)(inputs, net.constants)
    np.testing.assert_allclose(np.asarray(found)[:, list(net.units)], made, rtol=1e-5, atol=1e-5)
    assert set(net.scales) <= set(net.constants)


@pytest.mark.parametrize("net", NETWORKS, ids=lambda net: net.name)
def test_labels_are_drawn_from_its_probabilities(net):
    design, heldout = net.examples(2_000, 0)
    assert not {*design.names} & {*heldout.names}
    logits = np.asarray(jax.jit(net.model)(design.load(range(len(design)))))
    chance = np.exp(jax.nn.log_softmax(logits))[np.arange(len(design)), design.labels]
    expected = float((np.exp(jax.nn.log_softmax(logits)) ** 2).sum(1).mean())
    assert abs(chance.mean() - expected) < 0.05


def test_superposed_units_are_mixtures_and_correlated_ones_alike():
    inputs = NETWORKS[0].inputs(np.random.default_rng(0), 400)
    apart, mixed, pairs = (
        np.abs(np.corrcoef(np.asarray(net.truth(inputs, net.constants)).T)) for net in NETWORKS[:3]
    )
    assert NETWORKS[1].constants["mixture"].shape == (8, 8)
    assert np.diagonal(pairs, 1)[::2].min() > np.diagonal(apart, 1)[::2].max()
    assert mixed.shape == (8, 8)


def test_the_seed_draws_another_network():
    one, other = (networks.edges(seed).constants["gain"] for seed in (0, 1))
    assert np.abs(one - other).min() > 0
