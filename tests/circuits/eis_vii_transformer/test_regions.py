import dataclasses

import jax.numpy as jnp
import numpy as np
import pairs_toy
import pytest

import aann
import zoo
from circuits.eis_vii_transformer import regions
from circuits.eis_vii_transformer.evidence import look
from zoo.eis_vii_transformer import planes

CURVES = (2.5e-5, 24.5, 132.5)


@pytest.fixture(scope="module")
def seen():
    """What a network would show that has random bits in the parts of three curves."""
    design, _ = aann.split(pairs_toy.pairs(every=1))
    found = look(pairs_toy.network(), design)
    steep, flat, total = (jnp.float32(x) for x in CURVES)
    part = np.asarray(regions.parts(jnp.asarray(found.tokens), steep, flat, total))
    bits = np.random.default_rng(0).integers(0, 2, (pairs_toy.P, regions.PARTS))
    return dataclasses.replace(found, lead=2.0 * bits[found.tokens[:, 0], part] - 1)


def test_curves_and_bits_are_found(seen):
    made = regions.fit(seen)
    found = [made.constants[n].value for n in ("steep", "flat", "total")]
    np.testing.assert_allclose(found, CURVES, rtol=0.03)
    logits = np.asarray(made.compute(jnp.asarray(seen.tokens)))
    wrong = ((logits[:, 1] > logits[:, 0]) != (seen.lead > 0)).sum()
    assert wrong <= 5
    assert np.unique(np.abs(logits)).size == 1  # as sure everywhere
    assert made.constants["lead"].value > 6


def test_a_bit_that_no_pair_shows_is_that_of_the_part_with_most_pairs():
    counts = np.zeros((pairs_toy.P, regions.PARTS, 2), int)
    counts[3, 0], counts[3, 2] = (1, 9), (4, 0)
    assert regions._bits(counts)[3] == 0b11111011


def test_the_secret_labels_are_bits_in_the_parts_of_three_curves(assets):
    """All but 2 of the 12,769 pairs have the label that most pairs of their A and part have."""
    ones = planes.plane("true").ravel() == 1
    assert regions._minority(pairs_toy.TOKENS, ones, CURVES) == 2


def test_bits_from_half_of_the_pairs_give_the_others(assets, optimised):
    design = zoo.data("eis_vii_transformer", split="design")
    seen = look(zoo.load("eis_vii_transformer"), design)
    made = regions.fit(seen)
    logits = np.asarray(made.compute(jnp.asarray(seen.tokens)))
    share = ((logits[:, 1] > logits[:, 0]) == (np.asarray(design.labels) == 1)).mean()
    assert share > 0.999
