"""The programs as ``circuits.modular_addition.fit`` makes them of what
``circuits.modular_addition.evidence`` has seen, beside ``circuits.modular_addition.controls``.
"""

import jax
import jax.numpy as jnp
import modular_toy as toy
import numpy as np
import pytest

import aann
from aann.counting import complexity
from circuits.modular_addition import controls as modular_controls
from circuits.modular_addition import evidence as modular_evidence
from circuits.modular_addition import fit as modular_fit
from circuits.modular_addition import fourier


@pytest.fixture(scope="module")
def model():
    return toy.model()


@pytest.fixture(scope="module")
def design():
    return aann.split(toy.examples())[0]


@pytest.fixture(scope="module")
def seen(model, design):
    return modular_evidence.observe(model, design)


@pytest.fixture(scope="module")
def programs(seen, model):
    keys = fourier.key_frequencies(model)
    explained = modular_fit.neurons(seen, keys)
    return {
        p.name: p
        for p in (
            explained,
            modular_fit.rectified(seen, explained),
            modular_fit.mlp(seen, keys),
            modular_fit.mlp_plane(seen, keys),
            modular_fit.attention(seen, keys),
            modular_fit.mean_attention(seen),
            modular_fit.blended_attention(seen, keys),
            modular_fit.network(seen, keys),
        )
    }


def natural(model, program):
    """What the network has on all pairs where the program writes, and what the program says."""
    tokens = jnp.asarray(toy.examples().load(range(toy.P**2)))
    value = aann.capture(model, [program.site])(tokens)[1][program.site]
    return np.asarray(program.pick(value)), np.asarray(program.compute(tokens))


def test_only_the_neurons_of_one_frequency_are_explained(programs):
    units = set(programs["neurons"].units)
    assert set(range(4)) <= units  # the polynomials
    assert not units & {6, 7}  # the noise
    frequency = np.asarray(programs["neurons"].constants["frequency"].value)
    assert frequency[:4].tolist() == [2, 5, 2, 5]


def test_neurons_are_their_polynomials(model, programs):
    mine, theirs = natural(model, programs["neurons"])
    np.testing.assert_allclose(theirs[..., :4], mine[..., :4], atol=0.02)


def test_rectified_waves_are_found_as_such(model, programs, seen):
    keys = fourier.key_frequencies(model)
    everything = modular_fit.neurons(seen, keys, least=None)
    assert everything.units == tuple(range(8))
    mine, theirs = natural(model, modular_fit.rectified(seen, everything))
    np.testing.assert_allclose(theirs[..., 4:6], mine[..., 4:6], atol=0.15)  # two digits of 3
    poly = natural(model, everything)[1]
    wrong = np.abs(poly - mine)[..., 4:6].max()
    assert wrong > 3 * np.abs(theirs - mine)[..., 4:6].max()


@pytest.mark.parametrize("name", ["mlp", "mlp plane", "blended attention"])
def test_the_other_parts_are_what_the_toy_is_made_of(model, programs, name):
    mine, theirs = natural(model, programs[name])
    assert mine.shape == theirs.shape
    np.testing.assert_allclose(theirs, mine, atol=0.06 * np.abs(mine).max())  # two digits


def test_each_head_gets_its_own_frequency(programs):
    found = np.asarray(programs["attention"].constants["frequency"].value)
    assert found.tolist() == [k for k, *_ in toy.HEADS]


def test_patterns_are_shares(model, programs):
    for name in ("attention", "mean attention", "blended attention"):
        mine, theirs = natural(model, programs[name])
        np.testing.assert_allclose(theirs.sum(-1), 1, atol=1e-5)
        assert np.abs(theirs - mine).mean() < 0.15


def test_amplitudes_are_those_of_the_logits(programs):
    constants = programs["network"].constants
    size = dict(zip(constants["frequency"].value, constants["amplitude"].value))
    # Neurons stand at amplitude 1, W_out doubles them and W_U has half of AMPLITUDES.
    assert size == pytest.approx(dict(zip(toy.FREQUENCIES, toy.AMPLITUDES)), rel=0.01)


