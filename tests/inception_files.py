"""Files in the layout of ``inception5h.pth``, from a table of its layers of their own."""

import collections

import numpy as np
import torch_files

BLOCKS = {  # block: inputs, 1x1, 3x3 bottleneck, 3x3, 5x5 bottleneck, 5x5, pool reduction
    "mixed3a": (192, 64, 96, 128, 16, 32, 32),
    "mixed3b": (256, 128, 128, 192, 32, 96, 64),
    "mixed4a": (480, 192, 96, 204, 16, 48, 64),
    "mixed4b": (508, 160, 112, 224, 24, 64, 64),
    "mixed4c": (512, 128, 128, 256, 24, 64, 64),
    "mixed4d": (512, 112, 144, 288, 32, 64, 64),
    "mixed4e": (528, 256, 160, 320, 32, 128, 128),
    "mixed5a": (832, 256, 160, 320, 48, 128, 128),
    "mixed5b": (832, 384, 192, 384, 48, 128, 128),
}


def shapes():
    """Key -> shape, (out, in, height, width) for kernels."""
    convolutions = {"conv2d0": (64, 3, 7), "conv2d1": (64, 64, 1), "conv2d2": (192, 64, 3)}
    for name, (inputs, one, three_in, three, five_in, five, pool) in BLOCKS.items():
        convolutions[f"{name}_1x1"] = (one, inputs, 1)
        convolutions[f"{name}_3x3_bottleneck"] = (three_in, inputs, 1)
        convolutions[f"{name}_5x5_bottleneck"] = (five_in, inputs, 1)
        convolutions[f"{name}_pool_reduce"] = (pool, inputs, 1)
        convolutions[f"{name}_3x3"] = (three, three_in, 3)
        convolutions[f"{name}_5x5"] = (five, five_in, 5)
    found = {}
    for name, (out, inputs, side) in convolutions.items():
        found[f"{name}_pre_relu_conv.weight"] = (out, inputs, side, side)
        found[f"{name}_pre_relu_conv.bias"] = (out,)
    last = "softmax2_pre_activation_matmul"
    return {**found, f"{last}.weight": (1008, 1024), f"{last}.bias": (1008,)}


def content(arrays):
    """The file that holds these arrays."""
    tensors = (torch_files.tensor(str(i), array) for i, array in enumerate(arrays.values()))
    return torch_files.modern(collections.OrderedDict(zip(arrays, tensors)))


def hollow(shapes):
    """A small file whose tensors have these shapes: each is one number, expanded."""
    tensors = {
        key: torch_files.Tensor(
            torch_files.storage(str(i), np.ones(1, np.float32)), 0, shape, (0,) * len(shape)
        )
        for i, (key, shape) in enumerate(shapes.items())
    }
    return torch_files.modern(collections.OrderedDict(tensors))
