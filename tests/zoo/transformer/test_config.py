import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import erf

from zoo.transformer.config import ACTIVATIONS, TransformerConfig

GOOD = {
    "layers": 1,
    "heads": 2,
    "d_model": 4,
    "d_head": 3,
    "d_mlp": None,
    "d_vocab": 5,
    "d_vocab_out": 6,
    "context": 7,
}


def test_configs_are_values():
    assert TransformerConfig(**GOOD) == TransformerConfig(**GOOD)
    assert hash(TransformerConfig(**GOOD)) == hash(TransformerConfig(**GOOD))
    assert TransformerConfig(**GOOD) != TransformerConfig(**GOOD, causal=False)


def test_all_problems_are_listed():
    with pytest.raises(ValueError, match="this makes no transformer") as error:
        TransformerConfig(
            **GOOD | {"layers": 0, "d_head": -3}, biases=("mlp", "atn"), activation="tanh"
        )
    assert str(error.value).splitlines()[1:] == [
        "  layers is a whole number above 0, got 0",
        "  d_head is a whole number above 0, got -3",
        "  biases are out of ('attn', 'mlp', 'unembed'), got 'atn'",
        '  biases has "mlp" but there is no MLP: set d_mlp or leave it out',
        "  activation is 'relu' or 'gelu', got 'tanh'",
    ]


@pytest.mark.parametrize("name", [name for name in GOOD if name != "d_mlp"])
@pytest.mark.parametrize("value", [0, -1, 1.5, True, "2", None])
def test_sizes_are_whole_numbers_above_0(unchecked, name, value):
    with pytest.raises(ValueError, match=f"  {name} is a whole number above 0, got {value!r}"):
        TransformerConfig(**GOOD | {name: value})


def test_an_empty_mlp_is_refused():
    with pytest.raises(ValueError, match="  d_mlp is a whole number above 0, got 0"):
        TransformerConfig(**GOOD | {"d_mlp": 0})


def test_biases_as_a_string_are_refused(unchecked):
    with pytest.raises(ValueError, match=r"""biases is a tuple such as \("mlp",\), got 'attn'"""):
        TransformerConfig(**GOOD, biases="attn")


def test_gelu_is_the_exact_one():
    x = np.linspace(-4, 4, 101, dtype=np.float32)
    exact = x * (1 + erf(x / np.sqrt(2))) / 2
    np.testing.assert_allclose(ACTIVATIONS["gelu"](jnp.asarray(x)), exact, atol=1e-6)
    rough = jax.nn.gelu(jnp.asarray(x), approximate=True)
    assert np.abs(rough - exact).max() > 1e-4