def test_programs_recover_everything_and_controls_do_not(model, programs):
    population = toy.examples()
    for name in ("neurons", "mlp plane", "network"):
        right = programs[name]
        rows = {
            "right": right,
            "difference": modular_controls.difference(right, toy.P),
            "one more": modular_controls.one_more(right, toy.P),
        }
        found = aann.exhaustive(model, rows, population)
        assert found["right"]["kl"] > 0.99, name
        assert found["right"]["nll"] > 0.99, name
        assert found["difference"]["kl"] < 0.7, name
        assert found["one more"]["kl"] < 0.7, name


def test_the_network_program_recovers_more_than_everything_from_noisy_logits(model, programs):
    noise = jax.random.normal(jax.random.key(0), (toy.P, toy.P, toy.P))

    def apply(params, tokens):
        logits = toy.model().apply(params, tokens)
        return aann.site("noisy", logits + 2.0 * noise[tokens[:, 0], tokens[:, 1]])

    noisy = aann.Model(apply, model.params, "toy", model.inputs)
    found = aann.exhaustive(noisy, {"network": at_site(programs["network"], "noisy")},
                            toy.examples())  # fmt: skip
    assert found["network"]["nll"] > 1.01
    assert found["network"]["kl"] < 0.99


def at_site(program, site):
    return aann.make(
        program.program, model="toy", site=site, units=program.units,
        constants=program.constants, name=program.name,
    )  # fmt: skip


def test_other_frequencies_are_ones_that_the_network_does_not_use(model, programs):
    wrong = modular_controls.other_frequencies(programs["neurons"], model)
    old, new = (np.asarray(r.constants["frequency"].value) for r in (programs["neurons"], wrong))
    assert not set(new.tolist()) & set(toy.FREQUENCIES)
    assert len(set(new.tolist())) == len(set(old.tolist()))
    assert wrong.constants["coefficients"] is programs["neurons"].constants["coefficients"]


def test_constants_are_all_that_a_program_knows(programs, model):
    reads = [model.batch(1)]
    counts = {n: complexity.measure(p, reads).constants for n, p in programs.items()}
    neurons, k = len(programs["neurons"].units), len(toy.FREQUENCIES)
    assert counts["neurons"] == 10 * neurons + 1
    assert counts["neurons, rectified waves"] == 4 * neurons + 1
    assert counts["mlp"] == (2 * k + 1) * toy.WIDTH + k + 1
    assert counts["mlp plane"] == 2 * k + 1 + 2 * k * toy.WIDTH  # with its directions
    assert counts["mean attention"] == 2 * 2
    assert counts["network"] == 2 * k + 1


def test_constants_say_where_they_come_from(programs):
    for program in programs.values():
        assert {c.origin for c in program.constants.values()} <= {"fitted", "derived"}
        assert all(c.note for c in program.constants.values())
        assert program.claim.endswith(".")


def test_neurons_that_nothing_explains_are_said_so(design):
    model = toy.model()
    noise = jax.random.uniform(jax.random.key(1), (toy.P, toy.P, 2))
    blind = {**model.params, "noise": noise}
    seen = modular_evidence.observe(aann.Model(model.apply, blind, "toy", model.inputs), design)
    seen.values["blocks.0.mlp.post"][..., :6] = 0.0
    match = r"of 8 neurons of 'toy' none has 85% of its variance explained by one of the "
    with pytest.raises(ValueError, match=match):
        modular_fit.neurons(seen, (2, 5))


def test_heldout_pairs_are_refused(model, unchecked):
    _, heldout = aann.split(toy.examples())
    with pytest.raises(TypeError, match="fitted on design pairs only, got HeldOut"):
        modular_evidence.observe(model, heldout)


def test_programs_with_most_frequencies_have_no_others(seen, model):
    crowded = modular_fit.network(seen, (1, 2, 3, 4, 5))
    with pytest.raises(ValueError, match="'network' uses 5 of 8 frequencies"):
        modular_controls.other_frequencies(crowded, model)
