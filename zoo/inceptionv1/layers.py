"""Layers of convolutional networks, written so that XLA's CPU backend runs them fast.

Measured there on InceptionV1's shapes, five images at a time: max pooling over a square as two
passes over lines takes 0.2 to 0.4 of the time of one pass over the square, and a sum over
neighbouring channels as shifted slices under half of that of a windowed reduction. (A 1x1
convolution is a matrix product on the channel axis, ``flax.linen.Dense``.)

Derivatives are written down, too: what XLA makes of the reverse of a windowed maximum, of shifted
slices and of a strided convolution takes 10 to 100 times as long there as the layer itself. They
are the same numbers up to rounding; of equal pixels the first one of a window is the maximum.

Padding is data, pixels before and after along each axis: frameworks disagree on where it goes
when the stride is 2, and the checkpoint decides which of them is right.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

Padding = tuple[tuple[int, int], tuple[int, int]]
"""((above, below), (left, right)), in pixels."""


def same_padding(size: int, window: int, stride: int) -> tuple[int, int]:
    """TensorFlow's SAME along one axis: ``ceil(size / stride)`` outputs, odd pixel at the end."""
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def max_pool(
    x: Float[Array, "batch h w c"], window: int, stride: int, padding: Padding
) -> Float[Array, "batch h2 w2 c"]:
    """Maximum over squares. Padded pixels never win.

    Args:
        x: (batch, height, width, channels).
        window: side of the square in pixels.
        stride: step between squares in pixels.
        padding: pixels added above, below, left and right.
    """
    down = _max_along(x, 1, window, stride, padding[0])
    return _max_along(down, 2, window, stride, padding[1])


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2, 3, 4))
def _max_along(
    x: jax.Array, axis: int, window: int, stride: int, padding: tuple[int, int]
) -> jax.Array:
    windows, strides, pads = [1] * x.ndim, [1] * x.ndim, [(0, 0)] * x.ndim
    windows[axis], strides[axis], pads[axis] = window, stride, padding
    pooled: jax.Array = lax.reduce_window(x, -jnp.inf, lax.max, windows, strides, pads)
    return pooled


@_max_along.defjvp
def _max_along_jvp(
    axis: int, window: int, stride: int, padding: tuple[int, int], primals: Any, tangents: Any
) -> tuple[jax.Array, jax.Array]:
    (x,), (moves,) = primals, tangents
    pooled = _max_along(x, axis, window, stride, padding)
    lines = (axis, window, stride, padding)
    moved, found = jnp.zeros_like(pooled), jnp.zeros(pooled.shape, bool)
    for here, move in zip(_shifted(x, -jnp.inf, *lines), _shifted(moves, 0.0, *lines), strict=True):
        wins = (here == pooled) & ~found
        moved, found = moved + jnp.where(wins, move, jnp.zeros_like(move)), found | wins
    return pooled, moved


def _shifted(
    x: jax.Array, edge: float, axis: int, window: int, stride: int, padding: tuple[int, int]
) -> list[jax.Array]:
    """The first, second, ... pixel of every window along an axis."""
    pads = [(0, 0, 0)] * x.ndim
    pads[axis] = (*padding, 0)
    padded = lax.pad(x, jnp.asarray(edge, x.dtype), pads)
    last = (padded.shape[axis] - window) // stride * stride
    return [
        lax.slice_in_dim(padded, i, i + last + 1, stride, axis) for i in range(window)
    ]  # fmt: skip


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2, 3))
def local_response_norm(
    x: Float[Array, "batch h w c"], size: int, alpha: float, k: float
) -> Float[Array, "batch h w c"]:
    """Divide by ``sqrt(k + alpha / size * s)``, s the sum of squares over the nearest channels.

    The exponent is 1/2, which is one ``rsqrt``. Channels beyond the first and the last count as
    zeros, and ``alpha`` is divided by ``size`` there too.

    Args:
        x: (batch, height, width, channels).
        size: number of channels in the window, odd.
        alpha: strength, for the whole window (Torch's convention; TensorFlow's is alpha / size).
        k: what the divisor is in the absence of activity, squared.
    """
    return x * _root(x, size, alpha, k)


