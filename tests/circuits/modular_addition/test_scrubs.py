import numpy as np
import pytest

import aann
import zoo
from circuits.modular_addition import fit, fourier
from circuits.modular_addition.evidence import observe
from circuits.modular_addition.scrubs import scrubs

pytestmark = pytest.mark.usefixtures("optimised")


def test_neurons_of_a_grokked_network_carry_the_sum_and_not_the_difference():
    model = zoo.load("modular_addition", "seed0")
    design, heldout = aann.split(zoo.data("modular_addition"))
    neurons = fit.neurons(observe(model, design), fourier.key_frequencies(model))
    frequency, units = neurons.constants["frequency"].value, np.asarray(neurons.units)
    clusters = {int(k): units[np.asarray(frequency) == k].tolist() for k in np.unique(frequency)}
    whole, by_frequency = scrubs(113, clusters)
    few = heldout.take(slice(1500))
    found = aann.scrub(model, [*whole.claimed, *whole.wrong], few, scrubs=1, draws=200)
    assert found.row("a + b").recovered["kl"].estimate > 0.99
    assert found.row("a + b").stand_ins["total"].alone < 0.01
    for wrong in ("a - b", "a + b, shuffled"):
        assert found.row(wrong).recovered["kl"].high < 0
    apart = aann.scrub(model, list(by_frequency.claimed), few, scrubs=1, draws=200).rows[0]
    assert len(apart.where) == len(clusters)
    assert apart.recovered["kl"].estimate > 0.99
