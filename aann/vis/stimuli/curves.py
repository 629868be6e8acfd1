"""The curves that curve detectors are found and measured with: arcs, light and dark, on grey.

Sharp edge: values outside of what the model was trained on are easily asked for; ``background``
plus or minus ``contrast`` should stay in the model's range.
"""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float

from aann.shown.brief import brief
from aann.vis.stimuli.arcs import HALF_LENGTH, STROKE, arcs


@dataclasses.dataclass(frozen=True)
class Variant:
    """One kind of curve: ``light`` on the background or dark, ``filled`` or a line, and how round.

    Attributes:
        light: brighter than the background.
        filled: a disc instead of a stroke.
        radius: of the circle, in pixels.
    """

    light: bool
    filled: bool
    radius: float

    __repr__ = brief

    def __post_init__(self) -> None:
        if not self.radius > 0:
            raise ValueError(f"a radius is a positive number of pixels, got {self.radius}")


def variants(radii: Sequence[float]) -> tuple[Variant, ...]:
    """Light and dark, line and filled curves of each radius, in this order of nesting."""
    kinds = itertools.product((True, False), (False, True), radii)
    return tuple(Variant(light, filled, radius) for light, filled, radius in kinds)


def arc(
    size: tuple[int, int],
    centre: tuple[float, float],
    direction: float,
    variant: Variant,
    *,
    half_length: float = HALF_LENGTH,
    stroke: float = STROKE,
) -> Float[np.ndarray, "y x"]:
    """How much of each pixel is covered by one curve, in [0, 1], float32.

    Args:
        size: height and width of the picture, in pixels.
        centre: row and column that the curve passes through.
        direction: from there to the circle's centre, in degrees, y up.
        variant: the kind of curve (``light`` does not matter here).
        half_length: of a line to either side of the centre, along the arc, in pixels.
        stroke: width of a line, in pixels.

    Raises:
        ValueError: a size, ``half_length`` or ``stroke`` is not positive.
    """
    cover: np.ndarray = arcs(
        size, direction, variant.radius, place=centre, filled=variant.filled,
        half_length=half_length, stroke=stroke,
    )[0]  # fmt: skip
    return cover


def pictures(
    shape: tuple[int, ...],
    centre: tuple[float, float],
    directions: Sequence[float],
    kinds: Sequence[Variant],
    *,
    background: float = 117.0,
    contrast: float = 80.0,
) -> Iterator[Float[np.ndarray, "direction y x channel"]]:
    """For each variant, pictures of its curve in all directions, float32.

    Args:
        shape: (height, width, channels) of one picture; all channels are alike.
        centre: row and column that the curves pass through.
        directions: in degrees, y up.
        kinds: the variants.
        background: value of the background.
        contrast: how much a light curve adds to it and a dark one takes away.
    """
    for variant in kinds:
        cover = arcs(
            (shape[0], shape[1]), directions, variant.radius, place=centre, filled=variant.filled
        )
        signed = contrast if variant.light else -contrast
        grey = np.float32(background) + np.float32(signed) * cover
        yield np.repeat(grey[..., None], shape[2], axis=-1)
