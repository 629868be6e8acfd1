"""What was observed of a program, without a network: any natural and artificial values."""

import numpy as np

import aann
from aann.residuals.observed import Observed


def whatever(x, c):
    """A program that is never called."""
    return x


def inputs(n, kind="vectors"):
    rng = np.random.default_rng(3)
    if kind == "tokens":
        return rng.integers(0, 50, (n, 8)).astype(np.int32)
    return rng.normal(size=(n, 12, 12, 3) if kind == "pictures" else (n, 2)).astype(np.float32)


def observed(
    natural, artificial, *, units=None, present=None, coordinates=0, groups=None, kind="vectors",
    half=aann.design, name="ours", positions=None,
):  # fmt: skip
    """Values (n, *places, *coordinates, units), of examples of a kind."""
    natural, artificial = np.asarray(natural, np.float32), np.asarray(artificial, np.float32)
    units = range(natural.shape[-1]) if units is None else units
    replacement = aann.make(
        whatever,
        model="toy",
        site="m",
        units=tuple(units),
        reads=("input",),
        name=name,
        positions=positions,
    )
    examples = half(aann.from_arrays("made", inputs(len(natural), kind), groups=groups))
    return Observed(replacement, natural, artificial, present, coordinates, examples)


def smooth(n=40, side=12, units=3, seed=0):
    """Maps of a ReLU: blobs at single places of silence."""
    from scipy.ndimage import gaussian_filter

    noise = np.random.default_rng(seed).normal(size=(n, side, side, units))
    return np.maximum(4 * gaussian_filter(noise, (0, 1, 1, 0)), 0)
