"""Filters drawn by formula, and the few ways in which a vision program uses them.

A filter is an array (tap, tap, channel, filter), ``pitch`` pixels from tap to tap. Angles are in
radians, counted from right towards up; ``centre`` holds pixels right of and up from the middle tap,
one entry a filter. Everything is traced by JAX, so that angles, lengths and centres have gradients.

Sharp edge: filters end ``REACH`` taps from their middle, whatever their length.
"""

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

REACH = 5  # taps from the centre of every filter to its edge


def arcs(
    direction: Float[Array, " arc"],
    curvature: Float[Array, ""],
    length: Float[Array, ""],
    width: Float[Array, ""],
    pitch: int,
    channels: Float[Array, " channel"],
    fold: int,
    centre: tuple[Array, Array] | None = None,
) -> Float[Array, "tap tap channel arc"]:
    """Filters that follow an arc, and at each of its points want the channel facing its centre.

    Args:
        direction: from the arc to its circle's centre.
        curvature: 1 / pixels.
        length: spread along the arc, in pixels.
        width: spread across it.
        pitch: pixels from tap to tap.
        channels: the direction that each channel faces.
        fold: turns after which a channel looks the same: 1 for curves, 2 for lines.
        centre: of each filter.
    """
    right, up = taps(pitch, centre)
    direction = direction[None, None, :]
    along = right * jnp.sin(direction) - up * jnp.cos(direction)
    inward = right * jnp.cos(direction) + up * jnp.sin(direction)
    turn = curvature * along
    ridge = jnp.exp(-((along / length) ** 2 + ((inward - turn * along / 2) / width) ** 2) / 2)
    off = channels[None, None, :, None] - (direction + jnp.arctan(turn))[:, :, None, :]
    wanted = jnp.exp(channels.size * (jnp.cos(fold * off) - 1))
    return unit_sum(ridge[:, :, None, :] * wanted)


def discs(
    spread: Float[Array, ""], pitch: int, channels: int, centre: tuple[Array, Array]
) -> Float[Array, "tap tap channel unit"]:
    """Filters that want any channel, around the centre."""
    right, up = taps(pitch, centre)
    disc = jnp.exp(-(right**2 + up**2) / (2 * spread**2))[:, :, None, :]
    return unit_sum(jnp.broadcast_to(disc, (*disc.shape[:2], channels, disc.shape[-1])))


def blurred(
    x: Float[Array, "b i j n"], spread: Float[Array, ""], pitch: int
) -> Float[Array, "b i j n"]:
    """Each channel under a Gaussian of this spread in pixels."""
    step = pitch * jnp.arange(-float(REACH), REACH + 1)
    bell = jnp.exp(-((step / spread) ** 2) / 2)
    b, i, j, n = x.shape
    planes = x.transpose(0, -1, 1, 2).reshape(b * n, i, j, 1)
    bell = (bell / bell.sum())[:, None, None, None]
    planes = convolve(convolve(planes, bell), bell.transpose(1, 0, 2, -1))
    return planes.reshape(b, n, i, j).transpose(0, 2, -1, 1)


def taps(
    pitch: int, centre: tuple[Array, Array] | None = None
) -> tuple[Float[Array, "tap tap n"], Float[Array, "tap tap n"]]:
    """Where a filter's taps lie, in pixels right of and up from ``centre``."""
    step = pitch * jnp.arange(-float(REACH), REACH + 1)
    right, down = jnp.meshgrid(step, step)
    right, up = right[:, :, None], -down[:, :, None]
    if centre is None:
        return right, up
    return right - centre[0][None, None, :], up - centre[1][None, None, :]


def halved(image: Float[Array, "b y x rgb"]) -> Float[Array, "b y2 x2 rgb"]:
    """The image at half its size."""
    b, height, width, n = image.shape
    return image.reshape(b, height // 2, 2, width // 2, 2, n).mean((2, -2))


def convolve(x: jax.Array, kernel: jax.Array, stride: int = 1) -> jax.Array:
    """Slide filters (tap, tap, in, out) over the image; a filter is not flipped."""
    layout = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(x, kernel, (stride, stride), "SAME", dimension_numbers=layout)


def total(x: Float[Array, "tap tap n"]) -> Float[Array, "1 1 n"]:
    """Summed over a filter's taps."""
    return x.sum((0, 1), keepdims=True)


def unit_sum(kernel: Float[Array, "tap tap channel n"]) -> Float[Array, "tap tap channel n"]:
    """Filters scaled so that the taps of each sum to one."""
    return kernel / kernel.sum((0, 1, 2), keepdims=True)
