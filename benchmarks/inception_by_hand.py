"""InceptionV1 written down once, for sets of layers: plain XLA and the zoo's fast ones.

Made for benchmarks: independent of the model in ``zoo`` except for the layers that ``fast_layers``
times, without marks, and split by hand at mixed3b. Weights are read as stored, kernels (out,
height, width, in). ``benchmarks.pytorch.inception`` has the layers of PyTorch.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import h5py
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from zoo.files import assets
from zoo.inceptionv1 import layers, winograd

BRANCHES = (("1x1",), ("3x3_bottleneck", "3x3"), ("5x5_bottleneck", "5x5"))
LATE_BLOCKS = ("4a", "4b", "4c", "4d", "4e", None, "5a", "5b")  # None halves the map


class Ops(NamedTuple):
    """What the network is made of, in one framework."""

    conv: Callable[..., Any]  # layer's name, x, stride -> after ReLU
    pool: Callable[..., Any]  # x, stride
    normalise: Callable[..., Any]
    concat: Callable[..., Any]
    head: Callable[..., Any]


def prefix(ops: Ops, x):
    x = ops.normalise(ops.pool(ops.conv("conv2d0", x, 2), 2))
    x = ops.conv("conv2d2", ops.conv("conv2d1", x, 1), 1)
    x = ops.pool(ops.normalise(x), 2)
    return mixed(ops, "3b", mixed(ops, "3a", x))


def suffix(ops: Ops, x):
    x = ops.pool(x, 2)
    for block in LATE_BLOCKS:
        x = ops.pool(x, 2) if block is None else mixed(ops, block, x)
    return ops.head(x)


def mixed(ops: Ops, block: str, x):
    outputs = []
    for parts in BRANCHES:
        y = x
        for part in parts:
            y = ops.conv(f"mixed{block}_{part}", y, 1)
        outputs.append(y)
    outputs.append(ops.conv(f"mixed{block}_pool_reduce", ops.pool(x, 1), 1))
    return ops.concat(outputs)


def plain_xla(weights) -> Ops:
    def conv(name, x, stride):
        kernel = jnp.transpose(weights[f"{name}_w"], (1, 2, 3, 0))
        dims = ("NHWC", "HWIO", "NHWC")
        y = lax.conv_general_dilated(x, kernel, (stride, stride), "SAME", dimension_numbers=dims)
        return jax.nn.relu(y + weights[f"{name}_b"])

    def pool(x, stride):
        window, strides = (1, 3, 3, 1), (1, stride, stride, 1)
        return lax.reduce_window(x, -jnp.inf, lax.max, window, strides, "SAME")

    def normalise(x):
        window, ones = (1, 1, 1, 11), (1, 1, 1, 1)
        sums = lax.reduce_window(x**2, 0.0, lax.add, window, ones, "SAME")
        return x / (2.0 + 1e-4 * sums) ** 0.5

    return Ops(conv, pool, normalise, lambda ys: jnp.concatenate(ys, -1), jax_head(weights))


def fast_layers(weights) -> Ops:
    """``weights`` hold kernels as ``prepared`` gives them."""

    def conv(name, x, stride):
        kernel = weights[f"{name}_w"]
        if kernel.ndim == 2:
            y = x @ kernel
        elif kernel.ndim == 3:
            y = winograd.convolve(x, kernel)
        else:
            dims = ("NHWC", "HWIO", "NHWC")
            strides = (stride, stride)
            y = lax.conv_general_dilated(x, kernel, strides, "SAME", dimension_numbers=dims)
        return jax.nn.relu(y + weights[f"{name}_b"])

    def pool(x, stride):
        height, width = (layers.same_padding(x.shape[axis], 3, stride) for axis in (1, 2))
        return layers.max_pool(x, 3, stride, (height, width))

    def normalise(x):
        return layers.local_response_norm(x, 11, 1.1e-3, 2.0)

    return Ops(conv, pool, normalise, lambda ys: jnp.concatenate(ys, -1), jax_head(weights))


def jax_head(weights):
    def head(x):
        kernel = weights["softmax2_w"]
        kernel = kernel if kernel.ndim == 2 else kernel[:, 0, 0].T
        return jnp.mean(x, (1, 2)) @ kernel + weights["softmax2_b"]

    return head


def prepared(stored):
    """Kernels of the hand-written split, laid out once, outside of what is timed."""
    weights = {}
    for name, array in stored.items():
        kernel = jnp.moveaxis(jnp.asarray(array), 0, -1)
        if kernel.ndim == 4 and kernel.shape[0] == 1:
            kernel = kernel[0, 0]
        elif name.startswith(("mixed4", "mixed5")) and name.endswith("_3x3_w"):
            kernel = winograd.transform_kernel(kernel)
        weights[name] = kernel
    return weights


def read_weights():
    """Layer's file name -> array as stored, (out, height, width, in)."""
    stored = {}
    for path in assets.fetch("inceptionv1").values():
        if path.suffix == ".h5":
            with h5py.File(path) as file:
                stored[path.stem] = np.asarray(file[path.stem])
    return stored
