"""The network of the challenge: two convolutions and two dense layers on 28 x 28 grey pixels.

========= ================= =====================================================
site      shape of one      what it is
========= ================= =====================================================
conv1.pre (26, 26, 8)       3 x 3 convolution, before the ReLU; ``conv1`` after it
pool1     (13, 13, 8)       maximum over 2 x 2
conv2.pre (11, 11, 16)      3 x 3 convolution, before the ReLU; ``conv2`` after it
pool2     (5, 5, 16)        maximum over 2 x 2; the last row and column are left out
fc1.pre   (200,)            dense layer, before the ReLU; ``fc1`` after it
logits    (2,)              dense layer
========= ================= =====================================================

Nothing is padded. The published file is a PyTorch state dict, channels first; here channels come
last, and the first dense layer's weights are reordered to match.
"""

from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

import aann
from aann.shown.brief import listed
from zoo.checkpoints.torch_file import read_torch
from zoo.files import assets
from zoo.inceptionv1.layers import max_pool

VARIANTS: Final = ("published",)
SHAPES: Final = {
    "conv1.weight": (8, 1, 3, 3),
    "conv1.bias": (8,),
    "conv2.weight": (16, 8, 3, 3),
    "conv2.bias": (16,),
    "fc1.weight": (200, 400),
    "fc1.bias": (200,),
    "fc2.weight": (2, 200),
    "fc2.bias": (2,),
}
_FILE: Final = "mnist_model.pt"
_UNPADDED: Final = ((0, 0), (0, 0))
_CELLS: Final = (16, 5, 5)
"""Channels, rows and columns of ``pool2`` in the order in which PyTorch flattens them."""


def load(variant: str = "published") -> aann.Model:
    """The network: float32 pixels in [0, 1], (batch, 28, 28, 1), to logits (batch, 2).

    Args:
        variant: one of ``VARIANTS``.

    Raises:
        zoo.AssetError: the weights are neither here nor to be had, or are damaged.
        ValueError: the file does not hold this architecture.
    """
    assert variant in VARIANTS  # checked by zoo.load
    path = assets.fetch("eis_vii", [_FILE])[_FILE]
    return as_model(read_torch(path))


def as_model(state: Any) -> aann.Model:
    """A network of this architecture.

    Args:
        state: PyTorch's state dict: name -> array, as in ``SHAPES``; floating-point.

    Raises:
        ValueError: arrays are missing, left over, of another shape, or not floating-point and
            finite; all are listed.
    """
    _check(state)
    params = {
        "conv1": _convolution(state, "conv1"),
        "conv2": _convolution(state, "conv2"),
        "fc1": {
            "kernel": _flattened_last(state["fc1.weight"]),
            "bias": jnp.asarray(state["fc1.bias"], jnp.float32),
        },
        "fc2": {
            "kernel": jnp.asarray(state["fc2.weight"], jnp.float32).T,
            "bias": jnp.asarray(state["fc2.bias"], jnp.float32),
        },
    }
    example = jax.ShapeDtypeStruct((28, 28, 1), jnp.float32)
    return aann.Model(forward, params, name="eis_vii_mnist", inputs=example)


def forward(
    params: dict[str, dict[str, Array]], pixels: Float[Array, "batch 28 28 1"]
) -> Float[Array, "batch 2"]:
    """Logits of the two classes; see the module for its sites."""
    x = pixels
    for layer, pool in (("conv1", "pool1"), ("conv2", "pool2")):
        kernel, bias = params[layer]["kernel"], params[layer]["bias"]
        x = lax.conv_general_dilated(
            x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        x = aann.site(f"{layer}.pre", x + bias[None, None, None])
        x = aann.site(layer, jax.nn.relu(x))
        x = aann.site(pool, max_pool(x, 2, 2, _UNPADDED))
    x = x.reshape(len(x), -1)
    x = aann.site("fc1.pre", x @ params["fc1"]["kernel"] + params["fc1"]["bias"][None])
    x = aann.site("fc1", jax.nn.relu(x))
    return aann.site("logits", x @ params["fc2"]["kernel"] + params["fc2"]["bias"][None])


def _convolution(state: Any, layer: str) -> dict[str, Array]:
    kernel = jnp.asarray(state[f"{layer}.weight"], jnp.float32).transpose(2, 3, 1, 0)
    return {"kernel": kernel, "bias": jnp.asarray(state[f"{layer}.bias"], jnp.float32)}


def _flattened_last(weight: Any) -> Array:
    """(400, units) for cells flattened channels last, of PyTorch's (units, 400), channels first."""
    cells = jnp.asarray(weight, jnp.float32).reshape(-1, *_CELLS)
    return cells.transpose(2, 3, 1, 0).reshape(-1, len(weight))


def _check(state: Any) -> None:
    """Refuse another network's state dict.

    Raises:
        ValueError: see ``as_model``.
    """
    if not isinstance(state, dict):
        raise ValueError(f"a state dict maps names to arrays, got {type(state).__name__}")
    problems = [f"missing: {name} {shape}" for name, shape in SHAPES.items() if name not in state]
    for name, value in state.items():
        shape, dtype = np.shape(value), getattr(value, "dtype", None)
        if name not in SHAPES:
            problems.append(f"not expected: {str(name)[:60]!r}")
        elif shape != SHAPES[name]:
            problems.append(f"{name}: expected shape {SHAPES[name]}, found {shape}")
        elif dtype is None or not jnp.issubdtype(dtype, jnp.floating):
            problems.append(f"{name}: expected floating-point numbers, found {dtype}")
        elif not np.isfinite(np.asarray(value, np.float32)).all():
            problems.append(f"{name}: holds NaN or infinity")
    if problems:
        raise ValueError(
            f"these are not the weights of the EIS VII network: {len(problems)} problem(s)\n"
            + listed(problems)
        )
