"""What an optimiser moves instead of pixels.

A parametrisation turns free numbers into pictures in [0, 1]. Moving the Fourier coefficients of a
picture, each scaled by its wavelength, in colours that are independent of each other over
photographs, is gradient descent in another metric: large shapes and natural colours come as easily
as fine noise does (Olah et al. 2017, "Feature Visualization", doi 10.23915/distill.00007;
Mordvintsev et al. 2018, "Differentiable Image Parameterizations", doi 10.23915/distill.00012).

``Maco`` holds the magnitude of each Fourier coefficient at its mean over photographs and moves the
phases alone (Fel et al. 2023, "Unlocking Feature Visualization for Deeper Networks with MAgnitude
Constrained Optimization", arXiv 2306.06805).

The first axis of all free numbers is the pictures, so that each is optimised apart.
"""

import dataclasses
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from aann.shown.brief import brief
from aann.vis.features.colours import Images, from_range, to_range

Shape = tuple[int, int, int, int]


@runtime_checkable
class Parametrisation(Protocol):
    """Free numbers, and the pictures that they stand for."""

    def start(self, key: PRNGKeyArray, shape: Shape) -> Any:
        """Free numbers of grey pictures with a little noise, the pictures first.

        Args:
            key: of the noise.
            shape: pictures, rows, columns, channels.
        """

    def at(self, pictures: Images) -> Any:
        """Free numbers that stand for pictures in [0, 1], as nearly as they can."""

    def pictures(self, free: Any, shape: Shape) -> Float[Array, "n y x planes"]:
        """Pictures in [0, 1], float32, of ``shape``; one channel more is how opaque they are."""


@dataclasses.dataclass(frozen=True)
class Pixels:
    """Pixels before a sigmoid.

    Attributes:
        noise: standard deviation at the start.
        decorrelate: whether colours are independent of each other over photographs.
    """

    noise: float = 0.01
    decorrelate: bool = True

    __repr__ = brief

    def start(self, key: PRNGKeyArray, shape: Shape) -> Any:
        """See ``Parametrisation``."""
        return self.noise * jax.random.normal(key, shape)

    def at(self, pictures: Images) -> Any:
        """See ``Parametrisation``."""
        return from_range(pictures, decorrelate=self.decorrelate)

    def pictures(self, free: Any, shape: Shape) -> Images:
        """See ``Parametrisation``."""
        return to_range(free, decorrelate=self.decorrelate)


@dataclasses.dataclass(frozen=True)
class Fourier:
    """Fourier coefficients, each scaled by its wavelength, before a sigmoid.

    Attributes:
        noise: standard deviation of the coefficients at the start.
        decay: power of the wavelength.
        decorrelate: as of ``Pixels``.
    """

    noise: float = 0.01
    decay: float = 1.0
    decorrelate: bool = True

    __repr__ = brief

    def start(self, key: PRNGKeyArray, shape: Shape) -> Any:
        """See ``Parametrisation``: real and imaginary parts on the second axis."""
        n, rows, columns, channels = shape
        return self.noise * jax.random.normal(key, (n, 2, channels, rows, columns // 2 + 1))

    def at(self, pictures: Images) -> Any:
        """See ``Parametrisation``."""
        planes = jnp.moveaxis(from_range(pictures, decorrelate=self.decorrelate), -1, 1)
        waves = jnp.fft.rfft2(planes)
        free = jnp.stack([waves.real, waves.imag], axis=1)
        return free / self._scale(*planes.shape[2:])[None]

    def pictures(self, free: Any, shape: Shape) -> Images:
        """See ``Parametrisation``."""
        rows, columns = shape[1:3]
        scaled = free * self._scale(rows, columns)[None]
        planes = jnp.fft.irfft2(jax.lax.complex(scaled[:, 0], scaled[:, 1]), s=(rows, columns))
        return to_range(jnp.moveaxis(planes, 1, -1), decorrelate=self.decorrelate)

    def _scale(self, rows: int, columns: int) -> Array:
        """(1, 1, rows, columns // 2 + 1)."""
        size = (rows * columns) ** 0.5 / 4.0
        return jnp.asarray(wavelengths(rows, columns) ** self.decay * size)[None, None]


@dataclasses.dataclass(frozen=True, eq=False)
class Maco:
    """Phases of Fourier coefficients whose magnitudes are fixed, before a sigmoid.

    Attributes:
        magnitude: (channels, rows, columns // 2 + 1), see ``mean_magnitude``.
    """

    magnitude: Float[np.ndarray, "channel y half"]

    __repr__ = brief

    def start(self, key: PRNGKeyArray, shape: Shape) -> Any:
        """See ``Parametrisation``: angles, all alike at random.

        Raises:
            ValueError: pictures of this shape have other coefficients.
        """
        expected = self._checked(shape)
        return jax.random.uniform(key, (shape[0], *expected), minval=-np.pi, maxval=np.pi)

    def at(self, pictures: Images) -> Any:
        """See ``Parametrisation``: the phases of the pictures, whose magnitudes are lost.

        Raises:
            ValueError: as of ``start``.
        """
        self._checked(pictures.shape)
        planes = jnp.moveaxis(from_range(pictures, decorrelate=False), -1, 1)
        return jnp.angle(jnp.fft.rfft2(planes))

    def pictures(self, free: Any, shape: Shape) -> Images:
        """See ``Parametrisation``."""
        size = jnp.asarray(self.magnitude, jnp.float32)[None]
        waves = jax.lax.complex(size * jnp.cos(free), size * jnp.sin(free))
        planes = jnp.moveaxis(jnp.fft.irfft2(waves, s=shape[1:3]), 1, -1)
        centred = planes - planes.mean((1, 2), keepdims=True)
        spread = jnp.sqrt(jnp.square(centred).mean((1, 2), keepdims=True) + 1e-12)
        return jax.nn.sigmoid(centred / spread)

    def _checked(self, shape: tuple[int, ...]) -> tuple[int, int, int]:
        _, rows, columns, channels = shape
        expected = (channels, rows, columns // 2 + 1)
        if self.magnitude.shape != expected:
            raise ValueError(
                f"pictures of {rows} x {columns} with {channels} channels have magnitudes of shape "
                f"{expected}, got {self.magnitude.shape}: mean_magnitude of pictures of that size"
            )
        return expected


def mean_magnitude(
    pictures: Float[np.ndarray, "n y x channel"],
) -> Float[np.ndarray, "channel y half"]:
    """The mean magnitude of each Fourier coefficient over pictures, float32.

    Args:
        pictures: of one size, in any range.

    Raises:
        ValueError: there are none.
    """
    if not len(pictures):
        raise ValueError("the mean magnitude of no pictures is unknown: pass one at least")
    planes = np.moveaxis(np.asarray(pictures, np.float64), -1, 1)
    found: np.ndarray = np.abs(np.fft.rfft2(planes)).mean(0).astype(np.float32)
    return found


def wavelengths(rows: int, columns: int) -> Float[np.ndarray, "y half"]:
    """In pixels, of the coefficients of a real picture; at most the longer side."""
    y, x = np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None]
    found: np.ndarray = 1.0 / np.maximum(np.hypot(y, x), 1.0 / max(rows, columns))
    return found.astype(np.float32)
