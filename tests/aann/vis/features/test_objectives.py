import jax.numpy as jnp
import numpy as np
import pytest

from aann.vis.features import objectives
from aann.vis.features.objectives import LOGITS, as_objective, channel, direction, layer, neuron

RNG = np.random.default_rng(0)
VALUES = {
    "conv": jnp.asarray(RNG.normal(size=(3, 4, 5, 6)).astype(np.float32)),
    LOGITS: jnp.asarray(RNG.normal(size=(3, 7)).astype(np.float32)),
}


def test_numbers_of_pictures_are_those_by_hand():
    conv = np.asarray(VALUES["conv"])
    for objective, expected in (
        (channel("conv", 2), conv[..., 2].mean((1, 2))),
        (neuron("conv", 2), conv[:, 2, 2, 2]),
        (neuron("conv", 2, (0, 4)), conv[:, 0, 4, 2]),
        (direction("conv", np.arange(6)), (conv @ np.arange(6)).mean((1, 2))),
        (layer("conv"), np.square(conv).mean((1, 2, 3))),
        (objectives.logit(4), np.asarray(VALUES[LOGITS])[:, 4]),
    ):
        np.testing.assert_allclose(objective.of(VALUES), expected, rtol=1e-5, atol=1e-6)


def test_objectives_add_subtract_and_scale():
    a, b = channel("conv", 1), objectives.logit(2)
    mixed = 2 * a - b + 0.5
    expected = 2 * a.of(VALUES) - b.of(VALUES) + 0.5
    np.testing.assert_allclose(mixed.of(VALUES), expected, rtol=1e-6)
    assert mixed.sites == ("conv",)
    assert mixed.name == "2 (conv:1) + -1 (logit 2) + 0.5"
    np.testing.assert_allclose((-a).of(VALUES), -a.of(VALUES))
    np.testing.assert_allclose((a - 1).of(VALUES), a.of(VALUES) - 1)


def test_diversity_is_least_for_copies_and_nothing_for_one():
    conv = VALUES["conv"]
    many, copies, one = (
        np.asarray(objectives.diversity("conv").of({"conv": x}))
        for x in (conv, conv[jnp.zeros(3, int)], conv[:1])
    )
    np.testing.assert_allclose(copies, -1, rtol=1e-5)
    assert (many > -1).all()
    np.testing.assert_allclose(one, 0, atol=1e-6)
    flat = np.asarray(conv).reshape(3, -1, 6)
    grams = np.stack([x.T @ x for x in flat]).reshape(3, -1)
    unit = grams / np.linalg.norm(grams, axis=1, keepdims=True)
    by_hand = [-np.mean([unit[i] @ unit[j] for j in range(3) if j != i]) for i in range(3)]
    np.testing.assert_allclose(many, by_hand, rtol=1e-4)


def test_strings_say_channels_and_layers():
    assert as_objective("conv:3").name == "conv:3"
    np.testing.assert_allclose(as_objective("conv:3").of(VALUES), channel("conv", 3).of(VALUES))
    np.testing.assert_allclose(as_objective("conv").of(VALUES), layer("conv").of(VALUES))
    assert as_objective("blocks.0.attn:out").sites == ("blocks.0.attn:out",)
    with pytest.raises(TypeError, match="a string such as 'mixed3b:343', got int"):
        as_objective(3)


@pytest.mark.parametrize(
    ("objective", "match"),
    [
        (channel("conv", 6), "site 'conv' has units 0 to 5, got 6"),
        (neuron("conv", -1), "site 'conv' has units 0 to 5, got -1"),
        (neuron("conv", 0, (4, 0)), r"site 'conv' has positions \(4, 5\), got \(4, 0\)"),
        (neuron("conv", 0, (1,)), r"got \(1,\)"),
        (objectives.logit(7), "the model's output has units 0 to 6, got 7"),
        (direction("conv", np.ones(5)), r"has 6 channels, the vector has shape \(5,\)"),
    ],
)
def test_what_is_not_there_is_refused(objective, match):
    with pytest.raises(ValueError, match=match):
        objective.of(VALUES)
