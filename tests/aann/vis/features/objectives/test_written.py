import jax.numpy as jnp
import numpy as np
import pytest

from aann.vis import channel, layer, logit
from aann.vis.features.objectives.objective import LOGITS
from aann.vis.features.objectives.written import as_objective

RNG = np.random.default_rng(0)
VALUES = {
    "conv": jnp.asarray(RNG.normal(size=(3, 4, 5, 6)).astype(np.float32)),
    LOGITS: jnp.asarray(RNG.normal(size=(3, 7)).astype(np.float32)),
}


@pytest.mark.parametrize(
    ("written", "meant"),
    [("conv:3", channel("conv", 3)), ("conv", layer("conv")), ("logits:5", logit(5))],
    ids=["channel", "layer", "logit"],
)
def test_strings_say_channels_layers_and_logits(written, meant):
    found = as_objective(written)
    assert (found.name, found.sites) == (meant.name, meant.sites)
    np.testing.assert_array_equal(found.of(VALUES), meant.of(VALUES))


def test_a_name_with_a_colon_is_a_layer():
    assert as_objective("blocks.0.attn:out").sites == ("blocks.0.attn:out",)
    assert as_objective(layer("conv")).name == "conv"


def test_nothing_else_is_an_objective():
    with pytest.raises(TypeError, match="a string such as 'mixed3b:343', got int"):
        as_objective(3)
