"""A small image model with curve detectors in known places: the program itself, and distractors."""

import jax
import jax.numpy as jnp
import numpy as np

import aann
from circuits.curves import program as curve_detectors
from circuits.curves.energy import oriented_energy

SIZE = 112
DIRECTIONS = (20.0, 95.0, 170.0, 245.0, 320.0)
RIGHT = (0.0, 4.0, -3.0, 0.0, 2.0)
UP = (3.0, 0.0, -4.0, 0.0, 2.0)
OPPOSING = (0.5, 0.8, 0.3, 0.9, 0.6)
GAIN = (9000.0, 20000.0, 14000.0, 11000.0, 16000.0)
ORDER = (3, 0, 6, 5, 1, 4, 2)  # channel k of the site is curve ORDER[k], or a distractor from 5 on


def constants():
    units = {n: np.full(5, x) for n, x in curve_detectors.UNIT.items()}
    units |= {"direction": DIRECTIONS, "right": RIGHT, "up": UP, "opposing": OPPOSING, "gain": GAIN}
    return {
        **curve_detectors.SHAPE,
        **{n: aann.Constant(np.asarray(v), "chosen") for n, v in units.items()},
    }


def replacement():
    return curve_detectors.replacement("toy", "cells", (0, 1, 2, 3, 4), constants())


def model(order=ORDER):
    curves = replacement()

    def apply(params, x):
        found = curves.compute(x)
        energy = oriented_energy(x, curves.values).mean(-1, keepdims=True)
        bright = x.mean(-1, keepdims=True)[:, 7::8, 7::8]
        everything = jnp.concatenate([found, 20 * energy[:, 1::2, 1::2], bright], -1)
        return aann.site("cells", everything[..., jnp.asarray(order)] * params).mean((1, 2)) / 30

    inputs = jax.ShapeDtypeStruct((SIZE, SIZE, 3), jnp.float32)
    return aann.Model(apply, jnp.float32(1), name="toy", inputs=inputs)


def designs(n=24, seed=0):
    """Pictures of overlapping discs, as design examples."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:SIZE, :SIZE]
    images = np.full((2 * n, SIZE, SIZE, 3), 117.0, np.float32)
    for image in images:
        for _ in range(10):
            radius = rng.uniform(8, 40)
            row, column = rng.uniform(0, SIZE, 2)
            image[np.hypot(y - row, x - column) < radius] = rng.uniform(0, 255, 3)
    return aann.split(aann.from_arrays("discs", images))
