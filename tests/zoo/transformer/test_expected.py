import dataclasses

import flax
import jax
import jax.numpy as jnp
import pytest

from zoo.transformer.config import TransformerConfig
from zoo.transformer.model import Transformer, as_model, forward, shapes

FULL = TransformerConfig(
    layers=3, heads=2, d_model=8, d_head=4, d_mlp=12, d_vocab=7, d_vocab_out=7, context=5,
    biases=("attn", "mlp", "unembed"), layer_norm=True,
)  # fmt: skip
TOKENS = jnp.arange(10).reshape(2, 5) % 7


def params(config):
    return Transformer(config).init(jax.random.key(0), TOKENS)["params"]


@pytest.mark.parametrize(
    ("change", "left_over"),
    [
        ({"biases": ("mlp", "unembed")}, r"not expected: blocks_0.attn.b_K \(2, 4\)"),
        ({"biases": ()}, "not expected: unembed.b_U"),
        ({"layer_norm": False}, r"not expected: ln_final.w \(8,\)"),
        ({"layers": 2}, "not expected: blocks_2.mlp.W_in"),
        ({"d_mlp": None, "biases": ("attn", "unembed")}, "not expected: blocks_1.mlp.W_out"),
    ],
)
def test_what_a_configuration_does_not_name_is_refused_and_so_is_what_is_missing(change, left_over):
    config = dataclasses.replace(FULL, **change)
    for given, weights, message in (
        (config, params(FULL), left_over),
        (FULL, params(config), left_over.replace("not expected", "missing")),
    ):
        for make in (
            lambda c, p: as_model(c, p, "net"),
            lambda c, p: forward(c, p, TOKENS),
            jax.jit(lambda c, p: forward(c, p, TOKENS), static_argnums=0),
        ):
            with pytest.raises(ValueError, match=f"(?s)are not those of layers=.*{message}"):
                make(given, weights)


def test_all_that_differs_is_listed_as_far_as_it_is_readable():
    wider = dataclasses.replace(FULL, d_model=10)
    with pytest.raises(ValueError, match=r"41 problem\(s\)") as error:
        as_model(FULL, params(wider), "net")
    lines = str(error.value).splitlines()
    assert "blocks_0.attn.W_K: expected shape (2, 8, 4), found (2, 10, 4)" in str(error.value)
    assert (len(lines), lines[-1]) == (22, "  and 21 more")


def test_parameters_that_fit_are_taken_in_any_tree():
    frozen = flax.core.freeze(params(FULL))
    model = as_model(FULL, frozen, "net")
    assert (model(TOKENS) == forward(FULL, params(FULL), TOKENS)).all()
    assert jax.tree.map(lambda s: s.shape, shapes(FULL)) == jax.tree.map(jnp.shape, params(FULL))
