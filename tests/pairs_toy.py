"""A hand-made network of pairs: two sums of look-ups, of which the MLP takes the least."""

import jax.numpy as jnp
import numpy as np

import aann
from zoo import modular_addition
from zoo.transformer.config import TransformerConfig
from zoo.transformer.model import as_model

P, GAIN = 113, 6.0
TOKENS = modular_addition.pairs()
B = np.arange(P) / (P - 1)
FIRST = np.random.default_rng(0).uniform(-1, 1, (2, P))
SECOND = np.stack([1.2 - 1.6 * B, 1.6 * B - 0.4])
"""Look-ups of A, and of B with the thresholds; class 1 is about two fifths."""


def network(sharp=40.0, name="toy"):
    """Head 0 reads A and head 1 reads B, each two numbers, which the residual stream adds up."""
    a, b, sums, place, answer = np.split(np.arange(10), (2, 4, 6, 9))
    q, k, value = (np.zeros((2, 10, 3)) for _ in "qkv")
    out = np.zeros((2, 3, 10))
    for head, own in enumerate((a, b)):
        q[head, place[2], 0], k[head, place[head], 0] = sharp * np.sqrt(3), 1
        value[head, own, (0, 1)] = 1
        out[head, (0, 1), sums] = 1
    embed = np.zeros((P + 1, 10))
    embed[:P, :4] = np.concatenate([FIRST, SECOND]).T
    read, write, classes = np.zeros((10, 1)), np.zeros((1, 10)), np.zeros((10, 2))
    read[sums, 0] = 1, -1  # min(u, v) = u - relu(u - v)
    write[0, answer] = -1
    classes[sums[0]] = classes[answer] = -GAIN / 2, GAIN / 2
    config = TransformerConfig(
        layers=1, heads=2, d_model=10, d_head=3, d_mlp=1, d_vocab=P + 1, d_vocab_out=2, context=3,
        last=True,
    )  # fmt: skip
    params = {
        "embed": {"W_E": embed},
        "pos_embed": {"W_pos": np.eye(3, 10, k=6)},
        "blocks_0": {
            "attn": {"W_Q": q, "W_K": k, "W_V": value, "W_O": out},
            "mlp": {"W_in": read, "W_out": write},
        },
        "unembed": {"W_U": classes},
    }
    arrays = {
        part: {n: _float32(x) for n, x in weights.items()} for part, weights in params.items()
    }
    return as_model(config, arrays, name)


def _float32(x):
    if isinstance(x, dict):
        return {n: _float32(y) for n, y in x.items()}
    return jnp.asarray(x, jnp.float32)


def sums(tokens=TOKENS):
    """Both sums of each pair, (2, n)."""
    return FIRST[:, tokens[:, 0]] + SECOND[:, tokens[:, 1]]


def pairs(every=3):
    """Some of all pairs as examples, with the label of the network above."""
    tokens = TOKENS[::every]
    labels = (sums(tokens).min(0) > 0).astype(np.int32)
    return aann.from_arrays("pairs", tokens, labels, [f"{a:03d},{b:03d}" for a, b, _ in tokens])
