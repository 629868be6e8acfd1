import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from aann.vis import (
    Objective,
    away_from_grey,
    channel,
    cosine,
    direction,
    diversity,
    layer,
    logit,
    neuron,
    total_variation,
)
from aann.vis.features.objectives.objective import LOGITS, OPACITY, PICTURES

RNG = np.random.default_rng(0)
VALUES = {
    "conv": jnp.asarray(RNG.normal(size=(3, 4, 5, 6)).astype(np.float32)),
    LOGITS: jnp.asarray(RNG.normal(size=(3, 7)).astype(np.float32)),
}


def test_objectives_add_subtract_and_scale():
    a, b = channel("conv", 1), logit(2)
    mixed = 2 * a - b + 0.5
    expected = 2 * a.of(VALUES) - b.of(VALUES) + 0.5
    np.testing.assert_allclose(mixed.of(VALUES), expected, rtol=1e-6)
    assert mixed.sites == ("conv",)
    assert mixed.name == "2 conv:1 - logit 2 + 0.5"
    for given, by_hand, name in (
        (-a, -a.of(VALUES), "-conv:1"),
        (a - 1, a.of(VALUES) - 1, "conv:1 - 1"),
        (1 - a, 1 - a.of(VALUES), "-conv:1 + 1"),
        (1 + a, 1 + a.of(VALUES), "conv:1 + 1"),
        (a / 4, a.of(VALUES) / 4, "0.25 conv:1"),
        (b - (a + b), -a.of(VALUES), "logit 2 - (conv:1 + logit 2)"),
        (np.float32(2) * a, 2 * a.of(VALUES), "2 conv:1"),
    ):
        np.testing.assert_allclose(given.of(VALUES), by_hand, rtol=1e-5, atol=1e-6)
        assert given.name == name
    assert a.named("mine").name == "mine"


@pytest.mark.parametrize("other", ["1", None, True])
def test_nothing_else_adds_or_scales(other, unchecked):
    with pytest.raises(TypeError, match="an objective is added to a number or an objective, got"):
        channel("conv", 1) + other
    with pytest.raises(TypeError, match="an objective is multiplied with a number, got"):
        channel("conv", 1) * other


POSITIVE = {
    "conv": jnp.abs(VALUES["conv"]) + 0.5,
    LOGITS: VALUES[LOGITS],
    PICTURES: jnp.asarray(  # neighbours are far apart, where their difference has no corner
        0.2 + 0.5 * (np.indices((3, 4, 5, 3)).sum(0) % 2) + 0.1 * RNG.uniform(size=(3, 4, 5, 3)),
        jnp.float32,
    ),
    OPACITY: jnp.asarray(RNG.uniform(size=(3, 4, 5)).astype(np.float32)),
}


@pytest.mark.parametrize(
    "objective",
    [
        channel("conv", 1), neuron("conv", 2), direction("conv", np.arange(6)),
        direction("conv", np.arange(6), cosine_power=2.0), cosine("conv", np.arange(6)),
        layer("conv"), logit(1), diversity("conv"), total_variation(), away_from_grey(2),
    ],
    ids=lambda o: o.name,
)  # fmt: skip
def test_gradients_are_finite_differences(objective):
    site = next((s for s in (*objective.sites, PICTURES) if s in POSITIVE), LOGITS)
    site = LOGITS if objective.name.startswith("logit") else site

    def total(x):
        return objective.of({**POSITIVE, site: x}).sum()

    check_grads(jax.jit(total), (POSITIVE[site],), order=1, modes=("rev",), eps=1e-2, rtol=2e-2)


@pytest.mark.usefixtures("unchecked")
def test_sites_are_no_string():
    with pytest.raises(TypeError, match="sites are a tuple of names"):
        Objective("one", "conv", lambda v: v["conv"])
