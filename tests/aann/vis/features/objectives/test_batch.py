import jax.numpy as jnp
import numpy as np
import pytest

from aann.vis import alignment, channel, difference, diversity, interpolation

RNG = np.random.default_rng(0)
CONV = jnp.asarray(RNG.normal(size=(3, 4, 5, 6)).astype(np.float32))


def test_diversity_is_least_for_copies_and_nothing_for_one():
    many, copies, one = (
        np.asarray(diversity("conv").of({"conv": x}))
        for x in (CONV, CONV[jnp.zeros(3, int)], CONV[:1])
    )
    np.testing.assert_allclose(copies, -1, rtol=1e-5)
    assert (many > -1).all()
    np.testing.assert_allclose(one, 0, atol=1e-6)
    flat = np.asarray(CONV).reshape(3, -1, 6)
    grams = np.stack([x.T @ x for x in flat]).reshape(3, -1)
    unit = grams / np.linalg.norm(grams, axis=1, keepdims=True)
    by_hand = [-np.mean([unit[i] @ unit[j] for j in range(3) if j != i]) for i in range(3)]
    np.testing.assert_allclose(many, by_hand, rtol=1e-4)


def test_alignment_counts_neighbours_most():
    conv = np.asarray(CONV)

    def apart(i, j):
        return np.square(conv[i] - conv[j]).mean()

    by_hand = [
        -(apart(0, 1) + apart(0, 2) / 2) / 2,
        -(apart(1, 0) + apart(1, 2)) / 2,
        -(apart(2, 1) + apart(2, 0) / 2) / 2,
    ]
    np.testing.assert_allclose(alignment("conv").of({"conv": CONV}), by_hand, rtol=1e-5)
    np.testing.assert_allclose(alignment("conv").of({"conv": CONV[:1]}), 0, atol=1e-6)


def test_interpolation_goes_from_one_objective_to_another():
    a, b = channel("conv", 1), channel("conv", 2)
    found = interpolation(a, b)
    first, last = np.asarray(a.of({"conv": CONV})), np.asarray(b.of({"conv": CONV}))
    middle = (first[1] + last[1]) / 2
    np.testing.assert_allclose(found.of({"conv": CONV}), [first[0], middle, last[2]], rtol=1e-5)
    assert (found.name, found.sites) == ("conv:1 to conv:2", ("conv",))


def test_difference_is_to_one_of_the_batch():
    conv = np.asarray(CONV)
    whole = difference("conv", 1).of({"conv": CONV})
    np.testing.assert_allclose(whole, np.abs(conv - conv[1]).mean((1, 2, 3)), rtol=1e-5)
    unit = difference("conv", 2, unit=3).of({"conv": CONV})
    np.testing.assert_allclose(unit, np.abs(conv - conv[2])[..., 3].mean((1, 2)), rtol=1e-5)
    with pytest.raises(ValueError, match="the batch has pictures 0 to 2, got to=3"):
        difference("conv", 3).of({"conv": CONV})
    with pytest.raises(ValueError, match="site 'conv' has units 0 to 5, got 6"):
        difference("conv", unit=6).of({"conv": CONV})
