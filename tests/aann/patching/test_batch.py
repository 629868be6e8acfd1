"""Inputs as people have them."""

import dataclasses

import attention
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.evaluation.answer import logit_difference
from aann.patching.batch import chunks, given
from aann.patching.copying import copying
from aann.patching.direct import direct_logit_attribution
from aann.patching.heads import head_scores
from aann.patching.lens import logit_lens
from aann.patching.patch import activation_patching
from aann.patching.path import path_patching, through

MODEL = attention.transformer(d_mlp=None)
TOKENS = np.asarray(attention.tokens(3))
METRIC = logit_difference([1, 2, 3], [4, 5, 6])
FREE = aann.Model(lambda p, x: x, {}, "free")
FLOATS = dataclasses.replace(FREE, inputs=jax.ShapeDtypeStruct((3,), jnp.float32))


class Tensor:
    """What a tensor of PyTorch looks like."""

    def __init__(self, array):
        self.array = array

    def detach(self):
        return self

    def cpu(self):
        return self

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.array, dtype)


FORMS = {
    "list": TOKENS.tolist(),
    "tuple": tuple(map(tuple, TOKENS.tolist())),
    "int64": TOKENS.astype(np.int64),
    "uint8": TOKENS.astype(np.uint8),
    "tensor": Tensor(TOKENS.astype(np.int64)),
    "list of arrays": list(TOKENS),
}


@pytest.mark.parametrize("form", ["list", "tuple", "int64", "uint8", "tensor"])
def test_tokens_may_be_lists_and_tensors(form):
    tokens = FORMS[form]
    other = np.asarray(attention.tokens(3, seed=5))
    expected = activation_patching(MODEL, TOKENS, other, "embed", METRIC, by=(1,))
    found = activation_patching(MODEL, tokens, other, "embed", METRIC, by=(1,))
    np.testing.assert_array_equal(found.changes["embed"], expected.changes["embed"])
    last = "blocks.1.resid_post"
    np.testing.assert_array_equal(
        logit_lens(MODEL, tokens, METRIC)[last], logit_lens(MODEL, TOKENS, METRIC)[last]
    )
    np.testing.assert_array_equal(
        direct_logit_attribution(MODEL, tokens, METRIC).total,
        direct_logit_attribution(MODEL, TOKENS, METRIC).total,
    )
    np.testing.assert_array_equal(
        head_scores(MODEL, tokens).table("previous"), head_scores(MODEL, TOKENS).table("previous")
    )
    np.testing.assert_array_equal(
        copying(MODEL, 0, Tensor(np.arange(7))).rank, copying(MODEL, 0, list(range(7))).rank
    )


def test_numbers_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="clean inputs have dtype int64 and numbers that int32"):
        activation_patching(MODEL, TOKENS.astype(np.int64) + 2**40, TOKENS, "embed", METRIC)
    with pytest.raises(ValueError, match="one array of numbers.*pad sequences to one length"):
        head_scores(MODEL, [[1, 2], [1]])
    with pytest.raises(ValueError, match="inputs are arrays of numbers.*got str"):
        logit_lens(MODEL, "To be or not to be")
    with pytest.raises(ValueError, match="takes .* inputs like .* dtype float64"):
        activation_patching(MODEL, TOKENS + 0.5, TOKENS + 0.5, "embed", METRIC)
    with pytest.raises(
        ValueError, match=r"float32 does not hold: cast them with .astype\('float32'"
    ):
        given(FLOATS, np.full((2, 3), 0.1))
    assert given(FREE, np.array([0.1, 2.0])).dtype == np.float64  # as everywhere in JAX


def test_trees_of_arrays_stay_what_they_are():
    tree = {"a": np.ones((2, 3), np.float32), "b": [jnp.zeros(2), np.zeros((2, 1), np.int32)]}
    found = given(FREE, tree)
    assert jax.tree.structure(found) == jax.tree.structure(tree)
    assert given(FREE, [[1.5, 2.0], [3.0, 4.0]]).shape == (2, 2)


def test_chunks_pad_with_row_zero():
    assert [(list(rows), n) for rows, n in chunks(5, 2)] == [([0, 1], 2), ([2, 3], 2), ([4, 0], 1)]


def test_one_sender_at_a_time(unchecked):
    senders = ["blocks.0.attn.z", "embed"]
    for call in (
        lambda: path_patching(MODEL, TOKENS, TOKENS, senders, "blocks.1.attn.k", METRIC),
        lambda: through(MODEL, senders, "blocks.1.attn.k"),
    ):
        with pytest.raises(ValueError, match="sender is the name of one site, got list: call"):
            call()
