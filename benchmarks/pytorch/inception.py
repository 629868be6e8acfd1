"""InceptionV1 in PyTorch: its layers, and the model that is re-run with a hook at mixed3b."""

import time

import numpy as np
import torch

from benchmarks.inception_by_hand import Ops, prefix, suffix


def torch_ops(stored, layout) -> Ops:
    functional = torch.nn.functional
    weights = {name: torch.tensor(array) for name, array in stored.items()}
    kernels = {
        name: array.permute(0, 3, 1, 2).contiguous(memory_format=layout)
        for name, array in weights.items()
        if array.ndim == 4
    }

    def conv(name, x, stride):
        kernel = kernels[f"{name}_w"]
        edge = kernel.shape[-1] // 2
        if stride == 2:  # TensorFlow's SAME
            x, edge = functional.pad(x, (2, 3, 2, 3)), 0
        return functional.conv2d(x, kernel, weights[f"{name}_b"], stride, edge).relu_()

    def pool(x, stride):
        if stride == 2:
            return functional.max_pool2d(x, 3, 2, ceil_mode=True)
        return functional.max_pool2d(x, 3, 1, padding=1)

    def normalise(x):
        return functional.local_response_norm(x, 11, 1.1e-3, 0.5, 2.0)

    def head(x):
        kernel = weights["softmax2_w"][:, 0, 0]
        return functional.linear(x.mean((2, 3)), kernel, weights["softmax2_b"])

    return Ops(conv, pool, normalise, lambda ys: torch.cat(ys, 1), head)


class Hooked(torch.nn.Module):
    """The network with one place for a hook, mixed3b."""

    def __init__(self, stored, layout) -> None:
        super().__init__()
        self.ops, self.layout = torch_ops(stored, layout), layout
        self.mixed3b = torch.nn.Identity()

    def forward(self, pixels):
        """Logits of (batch, 3, height, width) pixels."""
        x = prefix(self.ops, pixels.contiguous(memory_format=self.layout) - 117.0)
        return suffix(self.ops, self.mixed3b(x))


def with_hooks(model, units, pixels, gains):
    """Logits (gain, image, class): the model re-run with brightness in place of units, hooked."""
    cells = torch.nn.functional.avg_pool2d(pixels.mean(1, keepdim=True), 8)
    results = []
    for gain in gains:

        def write(module, args, output, gain=gain):
            output = output.clone()
            output[:, list(units)] = gain * cells
            return output

        handle = model.mixed3b.register_forward_hook(write)
        results.append(model(pixels).numpy())
        handle.remove()
    return np.stack(results)


def faster_layout(stored, pixels):
    """The memory layout in which PyTorch runs the whole network faster."""
    taken = {}
    for layout in (torch.contiguous_format, torch.channels_last):
        model = Hooked(stored, layout)
        model(pixels)
        start = time.perf_counter()
        model(pixels)
        taken[layout] = time.perf_counter() - start
    return min(taken, key=lambda layout: taken[layout])