@local_response_norm.defjvp
def _local_response_norm_jvp(
    size: int, alpha: float, k: float, primals: Any, tangents: Any
) -> tuple[jax.Array, jax.Array]:
    (x,), (moves,) = primals, tangents

    root, edge = _root(x, size, alpha, k), ((0, 0), (0, 0), (0, 0), (size // 2, size // 2))
    near: jax.Array = lax.reduce_window(
        x * moves, 0.0, lax.add, (1, 1, 1, size), (1, 1, 1, 1), edge
    )  # fmt: skip
    return x * root, root * moves - (alpha / size) * x * root**3 * near


def _root(x: jax.Array, size: int, alpha: float, k: float) -> jax.Array:
    """One over the divisor."""
    channels, half = x.shape[-1], size // 2
    squares = jnp.pad(x * x, ((0, 0), (0, 0), (0, 0), (half, half)))
    sums = squares[..., :channels]
    for shift in range(1, size):
        sums = sums + squares[..., shift : shift + channels]
    return lax.rsqrt(k + (alpha / size) * sums)


def convolve_by_two(
    x: Float[Array, "batch h w c"],
    kernel: Float[Array, "k k c out"],
    window_strides: Any,
    padding: Any,
    **options: Any,
) -> Float[Array, "batch h2 w2 out"]:
    """``lax.conv_general_dilated`` of stride 2, for ``flax.linen.Conv(conv_general_dilated=...)``.

    Its derivative by ``x`` goes over squares of 2 x 2 pixels as channels, where the stride is 1.

    Raises:
        ValueError: the stride is another, or it is dilated or in groups.
    """
    plain = {
        "lhs_dilation": (1, 1), "rhs_dilation": (1, 1), "feature_group_count": 1,
        "batch_group_count": 1,
    }  # fmt: skip
    other = {k: v for k, v in options.items() if k in plain and v not in (None, plain[k], [1, 1])}
    if tuple(window_strides) != (2, 2) or other:
        told = {"window_strides": tuple(window_strides), **other}
        raise ValueError(f"convolve_by_two has stride (2, 2) and is otherwise plain, got {told}")
    return _by_two(x, kernel, tuple(map(tuple, padding)))


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def _by_two(x: jax.Array, kernel: jax.Array, padding: Padding) -> jax.Array:
    return _convolve(x, kernel, 2, padding)


@_by_two.defjvp
def _by_two_jvp(padding: Padding, primals: Any, tangents: Any) -> tuple[jax.Array, jax.Array]:
    (x, kernel), (moves, kernel_moves) = primals, tangents
    edges = [
        (before, after + (size + before + after) % 2, 0)  # so that all squares are whole
        for size, (before, after) in zip(x.shape[1:3], padding, strict=True)
    ]
    whole = lax.pad(moves, jnp.zeros((), x.dtype), [(0, 0, 0), *edges, (0, 0, 0)])
    even = [*((0, side % 2, 0) for side in kernel.shape[:2]), (0, 0, 0), (0, 0, 0)]
    squares = _squares(lax.pad(kernel, jnp.zeros((), kernel.dtype), even), 0)
    moved = _convolve(_squares(whole, 1), squares, 1, ((0, 0), (0, 0)))
    y = _by_two(x, kernel, padding)
    moved = moved[:, : y.shape[1], : y.shape[2]]
    return y, moved + _convolve(x, kernel_moves, 2, padding)


def _squares(x: jax.Array, first: int) -> jax.Array:
    """Pixels of 2 x 2 squares side by side as channels: axes ``first`` and the next two."""
    *before, rows, columns, channels = x.shape[: first + 3]
    after = x.shape[first + 3 :]
    apart = x.reshape(*before, rows // 2, 2, columns // 2, 2, channels, *after)
    return jnp.moveaxis(apart, first + 1, first + 2).reshape(
        *before, rows // 2, columns // 2, 4 * channels, *after
    )


def _convolve(x: jax.Array, kernel: jax.Array, stride: int, padding: Padding) -> jax.Array:
    layout = ("NHWC", "HWIO", "NHWC")
    y: jax.Array = lax.conv_general_dilated(
        x, kernel, (stride, stride), padding, dimension_numbers=layout
    )
    return y
