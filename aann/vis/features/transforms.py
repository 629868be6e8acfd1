"""What a picture has to survive: random changes before the model sees it, anew at every step.

Without them an optimiser finds high frequencies that no photograph has. ``ROBUST`` is what Lucid
does: padding, a shift, a change of scale, a turn, another shift. All are functions
``(key, pictures) -> pictures``; scale, turn and shift are drawn for each step, not for each
picture, and run inside ``jax.jit`` at fixed sizes.
"""

import dataclasses
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from aann.shown.brief import brief

Images = Float[Array, "n y x channel"]
Changed = Float[Array, "n rows columns channel"]


def _whole(width: object) -> bool:
    return isinstance(width, int | np.integer) and not isinstance(width, bool) and bool(width >= 0)


@runtime_checkable
class Transform(Protocol):
    """A random change of pictures."""

    def __call__(self, key: PRNGKeyArray, pictures: Images) -> Changed:
        """The changed pictures, perhaps of another size."""


@dataclasses.dataclass(frozen=True)
class Pad:
    """Grey on all sides.

    Attributes:
        width: in pixels.
        value: of the pixels, in [0, 1].
    """

    width: int = 12
    value: float = 0.5

    def __post_init__(self) -> None:
        if not _whole(self.width):
            raise ValueError(f"padding is a whole number of pixels from 0 up, got {self.width!r}")

    __repr__ = brief

    def __call__(self, key: PRNGKeyArray, pictures: Images) -> Changed:
        """See ``Transform``."""
        sides = ((0, 0), (self.width, self.width), (self.width, self.width), (0, 0))
        return jnp.pad(pictures, sides, constant_values=self.value)


@dataclasses.dataclass(frozen=True)
class Jitter:
    """A random part that is smaller by ``width`` pixels on both axes: a random shift."""

    width: int = 8

    def __post_init__(self) -> None:
        if not _whole(self.width):
            raise ValueError(f"a shift is a whole number of pixels from 0 up, got {self.width!r}")

    __repr__ = brief

    def __call__(self, key: PRNGKeyArray, pictures: Images) -> Changed:
        """See ``Transform``.

        Raises:
            ValueError: nothing would be left of the pictures.
        """
        n, rows, columns, channels = pictures.shape
        if min(rows, columns) <= self.width:
            raise ValueError(
                f"a shift of {self.width} pixels leaves nothing of pictures of {rows} x {columns}: "
                "pad them before, or shift them less"
            )
        start = jax.random.randint(key, (2,), 0, self.width + 1)
        size = (n, rows - self.width, columns - self.width, channels)
        zero = jnp.zeros((), start.dtype)
        return jax.lax.dynamic_slice(pictures, (zero, start[0], start[1], zero), size)


@dataclasses.dataclass(frozen=True)
class Affine:
    """A random change of scale and a turn about the middle, bilinear; edges go on outside.

    Attributes:
        scales: factors to choose from.
        degrees: turns to choose from.
    """

    scales: Sequence[float] = (0.9, 0.94, 0.98, 1.0, 1.02, 1.06, 1.1)
    degrees: Sequence[float] = (-10.0, -5.0, -2.0, 0.0, 2.0, 5.0, 10.0)

    def __post_init__(self) -> None:
        sizes, turns = np.asarray(self.scales, float), np.asarray(self.degrees, float)
        if not (sizes.size and np.isfinite(sizes).all() and (sizes > 0).all()):
            raise ValueError(f"scales are factors above 0, one at least, got {self.scales}")
        if not (turns.size and np.isfinite(turns).all()):
            raise ValueError(f"degrees are numbers, one at least, got {self.degrees}")

    __repr__ = brief

    def __call__(self, key: PRNGKeyArray, pictures: Images) -> Changed:
        """See ``Transform``."""
        first, second = jax.random.split(key)
        scale = jax.random.choice(first, jnp.asarray(self.scales, jnp.float32))
        angle = jnp.deg2rad(jax.random.choice(second, jnp.asarray(self.degrees, jnp.float32)))
        rows, columns = pictures.shape[1:3]
        y = jnp.arange(rows, dtype=jnp.float32)[:, None] - (rows - 1) / 2
        x = jnp.arange(columns, dtype=jnp.float32)[None] - (columns - 1) / 2
        cosine, sine = jnp.cos(angle) / scale, jnp.sin(angle) / scale
        at = [cosine * y - sine * x + (rows - 1) / 2, sine * y + cosine * x + (columns - 1) / 2]

        def plane(values: Float[Array, "y x"]) -> Float[Array, "y x"]:
            found: jax.Array = jax.scipy.ndimage.map_coordinates(
                values, at, order=1, mode="nearest"
            )
            return found

        moved = jax.vmap(jax.vmap(plane))(jnp.moveaxis(pictures, -1, 1))
        return jnp.moveaxis(moved, 1, -1)


