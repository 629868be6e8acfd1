"""A site's values laid out beside a unit's: one row a position, one column a feature.

A site on a grid that folds to the unit's grid (equal, or a whole number of its cells to one of the
unit's) gives each position the values of its own cells, as the linear row of a report does; cells
are averaged where they would be too many features. Any other site is the same at all positions of
an example: flat, or where that is too wide averaged over its positions.
"""

import dataclasses
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from aann.bench.linear import WIDEST
from aann.program.replacement import Replacement
from aann.shown.brief import brief


@dataclasses.dataclass(frozen=True)
class Layout:
    """How a site's values become rows.

    Attributes:
        how: ``"cells"``, ``"averaged"``, ``"flat"`` or ``"pooled"``.
        places: of the units.
        fold: cells of the site that make one of the unit's, along each axis; () off the grid.
        channels: shape of what a cell holds; its last axes.
        around: whether the neighbouring cells are features, too.
        take: positions that are replaced, along their axis; None is all.
        moved: axes that are moved, from where to where, one pair after the other.
    """

    how: str
    places: tuple[int, ...]
    fold: tuple[int, ...]
    channels: tuple[int, ...]
    around: bool
    take: tuple[tuple[int, ...], int] | None
    moved: tuple[tuple[int, int], ...]

    __repr__ = brief

    @property
    def cells(self) -> int:
        """Features that one channel has."""
        inside = math.prod(self.fold) if self.how == "cells" else 1
        return inside * (3 ** len(self.places) if self.around else 1)

    @property
    def width(self) -> int:
        """Features, without the constant."""
        return self.cells * math.prod(self.channels)

    @property
    def words(self) -> str:
        """For tables."""
        size = " x ".join(map(str, self.fold))
        words = {
            "cells": f"{size} cells in one" if set(self.fold) - {1} else "cell by cell",
            "averaged": f"mean of {size} cells",
            "flat": "whole example",
            "pooled": "mean over positions",
        }[self.how]
        return words + (", with neighbours" if self.around else "")

    def label(self, channel: int) -> tuple[int, ...]:
        """The index of a channel along each axis of what a cell holds."""
        return tuple(int(i) for i in np.unravel_index(channel, self.channels))

    def features(self) -> Int[np.ndarray, "channels cells"]:
        """Which features each channel has."""
        count = math.prod(self.channels)
        return np.arange(self.cells)[None] * count + np.arange(count)[:, None]


def layout(
    shape: tuple[int, ...],
    site: tuple[int, ...],
    replacement: Replacement,
    places: tuple[int, ...],
    neighbours: bool,
) -> Layout:
    """How the values of a site are laid out.

    Args:
        shape: of the values, with the batch axis.
        site: shape at the replaced site.
        replacement: whose units they are laid beside.
        places: shape of the units' positions.
        neighbours: whether neighbouring cells are features where there is a grid.
    """
    take, moved = None, []
    if replacement.positions is not None:
        at = replacement.position_axis % len(site)
        if len(shape) > at and shape[at] == site[at]:
            take = replacement.positions, at
            shape = (*shape[:at], len(replacement.positions), *shape[at + 1 :])
    axis = replacement.axis % len(site)
    if len(shape) == len(site) and axis != len(site) - 1:
        moved.append((axis, len(site) - 1))
        shape = _moved(shape, moved[-1])
    if len(places) == 1 and len(shape) > 2 and shape[1] != places[0] and places[0] in shape[2:]:
        moved.append((shape.index(places[0], 2), 1))
        shape = _moved(shape, moved[-1])
    grid, channels = shape[1 : 1 + len(places)], shape[1 + len(places) :]
    fold = tuple(n // p for n, p in zip(grid, places, strict=False) if n % p == 0)
    same = len(shape) == len(site)
    if places and len(fold) == len(places) and (same or set(fold) == {1}):
        channels = channels or (1,)
        whole = math.prod(channels) * (3 ** len(places) if neighbours else 1)
        how = "cells" if whole * math.prod(fold) <= WIDEST else "averaged"
        return Layout(how, places, fold, channels, neighbours, take, tuple(moved))
    flat = shape[1:] or (1,)
    if math.prod(flat) <= WIDEST and not places:
        return Layout("flat", places, (), flat, False, take, tuple(moved))
    return Layout("pooled", places, (), flat[-1:], False, take, tuple(moved))


def rows_of(value: Any, plan: Layout) -> Float[Array, "rows width"]:
    """A batch's values as float32 features, one row a position of the units."""
    x: Array = value.astype(jnp.float32)
    if plan.take is not None:
        positions, axis = plan.take
        x = jnp.take(x, jnp.asarray(positions), axis=axis)
    for start, end in plan.moved:
        x = jnp.moveaxis(x, start, end)
    batch, count = len(x), math.prod(plan.places)
    if plan.how == "flat":
        return x.reshape(batch, -1)
    if plan.how == "pooled":
        mean = x.reshape(batch, -1, plan.channels[-1]).mean(axis=1)
        return jnp.repeat(mean, count, axis=0)
    split = [n for place, f in zip(plan.places, plan.fold, strict=True) for n in (place, f)]
    grid = [1 + 2 * i for i in range(len(plan.places))]
    inner = [2 + 2 * i for i in range(len(plan.places))]
    x = x.reshape(batch, *split, math.prod(plan.channels)).transpose(
        0, *grid, *inner, 1 + len(split)
    )
    channels = x.shape[-1]
    x = x.reshape(batch, *plan.places, -1, channels)
    x = x.mean(axis=-2) if plan.how == "averaged" else x.reshape(batch, *plan.places, -1)
    return (_around(x) if plan.around else x).reshape(batch * count, -1)


def _around(x: Array) -> Array:
    """Each position's values and those around it, zero beyond the edge, one after the other."""
    places = x.shape[1:-1]
    padded = jnp.pad(x, [(0, 0), *[(1, 1)] * len(places), (0, 0)])
    windows = [
        jax.lax.dynamic_slice(padded, (0, *offset, 0), x.shape)
        for offset in np.ndindex(*[3] * len(places))
    ]
    return jnp.concatenate(windows, axis=-1)


def _moved(shape: tuple[int, ...], pair: tuple[int, int]) -> tuple[int, ...]:
    left = list(shape)
    left.insert(pair[1], left.pop(pair[0]))
    return tuple(left)
