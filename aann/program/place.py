"""Which part of a site's value a replacement writes: units, positions, directions.

Units are indices along the site's channel axis: channels, neurons, classes, or with another axis
heads. ``positions`` restricts them along the position axis. With a ``basis`` the units are its
columns, directions of the channel axis: a place is then a subspace, and what is orthogonal to it
keeps its value.
"""

import dataclasses
from collections.abc import Hashable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aann.shown.brief import brief

ORTHONORMAL = 1e-4
"""How far a basis' Gram matrix may be from the identity, entry by entry."""


@dataclasses.dataclass(frozen=True, eq=False)
class Place:
    """A part of a site's value.

    Attributes:
        units: indices along ``axis``, or of the basis' columns.
        axis: the channel axis.
        positions: indices along ``position_axis``; None is all of them.
        position_axis: the axis of positions.
        basis: (width, k) orthonormal columns, or None.
    """

    units: tuple[int, ...]
    axis: int = -1
    positions: tuple[int, ...] | None = None
    position_axis: int = 1
    basis: Float[np.ndarray, "width k"] | None = None

    __repr__ = brief

    @property
    def key(self) -> Hashable:
        """Equal for places that are written alike."""
        basis = None if self.basis is None else (self.basis.shape, self.basis.tobytes())
        dtype = None if self.basis is None else self.basis.dtype
        return self.units, self.axis, self.positions, self.position_axis, basis, dtype

    def problems(self) -> list[str]:
        """What is wrong with it, whatever the site."""
        found = [] if self.units else ["units is empty: name at least one unit to replace"]
        found += _index_problems("units", self.units)
        if self.positions is not None:
            if not self.positions:
                found.append("positions is empty: name one, or leave it out for all")
            found += _index_problems("positions", self.positions)
        if self.basis is not None:
            found += self._basis_problems(np.asarray(self.basis))
        return found

    def _basis_problems(self, basis: np.ndarray) -> list[str]:
        if basis.ndim != 2 or not np.issubdtype(basis.dtype, np.floating):
            return [f"a basis is a float array (width, k), got {basis.dtype} {basis.shape}"]
        error = np.abs(basis.T @ basis - np.eye(basis.shape[1])).max()
        if not error <= ORTHONORMAL:
            return [
                f"the basis' columns are orthonormal, but their products are off by {error:.2g}: "
                "np.linalg.qr(basis)[0]"
            ]
        return []

    def check(self, shape: tuple[int, ...], what: str) -> None:
        """Check it against the shape of the site's value.

        Raises:
            ValueError: with all problems.
        """
        rank = len(shape)
        axes = {"axis": self.axis}
        if self.positions is not None:
            axes["position axis"] = self.position_axis
        problems = [
            f"{name} {axis} does not exist"
            for name, axis in axes.items()
            if not -rank <= axis < rank
        ]
        if not problems:
            if len({axis % rank for axis in axes.values()}) < len(axes):
                problems.append(f"axis {self.axis} is that of units and of positions")
            problems += self._outside(shape)
        if problems:
            raise ValueError(f"{what} of shape {shape}: " + "; ".join(problems))

    def _outside(self, shape: tuple[int, ...]) -> list[str]:
        width = shape[self.axis]
        problems = []
        if self.basis is not None and len(self.basis) != width:
            problems.append(f"the basis has {len(self.basis)} rows, the site {width} channels")
        limit = width if self.basis is None else self.basis.shape[1]
        if outside := [u for u in self.units if u >= limit]:
            problems.append(f"has units 0 to {limit - 1}, got {outside}")
        if self.positions is not None:
            length = shape[self.position_axis]
            if outside := [p for p in self.positions if p >= length]:
                problems.append(f"has positions 0 to {length - 1}, got {outside}")
        return problems

    def shape(self, site: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of this part of a value of shape ``site``."""
        sizes = list(site)
        sizes[self.axis] = len(self.units)
        if self.positions is not None:
            sizes[self.position_axis] = len(self.positions)
        return tuple(sizes)

    def pick(self, value: Array) -> Array:
        """The part of a site's value, units and positions in the order given here."""
        if self.positions is not None:
            value = jnp.take(value, jnp.asarray(self.positions), axis=self.position_axis)
        if self.basis is None:
            return jnp.take(value, jnp.asarray(self.units), axis=self.axis)
        along = jnp.moveaxis(value, self.axis, -1) @ self._directions(value.dtype)
        return jnp.moveaxis(along, -1, self.axis)

    def write(self, value: Array, part: Array) -> Array:
        """The site's value with this part replaced; all else keeps its value, bit for bit."""
        rows: list[Any] = [slice(None)] * value.ndim
        if self.positions is not None:
            rows[self.position_axis] = jnp.asarray(self.positions)
        if self.basis is None:
            if self.positions is not None:
                inner = dataclasses.replace(self, positions=None)
                part = inner.write(value[tuple(rows)], part)
            else:
                rows[self.axis] = jnp.asarray(self.units)
            return value.at[tuple(rows)].set(part)
        change = jnp.moveaxis(part - self.pick(value), self.axis, -1)
        added = jnp.moveaxis(change @ self._directions(value.dtype).T, -1, self.axis)
        return value.at[tuple(rows)].add(added)

    def _directions(self, dtype: Any) -> jax.Array:
        basis: Any = self.basis
        return jnp.asarray(np.asarray(basis)[:, list(self.units)], dtype)


def overlap(a: Place, b: Place, rank: int | None = None) -> list[int]:
    """Units of ``b`` that write what ``a`` writes at one site; empty where none does.

    Args:
        a: a place.
        b: another one at the same site.
        rank: of the site's value. Without it axes counted from different ends cannot be compared,
            and such places are taken to be apart: ask again when it is known.
    """
    channels = _same_axis(a.axis, b.axis, rank)
    if channels is None or _apart(a, b, rank):
        return []
    if not channels:
        return list(b.units)
    if a.basis is None and b.basis is None:
        return [u for u in b.units if u in a.units]
    if a.basis is None or b.basis is None:
        basis, other = (a, b) if b.basis is None else (b, a)
        touched = np.abs(np.asarray(basis.basis)[list(other.units)][:, list(basis.units)])
        return list(b.units) if touched.max(initial=0.0) > ORTHONORMAL else []
    shared = np.abs(a.basis[:, list(a.units)].T @ b.basis[:, list(b.units)]).max(axis=0)
    return [u for u, size in zip(b.units, shared, strict=True) if size > ORTHONORMAL]


def _apart(a: Place, b: Place, rank: int | None) -> bool:
    """Whether two places have no position in common, or that depends on an unknown rank."""
    if a.positions is None or b.positions is None:
        return False
    same = _same_axis(a.position_axis, b.position_axis, rank)
    return same is None or (same and not set(a.positions) & set(b.positions))


def _same_axis(a: int, b: int, rank: int | None) -> bool | None:
    """Whether two axes are one; None where that depends on an unknown rank."""
    if rank is not None:
        return a % rank == b % rank
    return a == b if (a < 0) == (b < 0) else None


def _index_problems(what: str, given: tuple[Any, ...]) -> list[str]:
    problems = []
    if bad := [i for i in given if isinstance(i, bool) or not isinstance(i, int) or i < 0]:
        problems.append(f"{what} are non-negative integers, got {bad}")
    if repeated := sorted({i for i in given if given.count(i) > 1}, key=str):
        problems.append(f"{what} occur more than once: {repeated}")
    return problems
