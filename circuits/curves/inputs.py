"""What pictures a model takes: their range and where their channels are, measured or said.

Synthetic curves are drawn on a grey ``background``, lighter and darker by ``contrast``; programs
take the background off, so that nothing is where the picture ends. On pixels from 0 to 255 that is
117 and 80; on another range they are the same parts of it. ``measure`` reads the range off design
pictures; where they are not at hand, or show little of it, say it: ``Inputs(0.0, 1.0)``.

Sharp edge: one range for all channels. Pictures that were normalised channel by channel, with
about the same spreads, fit well enough.
"""

import dataclasses
import math
from typing import Any

import jax.numpy as jnp
import numpy as np

import aann
from circuits.fitting.descent import spread
from circuits.fitting.design import check as check_design

PIXELS = 255.0
GREY = 117.0
CONTRAST = 80.0
"""Of the pixels from 0 to ``PIXELS``: the background of curves, and how they differ from it."""

IMAGES = 64
COLOURS = 4
"""An axis of more entries does not hold the colours of a picture."""


@dataclasses.dataclass(frozen=True)
class Inputs:
    """How a model is shown pictures.

    Attributes:
        low: black, the lowest value of a picture.
        high: white, the highest.
        channels_first: one picture is (channel, row, column) instead of (row, column, channel).
    """

    low: float = 0.0
    high: float = PIXELS
    channels_first: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(
                f"pictures go from low to a greater high, got {self.low} to {self.high}"
            )

    @property
    def unit(self) -> float:
        """What one step of a pixel from 0 to 255 is here."""
        return (self.high - self.low) / PIXELS

    @property
    def background(self) -> float:
        """The grey that curves are drawn on."""
        return self.low + GREY * self.unit

    @property
    def contrast(self) -> float:
        """How much lighter or darker than the background curves are."""
        return CONTRAST * self.unit

    def from_rows(self, pictures: Any) -> Any:
        """Pictures (..., row, column, channel) as the model takes them."""
        return jnp.moveaxis(jnp.asarray(pictures), -1, -3) if self.channels_first else pictures

    def to_rows(self, inputs: Any) -> Any:
        """What the model takes as (..., row, column, channel)."""
        return jnp.moveaxis(inputs, -3, -1) if self.channels_first else inputs

    def shape(self, model: aann.Model) -> tuple[int, int, int]:
        """Rows, columns and channels of one picture of ``model``.

        Raises:
            ValueError: the model takes no pictures with their channels there.
        """
        given = model.batch(1).shape[1:]
        at = 0 if self.channels_first else -1
        if len(given) != 3 or given[at] > COLOURS:
            order = "(channels, rows, columns)" if at == 0 else "(rows, columns, channels)"
            raise ValueError(
                f"pictures of {order} with at most {COLOURS} channels were asked for, but "
                f"{model.name!r} takes inputs of shape {given}: pass "
                f"Inputs(low, high, channels_first={at != 0}), or measure them"
            )
        rows, columns, channels = (*given[1:], given[0]) if self.channels_first else given
        return rows, columns, channels


def measure(model: aann.Model, design: aann.Design, images: int = IMAGES) -> Inputs:
    """The range and the layout of the pictures that ``model`` takes.

    Args:
        model: a model of images that declares ``inputs``.
        design: pictures as the model takes them.
        images: how many of them, evenly spread over their names.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: the model takes no pictures, the design pictures are no inputs of it, hold a
            value that is not finite, or are of one value; or it could be either layout.
    """
    check_design(design, "images")
    channels_first = _channels_first(model)
    few = spread(design, images)
    low, high = math.inf, -math.inf
    for k in range(len(few)):
        picture = np.asarray(few.load([k]), np.float64)[0]
        if picture.shape != model.batch(1).shape[1:]:
            raise ValueError(
                f"picture {few.names[k]!r} has shape {picture.shape}, but {model.name!r} takes "
                f"{model.batch(1).shape[1:]}"
            )
        if not np.isfinite(picture).all():
            raise ValueError(f"picture {few.names[k]!r} has values that are not finite")
        low, high = min(low, float(picture.min())), max(high, float(picture.max()))
    if not low < high:
        raise ValueError(
            f"all {len(few)} pictures are {low:g} everywhere: the range cannot be measured; pass "
            "Inputs(low, high)"
        )
    return Inputs(low, high, channels_first)


def _channels_first(model: aann.Model) -> bool:
    shape = model.batch(1).shape[1:]
    if len(shape) != 3 or not min(shape[0], shape[-1]) <= COLOURS < shape[1]:
        raise ValueError(
            f"curves are shown to a model of images (rows, columns, channels) or (channels, rows, "
            f"columns) with at most {COLOURS} channels, but {model.name!r} takes inputs of shape "
            f"{shape}"
        )
    if max(shape[0], shape[-1]) <= COLOURS:
        raise ValueError(
            f"inputs of shape {shape} have few channels first or last: pass "
            "Inputs(low, high, channels_first=...)"
        )
    return bool(shape[0] <= COLOURS)
