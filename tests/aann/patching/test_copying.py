import jax
import jax.numpy as jnp
import numpy as np
import pytest
from attention import VOCAB, transformer
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.patching.copying import copying, ov_circuit, scores

ALL = np.arange(VOCAB)


def float64(tree):
    return jax.tree.map(lambda x: np.asarray(x, np.float64), tree)


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 99), st.integers(0, 1), st.booleans())
def test_the_circuit_is_the_product_of_the_matrices(seed, block, last):
    model = transformer(seed, last=last)
    p = float64(model.params)
    attn = p[f"blocks_{block}"]["attn"]
    for length in (1, 4):
        found = ov_circuit(model, block, ALL, length=length)
        for head in range(2):
            v = p["embed"]["W_E"] @ attn["W_V"][head] + attn["b_V"][head]
            expected = v @ attn["W_O"][head] @ p["unembed"]["W_U"]
            np.testing.assert_allclose(found[head], expected, rtol=1e-3, atol=1e-4)


def test_norms_are_those_of_the_model():
    model = transformer(layer_norm=True)
    p = float64(model.params)

    def norm(x, w, b):
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-5) * w + b

    attn, ln1 = p["blocks_1"]["attn"], p["blocks_1"]["ln1"]
    v = norm(p["embed"]["W_E"], **ln1) @ attn["W_V"][1] + attn["b_V"][1]
    expected = norm(v @ attn["W_O"][1], p["ln_final"]["w"], 0) @ p["unembed"]["W_U"]
    np.testing.assert_allclose(ov_circuit(model, 1, ALL)[1], expected, rtol=1e-3, atol=1e-4)


def test_a_head_that_copies_and_one_that_does_the_opposite():
    """The unembedding transposes the embedding; the heads are the identity and its negative."""
    config = {"d_model": 8, "d_head": 8, "layers": 1, "d_mlp": None, "biases": ()}
    model = transformer(**config)
    table = np.linalg.qr(np.random.default_rng(0).normal(size=(8, 8)))[0][:VOCAB]
    p = jax.tree.map(jnp.asarray, model.params)
    p["embed"]["W_E"], p["unembed"]["W_U"] = (jnp.asarray(x, jnp.float32) for x in (table, table.T))
    p["blocks_0"]["attn"]["W_V"] = jnp.stack([jnp.eye(8), jnp.eye(8)])
    p["blocks_0"]["attn"]["W_O"] = jnp.stack([jnp.eye(8), -jnp.eye(8)])
    found = copying(type(model)(model.apply, p, "copier", model.inputs), 0, ALL)
    for values in (found.rank, found.top):
        np.testing.assert_allclose(values, [1, 0], atol=1e-5)
    np.testing.assert_allclose(found.eigenvalue, [1, -1], atol=1e-4)


def test_random_circuits_are_near_chance():
    circuit = np.random.default_rng(1).normal(size=(200, 20, 20))
    found = scores(circuit, np.arange(20))
    assert abs(found.rank.mean() - 0.5) < 0.02
    assert abs(found.top.mean() - 1 / 20) < 0.02
    assert abs(found.eigenvalue.mean()) < 0.05


def test_ties_count_half():
    found = scores(np.zeros((1, 3, 5), np.float32), np.array([0, 2, 4]))
    np.testing.assert_allclose(found.rank, 0.5)
    np.testing.assert_allclose(found.eigenvalue, 0)


def test_bad_arguments_are_refused():
    model = transformer()
    with pytest.raises(ValueError, match=r"tokens are \(t,\) integers"):
        ov_circuit(model, 0, [[1, 2]])
    with pytest.raises(ValueError, match="no site 'blocks.5.resid_pre'"):
        ov_circuit(model, 5, [1, 2])
    with pytest.raises(ValueError, match="are all tokens in the vocabulary"):
        ov_circuit(model, 0, [1, 99])
    with pytest.raises(ValueError, match=r"pass different tokens in \[0, 7\)"):
        copying(model, 0, [1, 1])
