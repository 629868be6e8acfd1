"""The network of the challenge: one layer, eight heads, an MLP of 1,024 ReLU, two outputs.

Tokens (A, B, 113), read at the last position; the sites are those of ``zoo.transformer.model``.

Variants:

* ``seed0``, ``seed1``: trained here on the half that the published network was trained on
  (``zoo/train/eis_vii_transformer.py``).
* ``published``: the challenge's own weights, ``transformer_model.pt``, which the user downloads and
  puts beside the other files of ``eis_vii`` (``zoo.files.assets``). No checksum is known. Its
  classes are: what gives others than the published ones is refused.

Sharp edges: ``published`` is **untested against the published file**, which was out of reach; the
reader is tested on files made in its layout, that of the grokking checkpoints. That file has an
output for every token. The answer is always 0 or 1, and only these two are kept, as in the
published analysis; cross-entropy is over the two.
"""

from pathlib import Path
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np

import aann
from zoo import modular_addition
from zoo.eis_vii_transformer import planes
from zoo.eis_vii_transformer.halves import P
from zoo.files import assets
from zoo.transformer.config import TransformerConfig
from zoo.transformer.model import as_model
from zoo.transformer.weights import load_shipped
from zoo.transformer.weights import published as read_published

VARIANTS: Final = ("seed0", "seed1", "published")
FILE: Final = "transformer_model.pt"
CONFIG: Final = TransformerConfig(
    layers=1,
    heads=8,
    d_model=128,
    d_head=16,
    d_mlp=1024,
    d_vocab=P + 1,
    d_vocab_out=2,
    context=3,
    biases=("mlp",),
    last=True,
)
ROUNDING: Final = 12
"""Of 12,769 pairs those that may come out otherwise than published: 0.1%, at the boundary."""
_BATCH: Final = P * 10


def load(variant: str = "seed0") -> aann.Model:
    """The network: int32 tokens (batch, 3) to logits (batch, 2).

    Args:
        variant: one of ``VARIANTS``.

    Raises:
        zoo.AssetError: the published weights, or the labels to check them by, are not to be had.
        ValueError: the file does not hold this architecture, or not the published network.
    """
    name = "eis_vii_transformer"
    name = name if variant == VARIANTS[0] else f"{name}:{variant}"
    if variant != "published":
        return load_shipped("eis_vii_transformer", variant, name)
    path = assets.unchecked("eis_vii", FILE, 'zoo.load("eis_vii_transformer", "seed0")')
    return from_published(path, planes.plane("published"), name)


def from_published(path: Path, classes: np.ndarray, name: str) -> aann.Model:
    """The network in a checkpoint of the published layout.

    Args:
        path: of a file of ``torch.save``, whose ``model`` is the state dict; ``unembed.W_U``
            has two columns or more.
        classes: that it gives, (113, 113).
        name: what the model is called.

    Raises:
        ValueError: keys or shapes differ, or its classes do; all keys and shapes are listed.
        OSError: the file cannot be read.
    """
    model = as_model(CONFIG, read_published(path, CONFIG, dropped=None), name)
    other = int((classes_of(model) != classes).sum())
    if other > ROUNDING:
        raise ValueError(
            f"{path} has the shapes of the EIS VII transformer, but gives {other:,} of "
            f"{classes.size:,} pairs another class than the published network, expected at most "
            f"{ROUNDING}: it holds another network. Download it again"
        )
    return model


def classes_of(model: aann.Model) -> np.ndarray:
    """The class that a network gives each A (rows) and B, (113, 113), int32."""
    tokens = modular_addition.pairs()
    run: Any = jax.jit(model.apply)
    logits = [
        np.asarray(run(model.params, jnp.asarray(tokens[i : i + _BATCH])))
        for i in range(0, len(tokens), _BATCH)
    ]
    classes: np.ndarray = np.concatenate(logits).argmax(axis=1).reshape(P, P).astype(np.int32)
    return classes
