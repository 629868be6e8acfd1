import jax.numpy as jnp
import numpy as np
import pytest

from aann.vis import channel, cosine, direction, layer, logit, neuron
from aann.vis.features.objectives.objective import LOGITS

RNG = np.random.default_rng(0)
VALUES = {
    "conv": jnp.asarray(RNG.normal(size=(3, 4, 5, 6)).astype(np.float32)),
    LOGITS: jnp.asarray(RNG.normal(size=(3, 7)).astype(np.float32)),
}


def cosines(conv, to):
    return conv @ to / np.linalg.norm(conv, axis=-1) / np.linalg.norm(to)


def test_numbers_of_pictures_are_those_by_hand():
    conv = np.asarray(VALUES["conv"])
    for objective, expected in (
        (channel("conv", 2), conv[..., 2].mean((1, 2))),
        (neuron("conv", 2), conv[:, 2, 2, 2]),
        (neuron("conv", 2, (0, 4)), conv[:, 0, 4, 2]),
        (direction("conv", np.arange(6)), (conv @ np.arange(6)).mean((1, 2))),
        (direction("conv", np.arange(6), position=(1, 2)), conv[:, 1, 2] @ np.arange(6)),
        (cosine("conv", np.arange(6)), cosines(conv, np.arange(6)).mean((1, 2))),
        (
            direction("conv", np.arange(6), cosine_power=2.0),
            (conv @ np.arange(6) * np.maximum(cosines(conv, np.arange(6)), 0.1) ** 2).mean((1, 2)),
        ),
        (layer("conv"), np.square(conv).mean((1, 2, 3))),
        (logit(4), np.asarray(VALUES[LOGITS])[:, 4]),
    ):
        np.testing.assert_allclose(objective.of(VALUES), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("objective", "match"),
    [
        (channel("conv", 6), "site 'conv' has units 0 to 5, got 6"),
        (neuron("conv", -1), "site 'conv' has units 0 to 5, got -1"),
        (neuron("conv", 0, (4, 0)), r"site 'conv' has positions \(4, 5\), got \(4, 0\)"),
        (neuron("conv", 0, (1,)), r"got \(1,\)"),
        (logit(7), "the model's output has units 0 to 6, got 7"),
        (cosine("conv", np.ones(7)), r"has 6 channels, the vector has shape \(7,\)"),
        (direction("conv", np.ones(6), position=(9, 9)), r"positions \(4, 5\), got \(9, 9\)"),
        (direction("conv", np.ones(5)), r"has 6 channels, the vector has shape \(5,\)"),
    ],
)
def test_what_is_not_there_is_refused(objective, match):
    with pytest.raises(ValueError, match=match):
        objective.of(VALUES)


@pytest.mark.usefixtures("unchecked")
def test_vectors_and_positions_are_checked_when_they_are_given():
    with pytest.raises(ValueError, match="the vector has NaN or infinity"):
        direction("h", [1.0, np.nan])
    with pytest.raises(ValueError, match="the vector has NaN or infinity"):
        cosine("h", [1.0, np.inf])
    for wrong in (3, (1.5, 2)):
        with pytest.raises(TypeError, match="position is whole numbers along the axes"):
            neuron("h", 0, wrong)
