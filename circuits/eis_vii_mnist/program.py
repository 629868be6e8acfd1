"""The challenge network as a program: how much a picture looks like one "1", and two thresholds.

The claim (Heimersheim and Hobbhahn's solution of "EIS VII: A Challenge for Mechanists"): the labels
are a function of one number,

    s = sum over pixels of image * 2 (template - 1/2),

class 0 where s lies between two bounds and class 1 on either side. The network computes it with two
groups of units in its first dense layer: one fires on pictures like the "1", the other on pictures
like its inverse, and both push class 1. One program for each part of the claim:

- ``units``: each unit of a group is a rectified affine function of s;
- ``shared_arm``: a group is one rectified function of s, times a weight for each unit;
- ``vee``: the logits are a V of s, with a gain and a threshold for each arm;
- ``label``: the published rule, with two heights of the logit difference; ``label_on_host`` says
  it in NumPy.

s is in thousands of grey levels (a white pixel has 255), pictures are in [0, 1] and have the shape
(batch, 28, 28, 1). The logits are two, and only their difference, class 1 less class 0, matters:
the programs for them write it along the direction ``DIFFERENCE``. Which units there are, and all
constants, come from the network at hand (``circuits.eis_vii_mnist.fit``).
"""

from collections.abc import Callable
from typing import Any, Final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aann import Constants

Images = Float[Array, "batch 28 28 1"]
Template = Float[Array, "28 28"]
Draw = Callable[[Constants], Template]
"""The template, in [0, 1], from a program's constants."""

DIFFERENCE: Final = np.asarray([[-1.0], [1.0]], np.float32) / np.float32(2**0.5)
"""The direction of the logits that counts, (2, 1): half of the difference in each of the two."""


def similarity(images: Images, template: Template) -> Float[Array, " batch"]:
    """Likeness s to the template, in thousands of grey levels."""
    return 0.255 * jnp.tensordot(images[..., 0], 2 * template - 1, 2)


def clue(c: Constants) -> Template:
    """The published template: a training picture, as it is."""
    picture: Template = c.template
    return picture


def units(draw: Draw = clue) -> Callable[[Images, Constants], Float[Array, "batch unit"]]:
    """The program of a group's units, with a gain (its sign says which side) and a threshold each.

    Args:
        draw: the template.
    """

    def each(images: Images, c: Constants) -> Float[Array, "batch unit"]:
        """Each unit is a rectified affine function of the likeness to the template."""
        s = similarity(images, draw(c))[:, None]
        return jnp.maximum(c.gain[None] * (s - c.threshold[None]), 0)

    return each


def shared_arm(draw: Draw = clue) -> Callable[[Images, Constants], Float[Array, "batch unit"]]:
    """The program of a group's units, with one threshold for all and a gain each.

    Args:
        draw: the template.
    """

    def together(images: Images, c: Constants) -> Float[Array, "batch unit"]:
        """All units of the group follow one arm of the V, each with its gain."""
        s = similarity(images, draw(c))[:, None]
        return jnp.maximum(c.gain[None] * (s - c.threshold), 0)

    return together


def vee(draw: Draw = clue) -> Callable[[Images, Constants], Float[Array, "batch 1"]]:
    """The program of the logits: the larger of two affine functions of s.

    Args:
        draw: the template.
    """

    def arms(images: Images, c: Constants) -> Float[Array, "batch 1"]:
        """The logit difference is a V of the likeness to the template."""
        return along(difference(images, c, draw))

    return arms


def difference(images: Images, c: Constants, draw: Draw = clue) -> Float[Array, " batch"]:
    """The logit of class 1 less that of class 0: ``gain`` and ``threshold`` have both arms.

    The first arm, with a negative gain, is that of pictures like the template's inverse.
    """
    return larger_arm(similarity(images, draw(c)), c.gain, c.threshold)


def larger_arm(
    s: Float[Array, " batch"], gain: Float[Array, "2"], threshold: Float[Array, "2"]
) -> Float[Array, " batch"]:
    """The larger of two affine functions of s."""
    # The gradient of a maximum along an axis compares rounded values: it can be 0 / 0.
    return jnp.maximum(gain[0] * (s - threshold[0]), gain[1] * (s - threshold[1]))


def label(images: Images, c: Constants) -> Float[Array, "batch 1"]:
    """Class 0 where the likeness to the clue lies between two bounds, else class 1."""
    s = similarity(images, c.template)
    inside = (c.bounds[0] < s) & (s < c.bounds[1])
    return along(jnp.where(inside, c.height[0], c.height[1]))


def label_on_host(images: np.ndarray, c: Any) -> np.ndarray:
    """Class 0 where the likeness to the clue lies between two bounds, else class 1, in NumPy."""
    signs = 2 * c.template.ravel().astype(np.float64) - 1
    s = 0.255 * (images.reshape(len(images), -1).astype(np.float64) @ signs)
    inside = (c.bounds[0] < s) & (s < c.bounds[1])
    found: np.ndarray = np.where(inside, c.height[0], c.height[1])[:, None] / np.sqrt(2)
    return found


def along(logit_difference: Float[Array, " batch"]) -> Float[Array, "batch 1"]:
    """A logit difference as a coordinate along ``DIFFERENCE``."""
    return logit_difference[:, None] / jnp.sqrt(2)
