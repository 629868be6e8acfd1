"""The weights of ``inception5h``, Distill's and Lucid's InceptionV1, from their PyTorch conversion.

``inception5h.pth`` is a state dict with the names that TensorFlow's graph had: a convolution
``mixed3b_5x5`` is ``mixed3b_5x5_pre_relu_conv.weight`` (out, in, height, width) and ``.bias``, the
last layer ``softmax2_pre_activation_matmul.weight`` (out, in). Main path only.

Sharp edge: written from the published description of the file, and tested on files made in its
layout. The published file itself was out of reach: it has never been read here.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np

from zoo.checkpoints import checkpoint

FILE: Final = "inception5h.pth"
_ENDING: Final = {"kernel": "weight", "bias": "bias"}


def parameters(path: Path, expected: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a Flax network from the conversion, all of them or none.

    Args:
        path: of the file of ``torch.save``.
        expected: layer -> ``kernel`` and ``bias`` with shape and dtype, as ``from_torch_dump``.

    Returns:
        Arrays on the default device, in the structure of ``expected``.

    Raises:
        ValueError: the file is no state dict, or keys or shapes differ; all are listed.
        OSError: the file cannot be read.
    """
    state = checkpoint.read_torch(path)
    if not isinstance(state, dict):
        raise ValueError(f"{path} holds a {type(state).__name__}, expected a state dict")
    wanted = {
        (layer, kind): leaf for layer, kinds in expected.items() for kind, leaf in kinds.items()
    }
    stored = {_key(*place): _stored_shape(*place, leaf.shape) for place, leaf in wanted.items()}
    checkpoint.check(state, stored, where=str(path))
    params: dict[str, Any] = {layer: {} for layer in expected}
    for (layer, kind), leaf in wanted.items():
        params[layer][kind] = _turned(state[_key(layer, kind)], leaf)
    return params


def _key(layer: str, kind: str) -> str:
    operation = "pre_activation_matmul" if layer == "softmax2" else "pre_relu_conv"
    return f"{layer}_{operation}.{_ENDING[kind]}"


def _stored_shape(layer: str, kind: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """What becomes (out,), (in, out), a 1x1 convolution but for softmax2, or (h, w, in, out)."""
    if kind == "bias":
        return shape
    if layer == "softmax2":
        return shape[::-1]
    height, width, channels, out = (1, 1, *shape)[-4:]
    return out, channels, height, width


def _turned(array: np.ndarray, leaf: jax.ShapeDtypeStruct) -> jax.Array:
    """(out, in, ...) with the axes at the front moved to the end: (..., in, out)."""
    turned = array.transpose(*range(2, array.ndim), 1, 0) if array.ndim > 1 else array
    return jnp.asarray(np.ascontiguousarray(turned).reshape(leaf.shape), leaf.dtype)
