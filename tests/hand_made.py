"""Transformers of the zoo's architecture whose weights are written by hand, to do one thing."""

import jax
import jax.numpy as jnp
import numpy as np

import aann
from zoo.train.induction import sequences
from zoo.transformer.config import TransformerConfig
from zoo.transformer.model import as_model

VOCABULARY, CONTEXT = 16, 12
PREVIOUS, PREFIX, GAIN = 7.0, 6.0, 12.0
PREVIOUS_HEAD, INDUCTION_HEAD = 1, 0

NUMBERS, K, SLOPE, COPY = 8, 3, 2.5, 20.0


def _config(**sizes):
    return TransformerConfig(**{"d_mlp": None, **sizes})


def induction(previous=PREVIOUS, prefix=PREFIX, gain=GAIN, name="toy"):
    """A head of block 0 attends to the previous token, one of block 1 to what followed; no more.

    The residual stream holds the token, the position, the previous token and the answer, one-hot
    each. The other head of each block attends evenly and writes nothing.
    """
    v, p = VOCABULARY, CONTEXT
    token, place, before, answer = np.split(np.arange(3 * v + p), (v, v + p, 2 * v + p))
    width, head = 3 * v + p, max(v, p)
    config = _config(
        layers=2, heads=2, d_model=width, d_head=head, d_vocab=v, d_vocab_out=v, context=p
    )
    zero = np.zeros((2, 2, width, head))
    q, k, value = zero.copy(), zero.copy(), zero.copy()
    out = np.zeros((2, 2, head, width))
    one, two = (0, PREVIOUS_HEAD), (1, INDUCTION_HEAD)
    # Head 1 of block 0: the query at p asks for the key p - 1.
    q[one][place, :p] = np.eye(p, k=-1) * previous * np.sqrt(head)
    k[one][place, :p] = np.eye(p)
    value[one][token, :v], out[one][:v, before] = np.eye(v), np.eye(v)
    # Head 0 of block 1: the query's token asks for keys whose previous token it is.
    q[two][token, :v] = np.eye(v) * prefix * np.sqrt(head)
    k[two][before, :v] = np.eye(v)
    k[two][place[0], :v] = -9  # the first position has no previous token and attends to itself
    value[two][token, :v], out[two][:v, answer] = np.eye(v), gain * np.eye(v)
    params = {
        "embed": {"W_E": np.eye(v, width)},
        "pos_embed": {"W_pos": np.eye(p, width, k=v)},
        "unembed": {"W_U": np.eye(width)[:, answer]},
        **{
            f"blocks_{i}": {"attn": {"W_Q": q[i], "W_K": k[i], "W_V": value[i], "W_O": out[i]}}
            for i in range(2)
        },
    }
    return as_model(config, _arrays(params), name)


def repeats(n=64, seed=0):
    """Sequences with a repeated block for the model above, as examples."""
    tokens, labels = sequences(jax.random.key(seed), n, VOCABULARY, CONTEXT)
    return aann.from_arrays("repeats", np.asarray(tokens), np.asarray(labels))


def largest(slope=SLOPE, copy=COPY, name="toy"):
    """One head whose attention grows with the value of a token, and which copies it; no more."""
    v = NUMBERS
    width, head = v + 2, v
    config = _config(
        layers=1, heads=1, d_model=width, d_head=head, d_vocab=v, d_vocab_out=v, context=K,
        last=True,
    )  # fmt: skip
    embed = np.eye(v, width)
    embed[:, v] = np.arange(v)
    places = np.zeros((K, width))
    places[:, v + 1] = 1
    q, k, value = (np.zeros((1, width, head)) for _ in range(3))
    q[0, v + 1, 0], k[0, v, 0] = slope * np.sqrt(head), 1
    value[0, :v] = np.eye(v)
    params = {
        "embed": {"W_E": embed},
        "pos_embed": {"W_pos": places},
        "unembed": {"W_U": np.eye(width, v)},
        "blocks_0": {
            "attn": {"W_Q": q, "W_K": k, "W_V": value, "W_O": copy * np.eye(head, width)[None]}
        },
    }
    return as_model(config, _arrays(params), name)


def numbers(n=None, seed=0):
    """All sequences for the model above, or ``n`` of them, as examples."""
    tokens = np.stack(np.unravel_index(np.arange(NUMBERS**K), (NUMBERS,) * K), 1).astype(np.int32)
    if n is not None:
        tokens = np.random.default_rng(seed).permutation(tokens)[:n]
    return aann.from_arrays("numbers", tokens, tokens.max(1))


def _arrays(params):
    return jax.tree.map(lambda x: jnp.asarray(x, jnp.float32), params)
