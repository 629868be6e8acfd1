"""What the programs find in the networks that ship with the project."""

import numpy as np
import pytest

import aann
import zoo
from circuits.modular_addition import evidence as modular_evidence
from circuits.modular_addition import fit as modular_fit
from circuits.modular_addition import fourier


@pytest.fixture(scope="module")
def population():
    return zoo.data("modular_addition")


def observed(variant, population):
    model = zoo.load("modular_addition", variant)
    return model, modular_evidence.observe(model, aann.split(population)[0])


def test_a_grokked_network_is_its_fourier_program(population):
    model, seen = observed("seed0", population)
    keys = fourier.key_frequencies(model)
    share = fourier.shares(fourier.neuron_to_logit(model.params))
    assert share[np.asarray(keys) - 1].sum() > 0.9
    program = modular_fit.network(seen, keys)
    found = aann.exhaustive(model, {"network": program}, population)["network"]
    assert found["kl"] > 0.999
    assert found["nll"] > 1  # more than everything
    assert len(modular_fit.neurons(seen, keys).units) > 256


def test_on_a_network_that_memorised_the_programs_fail(population):
    model, seen = observed("memorised", population)
    with pytest.raises(ValueError, match="'modular_addition:memorised' has no key frequencies"):
        fourier.key_frequencies(model)
    keys = fourier.strongest(fourier.shares(fourier.neuron_to_logit(model.params)), 5)
    for program in (modular_fit.network(seen, keys), modular_fit.mlp(seen, keys)):
        found = aann.exhaustive(model, {program.name: program}, population)[program.name]
        assert found["kl"] < 0.3, program.name
