"""A small image model of two layers: early curves and lines below, curve detectors above.

Both are the programs themselves; below there are distractors too. The sites have the names and the
grid of InceptionV1's.
"""

import curve_toy
import jax
import jax.numpy as jnp
import numpy as np

import aann
from circuits.curves import program as curve_detectors
from circuits.curves_from_3a import program as curves_from_3a
from circuits.early_curves import program as early_curves

SIZE = curve_toy.SIZE
DIRECTIONS = tuple(float(a) for a in range(0, 360, 45))
NORMALS = (0.0, 45.0, 90.0, 135.0)
FIRST = 2  # channels below the early curves; two more are above the lines
CURVES = tuple(range(FIRST, FIRST + len(DIRECTIONS)))
LINES = tuple(range(CURVES[-1] + 1, CURVES[-1] + 1 + len(NORMALS)))


def chosen(**values):
    return {n: aann.Constant(np.asarray(v), "chosen") for n, v in values.items()}


def early():
    n, gain = len(CURVES) + len(LINES), [9000.0] * len(CURVES) + [1200.0] * len(LINES)
    return early_curves.replacement(
        "toy", "mixed3a", CURVES, LINES,
        {
            "wavelength": curve_detectors.SHAPE["wavelength"],
            **chosen(
                contrast=3.5, curvature=0.06, curve_length=6.0, line_length=4.5, width=2.0,
                opposing=1.0, threshold=0.005, curve_direction=DIRECTIONS, line_normal=NORMALS,
                right=np.zeros(n), up=np.zeros(n), crossing=np.full(n, 0.2), gain=gain,
            ),
        },
    )  # fmt: skip


def curves():
    five = {
        "direction": curve_toy.DIRECTIONS, "right": curve_toy.RIGHT, "up": curve_toy.UP,
        "length": np.full(5, 9.8), "width": np.full(5, 4.4), "curvature": np.full(5, 0.026),
        "opposing": curve_toy.OPPOSING, "crowd": 1 - np.asarray(curve_toy.OPPOSING),
        "threshold": np.full(5, 0.1), "gain": np.full(5, 100.0),
    }  # fmt: skip
    return curves_from_3a.replacement(
        "toy", "mixed3b", "mixed3a", (0, 1, 2, 3, 4),
        chosen(
            curve_tuning=8.0, line_tuning=4.0, curve_crossing=0.0, line_crossing=0.2,
            early_threshold=0.1, arc_tuning=16.0, crowd_spread=9.8, piece_width=6.0,
            curve_channels=CURVES, curve_direction=DIRECTIONS,
            curve_gain=np.full(len(CURVES), 0.02), line_channels=LINES, line_normal=NORMALS,
            line_gain=np.full(len(LINES), 0.02),
            piece_along=[9.0], piece_inward=[-6.0], piece_facing=[20.0], piece_weight=[-0.1],
            own_along=[np.zeros(5)], own_inward=[np.full(5, 10.0)], own_facing=[np.full(5, 30.0)],
            own_weight=[np.full(5, 0.05)],
            **five,
        ),
    )  # fmt: skip


def model():
    below, above = early(), curves()

    def apply(params, x):
        bright = x.mean(-1, keepdims=True)[:, 7::8, 7::8]
        units = jnp.concatenate([bright, 255 - bright, below.compute(x), bright, bright], -1)
        low = aann.site("mixed3a", units * params)
        blind = 255 - low[..., :1]
        high = jnp.concatenate([above.compute(low), blind], -1)
        return aann.site("mixed3b", high).mean((1, 2)) / 50

    inputs = jax.ShapeDtypeStruct((SIZE, SIZE, 3), jnp.float32)
    return aann.Model(apply, jnp.float32(1), name="toy", inputs=inputs)


designs = curve_toy.designs


def activations():
    """Of the layer below on one picture, at random."""
    shape = (1, 14, 14, LINES[-1] + 3)
    return jnp.asarray(np.maximum(np.random.default_rng(0).normal(0, 60, shape), 0), jnp.float32)
