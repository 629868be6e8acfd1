"""A small image model that computes in whole numbers, its pictures, and a look at its units."""

import jax
import jax.numpy as jnp
import numpy as np

import aann
from aann.vis.examples import examples

N, SIZE = 12, 9


def apply(params, x):
    h = jax.lax.conv_general_dilated(
        x, params, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    return aann.site("logits", aann.site("cells", jax.nn.relu(h)).sum((1, 2)))


def weights(seed=0):
    return np.random.default_rng(seed).integers(-2, 3, (3, 3, 3, 4)).astype(np.float32)


def toy(seed=0, shape=(SIZE, SIZE, 3), function=apply):
    return aann.Model(function, weights(seed), "toy", jax.ShapeDtypeStruct(shape, jnp.float32))


MODEL = toy()
PICTURES = np.random.default_rng(1).integers(0, 9, (N, SIZE, SIZE, 3)).astype(np.float32)
DATA = aann.from_arrays("squares", PICTURES, names=[f"picture{i}.png" for i in range(N)])
CELLS = np.asarray(aann.capture(MODEL, ["cells"])(jnp.asarray(PICTURES))[1]["cells"])


def look(numbers=("cells:1", "cells:3"), data=DATA, model=MODEL, **more):
    given = numbers if isinstance(numbers, str) else list(numbers)
    return examples(model, given, data, progress=False, **more)
