"""A small image model with units that are tuned to lines and to colours in known ways."""

import jax
import jax.numpy as jnp
import numpy as np

import aann
from aann.vis.stimuli.lines import lines
from aann.vis.tuning.families import hue

SIZE = 48
ORIENTATIONS = (10.0, 55.0, 100.0, 145.0)
HUES = (0.0, 120.0, 240.0)
LINES = (1, 3, 4, 6)
"""Channels that are tuned to lines, in the order of ``ORIENTATIONS``."""
COLOURS = (0, 2, 5)
"""Channels that are tuned to colours, in the order of ``HUES``."""
BLIND = 7
"""A channel that answers to how light its place is."""


def apply(params, x):
    """Channels (0, 2, 5) are colours, (1, 3, 4, 6) lines of either sign, 7 lightness."""
    grey = (x - 117.0).mean(-1, keepdims=True)
    found = jax.lax.conv_general_dilated(
        grey, params, (8, 8), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    patch = jax.lax.reduce_window(x - 117.0, 0.0, jax.lax.add, (1, 9, 9, 1), (1, 8, 8, 1), "SAME")
    tints = jax.nn.relu(patch @ jnp.asarray(hue(np.array(HUES)).T, x.dtype))
    light = jnp.abs(patch.mean(-1, keepdims=True))
    order = np.argsort([*COLOURS, *LINES, BLIND])
    cells = jnp.concatenate([tints, jnp.abs(found), light], -1)[..., order]
    return aann.site("cells", cells).sum((1, 2))


def model():
    """Takes pictures of SIZE pixels from 0 to 255; its site ``cells`` is (batch, 6, 6, 8)."""
    templates = lines((17, 17), ORIENTATIONS, half_length=7.0, stroke=3.0)
    templates = templates - templates.mean((1, 2), keepdims=True)
    kernel = jnp.asarray(templates.transpose(1, 2, 0)[:, :, None])
    inputs = jax.ShapeDtypeStruct((SIZE, SIZE, 3), jnp.float32)
    return aann.Model(apply, kernel, name="tuned", inputs=inputs)