@dataclasses.dataclass(frozen=True)
class Crop:
    """A random part of each picture, scaled up to all of it: other parts for other pictures.

    Attributes:
        least: its smallest height and width, as a part of the picture's.
        most: its largest.
    """

    least: float = 0.5
    most: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.least <= self.most <= 1:
            raise ValueError(
                f"parts are above 0, at most 1, least before most, got {self.least} to {self.most}"
            )

    __repr__ = brief

    def __call__(self, key: PRNGKeyArray, pictures: Images) -> Changed:
        """See ``Transform``."""
        n, rows, columns, channels = pictures.shape
        sizes, places = jax.random.split(key)
        part = jax.random.uniform(sizes, (n,), minval=self.least, maxval=self.most)
        corner = jax.random.uniform(places, (n, 2)) * (1 - part)[:, None]

        def cut(picture: Float[Array, "y x channel"], part: Array, corner: Array) -> Array:
            sides = jnp.asarray([rows, columns], jnp.float32)
            found: jax.Array = jax.image.scale_and_translate(
                picture, (rows, columns, channels), (0, 1), jnp.stack([1 / part, 1 / part]),
                -corner * sides / part, "linear", antialias=False,
            )  # fmt: skip
            return found

        return jax.vmap(cut)(pictures, part, corner)


@dataclasses.dataclass(frozen=True)
class Noise:
    """Normal noise on every pixel.

    Attributes:
        spread: its standard deviation, in units of the whole range.
    """

    spread: float = 0.02

    def __post_init__(self) -> None:
        if not 0 <= self.spread < np.inf:
            raise ValueError(f"spread is a number from 0 up, got {self.spread}")

    __repr__ = brief

    def __call__(self, key: PRNGKeyArray, pictures: Images) -> Changed:
        """See ``Transform``."""
        return pictures + self.spread * jax.random.normal(key, pictures.shape, pictures.dtype)


ROBUST: tuple[Transform, ...] = (Pad(12), Jitter(8), Affine(), Jitter(4))
"""As Lucid has them by default, for pictures of 128 pixels and more."""

FULL = 128
"""Pixels of the shorter side from which on ``ROBUST`` suits a picture."""


def robust(rows: int, columns: int) -> tuple[Transform, ...]:
    """``ROBUST``, with padding and shifts that are as small as the pictures are.

    Args:
        rows: of the pictures, in pixels.
        columns: likewise.
    """
    part = min(rows, columns, FULL) / FULL
    pad, first, last = (max(round(part * width), 1) for width in (12, 8, 4))
    return (Pad(pad), Jitter(first), Affine(), Jitter(last))


def composed(transforms: Sequence[Transform], key: PRNGKeyArray, pictures: Images) -> Changed:
    """All of them, one after the other, each with random numbers of its own."""
    for i, transform in enumerate(transforms):
        pictures = transform(jax.random.fold_in(key, i), pictures)
    return pictures
