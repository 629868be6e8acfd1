"""The layers of a small network from a program's reads to its units, in flax.linen.

Reads are brought to the units' places and added up, ``width`` channels each; blocks with a skip
follow, and a linear map to the units. Blocks are dense where a unit has one value, 3 x 3
convolutions on a grid, and along a sequence attention to places before (or to all) and a dense
layer.

    same    as many places as the units: a linear map at each
    finer   a finer or coarser grid: convolutions with strides, then scaled to the units' grid
    picture a grid where the units have none: convolutions with stride 2, then as ``flat``
    flat    a linear map of everything, the same at all places

Sharp edge: ``flax`` loads with this module, so that it is imported where it is needed.
"""

import dataclasses
import math

import jax
import jax.numpy as jnp
from flax import linen as nn
from jaxtyping import Array, Float

from aann.shown.brief import brief

SMALLEST = 7
"""Rows and columns to which pictures are brought before they are taken flat."""

HEADS = 4


@dataclasses.dataclass(frozen=True)
class Read:
    """How one read enters.

    Attributes:
        kind: ``same``, ``finer``, ``picture`` or ``flat``.
        sizes: of the grid of ``finer`` and ``picture``.
        tokens: how many values an integer read takes; 0 for numbers.
    """

    kind: str
    sizes: tuple[int, ...] = ()
    tokens: int = 0

    __repr__ = brief


@dataclasses.dataclass(frozen=True)
class Shape:
    """What a network is made of.

    Attributes:
        reads: how each enters.
        places: of the units; () where they have one value.
        columns: values at each place.
        width: channels inside.
        depth: blocks.
        mixing: along a sequence: ``none``, ``causal`` or ``full``.
    """

    reads: tuple[Read, ...]
    places: tuple[int, ...]
    columns: int
    width: int
    depth: int
    mixing: str

    __repr__ = brief


class Layers(nn.Module):
    """The network.

    Attributes:
        shape: what it is made of.
    """

    shape: Shape

    @nn.compact
    def __call__(self, reads: tuple[Array, ...]) -> Float[Array, "batch *places columns"]:
        """Values of the units, standardised; zero before training.

        Args:
            reads: standardised, (batch, *places or grid, channels) or (batch, features); integers
                as indices of known tokens, -1 for others, without the axis of channels.
        """
        shape = self.shape
        size = shape.places
        x: Array = jnp.zeros((), jnp.float32)
        for value, read in zip(reads, shape.reads, strict=True):
            x = x + self._entered(value, read)
        x = jnp.broadcast_to(x, (len(reads[0]), *size, shape.width))
        if size and (shape.mixing != "none" or all(r.kind == "flat" for r in shape.reads)):
            x = x + self.param("where", nn.initializers.normal(0.1), (*size, shape.width))
        x = nn.relu(x) if shape.mixing == "none" else x
        for _ in range(shape.depth):
            if shape.mixing != "none":
                x = x + self._attended(x)
            step: nn.Module = nn.Dense(shape.width)
            if len(size) > 1:
                step = nn.Conv(shape.width, (3,) * len(size))
            x = x + nn.relu(step(x))
        out: Array = nn.Dense(shape.columns, kernel_init=nn.initializers.zeros)(x)
        return out

    def _entered(self, value: Array, read: Read) -> Array:
        """A read at the units' places, ``width`` channels."""
        width, places = self.shape.width, self.shape.places
        if read.tokens:
            known = (value >= 0)[..., None]
            value = jnp.where(known, nn.Embed(read.tokens, width)(jnp.maximum(value, 0)), 0.0)
        if read.kind in ("finer", "picture"):
            value = self._strided(value, read)
        if read.kind == "finer":
            shape = (len(value), *places, width)
            scaled = jax.image.resize(value, shape, "linear")
            return value if value.shape == shape else scaled
        if read.kind == "same":
            return nn.Dense(width)(value.reshape(len(value), *places, -1))
        flat = nn.Dense(width)(value.reshape(len(value), -1))
        return flat.reshape(len(value), *(1 for _ in places), width)

    def _strided(self, value: Array, read: Read) -> Array:
        """Convolutions until the grid is the units', or nearly."""
        ends = self.shape.places if read.kind == "finer" else (SMALLEST,) * len(read.sizes)
        left = [max(size / end, 1.0) for size, end in zip(read.sizes, ends, strict=True)]
        first = True
        while first or max(left) >= 2:
            strides = tuple(_stride(x) for x in left)
            kernel = tuple(2 * s + 1 for s in strides)
            value = nn.Conv(self.shape.width, kernel, strides=strides)(value)
            left = [x / s for x, s in zip(left, strides, strict=True)]
            if last := max(left) < 2 and read.kind == "finer":
                return value
            value, first = nn.relu(value), last
        return value

    def _attended(self, x: Array) -> Array:
        width = self.shape.width
        seen = nn.LayerNorm()(x)
        mask = None
        if self.shape.mixing == "causal":
            mask = nn.make_causal_mask(jnp.zeros(x.shape[:2], jnp.float32))
        heads = math.gcd(HEADS, width)
        out: Array = nn.MultiHeadDotProductAttention(num_heads=heads, qkv_features=width)(
            seen, seen, mask=mask
        )
        return out


def _stride(ratio: float) -> int:
    """A stride that divides the ratio where one of 2, 3, 5 and 7 does; 1 where little is left."""
    if ratio < 2:
        return 1
    return next((p for p in (2, 3, 5, 7) if ratio % p == 0), 2)
