"""Feature visualisation of InceptionV1's mixed3b in PyTorch, as Lucent does it.

Fourier coefficients in decorrelated colours, Lucid's padding, jitter, scale, turn and jitter, Adam
with learning rate 0.05. Lucent runs the whole network and reads the layer in a hook;
``whole=False`` stops at the layer, which its users cannot ask for.
"""

import numpy as np
import torch

from aann.vis.features.colours import COLOURS
from aann.vis.features.parametrisations import wavelengths
from benchmarks.inception_by_hand import prefix, suffix
from benchmarks.pytorch.inception import torch_ops

SCALES = (0.9, 0.94, 0.98, 1.0, 1.02, 1.06, 1.1)
DEGREES = (-10.0, -5.0, -2.0, 0.0, 2.0, 5.0, 10.0)


class Visualisation:
    """Pictures of one unit each, optimised together.

    Args:
        stored: the network's weights.
        units: of mixed3b, one a picture.
        free: (n, 2, channels, rows, columns // 2 + 1), where the coefficients start.
        size: rows and columns.
        layout: of kernels and activations in memory.
        whole: run the network to its end, as a hook does.
    """

    def __init__(self, stored, units, free, size, layout, whole):
        self.ops, self.units, self.size, self.whole = torch_ops(stored, layout), units, size, whole
        self.layout = layout
        self.free = torch.tensor(np.asarray(free), requires_grad=True)
        rows, columns = size
        scale = wavelengths(rows, columns) * (rows * columns) ** 0.5 / 4
        self.scale = torch.tensor(scale, dtype=torch.float32)
        self.colours = torch.tensor(COLOURS.T.copy())
        self.optimiser = torch.optim.Adam([self.free], lr=0.05)

    def pictures(self):
        """(n, 3, rows, columns) in [0, 1]."""
        scaled = self.free * self.scale
        planes = torch.fft.irfft2(torch.complex(scaled[:, 0], scaled[:, 1]), s=self.size)
        return torch.sigmoid(torch.einsum("nchw,cd->ndhw", planes, self.colours))

    def values(self, pictures):
        """(n,), the mean of each picture's unit."""
        functional = torch.nn.functional
        seen = functional.interpolate(pictures, (224, 224), mode="bilinear", align_corners=False)
        x = 255 * seen.contiguous(memory_format=self.layout) - 117.0
        middle = prefix(self.ops, x)
        if self.whole:
            with torch.no_grad():  # what comes after has no part in the objective's gradient
                suffix(self.ops, middle)
        return torch.stack([middle[i, u].mean() for i, u in enumerate(self.units)])

    def gradient(self):
        """Of minus the values of the pictures as they are."""
        (found,) = torch.autograd.grad(-self.values(self.pictures()).sum(), self.free)
        return found.numpy()

    def step(self):
        """One step on changed pictures."""
        self.optimiser.zero_grad()
        loss = -self.values(self._changed(self.pictures())).sum()
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def _changed(self, pictures):
        functional = torch.nn.functional
        padded = functional.pad(pictures, (12, 12, 12, 12), value=0.5)
        return _jitter(self._turned(_jitter(padded, 8)), 4)

    def _turned(self, pictures):
        scale = SCALES[torch.randint(len(SCALES), ())]
        angle = np.deg2rad(DEGREES[torch.randint(len(DEGREES), ())])
        cosine, sine = np.cos(angle) / scale, np.sin(angle) / scale
        matrix = torch.tensor([[cosine, sine, 0], [-sine, cosine, 0]], dtype=torch.float32)
        grid = torch.nn.functional.affine_grid(
            matrix.expand(len(pictures), 2, 3), list(pictures.shape), align_corners=False
        )
        return torch.nn.functional.grid_sample(
            pictures, grid, padding_mode="border", align_corners=False
        )


def _jitter(pictures, width):
    down, right = torch.randint(width + 1, (2,)).tolist()
    rows, columns = pictures.shape[2] - width, pictures.shape[3] - width
    return pictures[:, :, down : down + rows, right : right + columns]
