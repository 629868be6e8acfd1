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
from jaxtyping import Array, Float, PRNGKeyArray

from aann.shown.brief import brief

Images = Float[Array, "n y x channel"]
Changed = Float[Array, "n rows columns channel"]


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

    __repr__ = brief

    def __call__(self, key: PRNGKeyArray, pictures: Images) -> Changed:
        """See ``Transform``."""
        sides = ((0, 0), (self.width, self.width), (self.width, self.width), (0, 0))
        return jnp.pad(pictures, sides, constant_values=self.value)


@dataclasses.dataclass(frozen=True)
class Jitter:
    """A random part that is smaller by ``width`` pixels on both axes: a random shift."""

    width: int = 8

    __repr__ = brief

    def __call__(self, key: PRNGKeyArray, pictures: Images) -> Changed:
        """See ``Transform``."""
        n, rows, columns, channels = pictures.shape
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

    __repr__ = brief

    def __call__(self, key: PRNGKeyArray, pictures: Images) -> Changed:
        """See ``Transform``."""
        return pictures + self.spread * jax.random.normal(key, pictures.shape, pictures.dtype)


ROBUST: tuple[Transform, ...] = (Pad(12), Jitter(8), Affine(), Jitter(4))
"""As Lucid has them by default."""


def composed(transforms: Sequence[Transform], key: PRNGKeyArray, pictures: Images) -> Changed:
    """All of them, one after the other, each with random numbers of its own."""
    for i, transform in enumerate(transforms):
        pictures = transform(jax.random.fold_in(key, i), pictures)
    return pictures
