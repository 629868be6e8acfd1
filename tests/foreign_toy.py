"""The model of ``curve_toy`` as others would have it: another range, channels first, another grid.

And a network without a family: two convolutions with random weights.
"""

import dataclasses

import curve_toy
import jax
import jax.numpy as jnp
import numpy as np

import aann
from circuits.curves.inputs import Inputs

SHIFT = 5  # pixels of padding above and to the left, where the grid is another
SIZE = 115  # side of its pictures, no multiple of 8
CELLS = 13  # along each side; the first looks at pixel 10


def ranged(model, inputs):
    """The model for pictures of this range and layout."""
    rows, columns, channels = model.inputs.shape
    shape = (channels, rows, columns) if inputs.channels_first else model.inputs.shape

    def apply(params, x):
        return model.apply(params, (inputs.to_rows(x) - inputs.low) / inputs.unit)

    given = jax.ShapeDtypeStruct(shape, jnp.float32)
    return aann.Model(apply, model.params, "ranged", given)


def pictures(examples, inputs):
    """Examples in this range and layout."""

    def load(rows):
        x = inputs.low + examples.load(rows) * inputs.unit
        return np.asarray(inputs.from_rows(x), np.float32)

    return dataclasses.replace(examples, load=load)


def shifted(first=False):
    """The toy's curves on 13 x 13 cells under pictures of 115 x 115, channels first or last."""
    curves = curve_toy.replacement()
    axis = 1 if first else -1

    def apply(params, x):
        x = jnp.moveaxis(x, 1, -1) if first else x
        mean = x.mean((1, 2), keepdims=True)
        padded = jnp.pad(x - mean, ((0, 0), (SHIFT, 0), (SHIFT, 0), (0, 0))) + mean
        found = curves.compute(padded)
        bright = padded.mean(-1, keepdims=True)[:, 7::8, 7::8]
        cells = jnp.concatenate([found, bright], -1)[:, 1 : 1 + CELLS, 1 : 1 + CELLS]
        cells = aann.site("cells", jnp.moveaxis(cells * params, -1, axis))
        return jnp.moveaxis(cells, axis, -1).mean((1, 2)) / 30

    shape = (3, SIZE, SIZE) if first else (SIZE, SIZE, 3)
    given = jax.ShapeDtypeStruct(shape, jnp.float32)
    return aann.Model(apply, jnp.float32(1), "shifted", given)


def discs(n=24, seed=0, first=False):
    """Design pictures for ``shifted``."""
    return halves(n, seed, first)[0]


def halves(n=24, seed=0, first=False):
    """Design and held-out pictures for ``shifted``."""
    return tuple(_larger(half, first) for half in curve_toy.designs(n, seed))


def _larger(half, first):
    edges = ((0, 0), (0, SIZE - curve_toy.SIZE), (0, SIZE - curve_toy.SIZE), (0, 0))

    def load(rows):
        x = np.pad(half.load(rows), edges, mode="edge")
        return np.moveaxis(x, -1, 1) if first else x

    return dataclasses.replace(half, load=load)


def random(stride=8, seed=0, units=12):
    """A network of random weights: a site of convolutions under a rectifier."""
    rng = np.random.default_rng(seed)
    params = {
        "one": jnp.asarray(rng.normal(size=(7, 7, 3, 8)), jnp.float32) / 1e3,
        "two": jnp.asarray(rng.normal(size=(5, 5, 8, units)), jnp.float32) / 10,
    }

    def apply(params, x):
        x = x - 117
        for name, step in (("one", 2), ("two", stride // 2)):
            x = jax.nn.relu(
                jax.lax.conv_general_dilated(
                    x, params[name], (step, step), "SAME",
                    dimension_numbers=("NHWC", "HWIO", "NHWC"),
                )
            )  # fmt: skip
        return aann.site("cells", x).mean((1, 2))

    return aann.Model(apply, params, "random", curve_toy.model().inputs)


PIXELS = Inputs()
SCALED = Inputs(0.0, 1.0, channels_first=True)
