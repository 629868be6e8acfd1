"""A small network from a program's reads to its units: what an unreadable function of them reaches.

It stands between the linear prediction and the program: it reads what the program reads, is fitted
on design examples alone, and knows as many numbers as it is given. ``network_layers`` is the flax
module; here is what it gets and what it returns, and how many numbers that are.
"""

import dataclasses
import functools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from aann.bench.ablation import View
from aann.bench.workbench import Workbench
from aann.shown.brief import brief

MIXING = ("none", "causal", "full")
"""Whether places of a sequence look at one another."""


class Trained(NamedTuple):
    """A fitted network.

    Attributes:
        params: of the layers.
        shift: of each read of numbers, (channels,) or ().
        scale: likewise: (value - shift) / scale is what enters.
        offset: (columns,), of each unit's values.
        gain: (columns,): what comes out times gain, plus offset, is the prediction.
        tokens: of each read that is of integers the values that it took, sorted.
        padded: () whether NaN stands at padding, and is taken for 0.
    """

    params: Any
    shift: tuple[Array, ...]
    scale: tuple[Array, ...]
    offset: Float[Array, " columns"]
    gain: Float[Array, " columns"]
    tokens: tuple[Array, ...]
    padded: Bool[Array, ""]

    def __repr__(self) -> str:
        return brief(self)

    @property
    def weights(self) -> int:
        """Numbers that it knows: parameters and what scales its reads and results."""
        known = (self.params, self.shift, self.scale, self.offset, self.gain)
        return sum(int(np.size(x)) for x in jax.tree.leaves(known))


@dataclasses.dataclass(frozen=True)
class Rung:
    """The row of a report: a function of the reads, as ``aann.bench.ablation`` has them.

    Attributes:
        shape: ``network_layers.Shape`` of the network.
    """

    shape: Any

    __repr__ = brief

    def __post_init__(self) -> None:
        # what a key of stored results is made of: two shapes are two functions
        object.__setattr__(self, "__qualname__", f"Rung{dataclasses.astuple(self.shape)}")

    def __call__(self, state: Trained, view: View) -> Array:
        """The units' values (batch, *places, *coordinates, units)."""
        values = predict(self.shape, state, view.reads)
        return values.reshape(view.natural.shape).astype(view.natural.dtype)


def predict(
    shape: Any, state: Trained, reads: Sequence[Array]
) -> Float[Array, "batch *places columns"]:
    """What a network makes of reads (batch, ...), laid out as ``Workbench.channels_last`` does."""
    return standardised(shape, state, reads) * _last(state.gain, shape) + _last(state.offset, shape)


def standardised(
    shape: Any, state: Trained, reads: Sequence[Array]
) -> Float[Array, "batch *places columns"]:
    """The same in units of each column's spread about its mean."""
    from aann.bench.network_layers import Layers  # noqa: PLC0415 - loads flax

    entered = []
    known = iter(state.tokens)
    scales = iter(zip(state.shift, state.scale, strict=True))
    for value, read in zip(reads, shape.reads, strict=True):
        if read.tokens:
            values = next(known)
            at = jnp.minimum(jnp.searchsorted(values, value), len(values) - 1)
            entered.append(jnp.where(values[at] == value, at, -1))
            continue
        shift, scale = next(scales)
        x = with_channels(value, read.kind, shape.places)
        x = jnp.where(jnp.isnan(x) & state.padded, 0.0, x.astype(jnp.float32))
        lead = (1,) * (x.ndim - shift.ndim)
        entered.append(
            (x - shift.reshape(*lead, *shift.shape)) / scale.reshape(*lead, *scale.shape)
        )
    with allowed():
        out: Any = Layers(shape).apply({"params": state.params}, tuple(entered))
    found: Array = out
    return found


def with_channels(value: Any, kind: str, places: Sequence[int]) -> Any:
    """A read of numbers with one axis of channels after those of its grid."""
    if kind == "flat":
        return value.reshape(len(value), -1)
    axes = 3 if kind == "picture" else 1 + len(places)
    return value.reshape(*value.shape[:axes], -1)


def shape_of(
    bench: Workbench, i: int, tokens: Sequence[int], width: int, depth: int, mixing: str | None
) -> Any:
    """The layers of a network for a replacement.

    Args:
        bench: the replacements.
        i: which of them.
        tokens: of each read that is of integers, how many values it takes.
        width: channels inside.
        depth: blocks.
        mixing: of ``MIXING``, along a sequence; None is ``causal``.
    """
    from aann.bench.network_layers import Read, Shape  # noqa: PLC0415 - loads flax

    natural = bench.naturals[i].shape
    places = natural[1 : len(natural) - 1 - bench.coordinates(i)]
    reads = jax.eval_shape(lambda *r: bench.channels_last(i, r), *bench.reads[i])
    known = iter(tokens)
    entering = []
    for read in reads:
        whole = np.issubdtype(read.dtype, np.integer)
        kind = _kind(read.shape, places, whole)
        sizes = {"finer": read.shape[1 : 1 + len(places)], "picture": read.shape[1:3]}
        entering.append(Read(kind, sizes.get(kind, ()), next(known) if whole else 0))
    mixing = "none" if len(places) != 1 else mixing or "causal"
    columns = math.prod(natural[1 + len(places) :])
    return Shape(tuple(entering), places, columns, width, depth, mixing)


def initial(shape: Any, reads: Sequence[Any], seed: int) -> Any:
    """Parameters before training.

    Args:
        shape: of the network.
        reads: shapes and dtypes of what it reads, as ``predict`` takes them.
        seed: of the parameters.
    """
    entered = []
    for read, how in zip(reads, shape.reads, strict=True):
        given = jnp.zeros((1, *read.shape[1:]), jnp.int32 if how.tokens else jnp.float32)
        entered.append(given if how.tokens else with_channels(given, how.kind, shape.places))
    return _initial(shape)(jax.random.key(seed), tuple(entered))


@functools.lru_cache(maxsize=32)
def _initial(shape: Any) -> Any:
    from aann.bench.network_layers import Layers  # noqa: PLC0415 - loads flax

    def init(key: Array, reads: tuple[Array, ...]) -> Any:
        with allowed():
            return Layers(shape).init(key, reads)["params"]

    return jax.jit(init)


class allowed:  # noqa: N801 - used as a function
    """flax and optax mix ranks and dtypes where a user may have made that an error."""

    def __enter__(self) -> None:
        self.settings = (jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"))
        for setting in self.settings:
            setting.__enter__()

    def __exit__(self, *error: Any) -> None:
        for setting in reversed(self.settings):
            setting.__exit__(*error)


def _kind(read: Sequence[int], places: Sequence[int], whole: bool) -> str:
    """How a read of this shape, (batch, ...), enters at these places."""
    if places and tuple(read[1 : 1 + len(places)]) == tuple(places):
        return "same"
    if len(places) > 1 and not whole and len(read) in (1 + len(places), 2 + len(places)):
        return "finer"
    return "picture" if not places and len(read) == 4 and not whole else "flat"


def _last(x: Array, shape: Any) -> Array:
    return x.reshape((1,) * (1 + len(shape.places)) + (-1,))
