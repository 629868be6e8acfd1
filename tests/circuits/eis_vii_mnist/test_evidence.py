import challenge_toy as toy
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.eis_vii_mnist import evidence, groups


def test_what_is_seen_adds_up():
    seen = toy.seen()
    together = seen.activations @ seen.weights + seen.bias
    np.testing.assert_allclose(together, seen.difference, atol=1e-4)
    np.testing.assert_allclose(
        seen.similarity, 0.255 * (seen.images[..., 0] * (2 * seen.clue - 1)).sum((1, 2)), atol=1e-3
    )


def test_a_group_that_is_taken_out_flips_its_own_side():
    found = evidence.ablations(
        toy.seen(), groups.Groups(toy.ONE, toy.INVERSE, toy.ALWAYS, toy.SILENT)
    )
    assert [(a.group, a.how) for a in found] == [
        ("one", "zero"), ("one", "least"), ("inverse", "zero"), ("inverse", "least"),
    ]  # fmt: skip
    assert found[0][2:] == found[1][2:]  # their least activation is zero
    assert (found[0].inverse, found[2].one) == (0, 0)
    assert min(found[0].one, found[2].inverse) > 0.4


def test_sides_without_pictures_have_no_share():
    dark = aann.design(aann.from_arrays("dark", np.zeros((12, 28, 28, 1), np.float32)))
    seen = evidence.look(toy.model(), dark, toy.clue())
    row = evidence.ablations(seen, groups.Groups(toy.ONE, toy.INVERSE, toy.ALWAYS, toy.SILENT))[0]
    assert (row.between, row.inverse) == (None, None)
    assert row.one is not None


def test_held_out_pictures_are_shown_and_not_fitted():
    _, heldout = toy.halves(40)
    with pytest.raises(TypeError, match="fitted on design pictures only, got HeldOut"):
        evidence.look(toy.model(), heldout, toy.clue())
    assert not isinstance(evidence.observe(toy.model(), heldout, toy.clue()), evidence.Evidence)


def test_all_that_is_wrong_is_said_at_once(unchecked):
    design, _ = toy.halves(40)
    flat = aann.Model(toy.apply, {}, "flat", jax.ShapeDtypeStruct((784,), jnp.float32))
    with pytest.raises(ValueError, match=r"'flat' has inputs \(784,\); the template has the shape"):
        evidence.look(flat, design, np.zeros((14, 14)))
    with pytest.raises(ValueError, match="from 0 to 255: divide grey values by 255"):
        evidence.look(toy.model(), design, 255 * toy.clue())
    with pytest.raises(ValueError, match=r"the template is in \[0, 1\]"):
        evidence.look(toy.model(), design, np.full((28, 28), np.nan))
