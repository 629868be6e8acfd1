"""A 3x3 convolution with 4 multiplications an output instead of 9, for XLA's CPU backend.

Winograd's F(2x2, 3x3), from Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks"
(arXiv 1509.09308): every 2x2 square of outputs comes from a 4x4 square of inputs, and between two
linear transforms that only add, each of the 16 positions is one matrix product over channels. On
InceptionV1's maps of 14x14 this takes 0.5 to 0.7 of the time of XLA's convolution on two CPU
cores, on its 28x28 maps about the same, and it loses on larger ones.

Sharp edges: the result is that of the direct convolution up to rounding, about 2e-6 of the
largest value, not bit for bit. ``transform_kernel`` depends on parameters alone, so that
``aann.cut`` does it once; a plain call of the model does it every time, which small batches feel.
"""

import flax.linen as nn
import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float


class Conv3x3(nn.Module):
    """3x3 convolution, stride 1, zero padding of one pixel, parameters as ``flax.linen.Conv`` has.

    Attributes:
        features: number of output channels.
    """

    features: int

    @nn.compact
    def __call__(self, x: Float[Array, "batch h w c"]) -> Float[Array, "batch h w features"]:
        """Convolve (batch, height, width, channels)."""
        shape = (3, 3, x.shape[-1], self.features)
        kernel = self.param("kernel", nn.initializers.lecun_normal(), shape)
        bias = self.param("bias", nn.initializers.zeros, (self.features,))
        y = convolve(x, transform_kernel(kernel))
        return y + bias[None, None, None, :]


def transform_kernel(kernel: Float[Array, "3 3 c out"]) -> Float[Array, "16 c out"]:
    """The kernel at the 16 positions of a 4x4 tile."""
    rows = _kernel_lines(kernel[0], kernel[1], kernel[2])
    both = _kernel_lines(rows[:, 0], rows[:, 1], rows[:, 2])  # (4 columns, 4 rows, c, out)
    return both.reshape(16, *kernel.shape[2:])


def convolve(
    x: Float[Array, "batch h w c"], kernels: Float[Array, "16 c out"]
) -> Float[Array, "batch h w out"]:
    """Convolve with a transformed kernel, zero padding of one pixel."""
    batch, height, width, channels = x.shape
    down, across = -(-height // 2), -(-width // 2)
    edge = ((0, 0), (1, 2 * down - height + 1), (1, 2 * across - width + 1), (0, 0))
    rows = _input_lines(jnp.pad(x, edge), axis=1, tiles=down)  # (4, batch, down, width, c)
    tiles = _input_lines(rows, axis=3, tiles=across)  # (4 columns, 4 rows, batch, down, across, c)
    products = jnp.matmul(tiles.reshape(16, -1, channels), kernels)
    columns = _output_lines(products.reshape(4, 4, batch, down, across, -1))
    squares = [_output_lines(column) for column in columns]  # [column][row] of a 2x2 square
    lines = [jnp.stack([square[i] for square in squares], axis=3) for i in range(2)]
    y = jnp.stack(lines, axis=2).reshape(batch, 2 * down, 2 * across, -1)
    return y[:, :height, :width]


def _kernel_lines(first: jax.Array, second: jax.Array, third: jax.Array) -> jax.Array:
    ends, middle = 0.5 * (first + third), 0.5 * second
    return jnp.stack([first, ends + middle, ends - middle, third])


def _input_lines(x: jax.Array, axis: int, tiles: int) -> jax.Array:
    """Four combinations of the overlapping lines 2 t .. 2 t + 3 along ``axis``."""
    d = [lax.slice_in_dim(x, i, i + 2 * tiles - 1, 2, axis) for i in range(4)]
    return jnp.stack([d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]])


def _output_lines(m: jax.Array) -> list[jax.Array]:
    return [m[0] + m[1] + m[2], m[1] - m[2] - m[3]]
