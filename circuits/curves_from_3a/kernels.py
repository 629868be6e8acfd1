"""The filters with which curve detectors read maps of facings, drawn by formula.

All of a unit's filter is drawn in the unit's own frame: ``along`` is to the right along the tangent
at its middle, for one who looks towards the middle of its circle, ``inward`` points there. So a
unit that faces another way has the same filter, turned. Filters end ``REACH`` cells from their
middle.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from aann import Constants

PITCH = 8  # pixels between cells of mixed3a and of mixed3b
REACH = 2  # cells, as far as the 5x5 convolutions of mixed3b
FACINGS = 16  # directions of curves in a full turn
NOTHING = 1e-3
"""Sum of a piece's filter below which it is faded: its place lies beyond the filter's edge."""


class Frame(NamedTuple):
    """Where the taps of each unit's filter lie, in pixels, and the directions that facings have.

    Attributes:
        along: (tap, tap, unit).
        inward: (tap, tap, unit).
        off: direction of each facing less the unit's own, in radians, (facing, unit).
    """

    along: Float[Array, "tap tap unit"]
    inward: Float[Array, "tap tap unit"]
    off: Float[Array, "facing unit"]


def unit_kernels(c: Constants) -> Float[Array, "tap tap facing unit"]:
    """Each unit's arc, less its echo, less the crowd, and the pieces beside the arc."""
    frame = frames(c)
    kernels: jax.Array = (
        arc(frame, c, 1)
        - wide(c.opposing) * arc(frame, c, -1)
        - wide(c.crowd) * crowd(frame, c)
        + pieces(frame, c, "piece")
        + pieces(frame, c, "own")
    )
    return kernels


def frames(c: Constants) -> Frame:
    """Of units with ``direction``, ``right`` and ``up``."""
    direction = jnp.deg2rad(c.direction)
    step = PITCH * jnp.arange(-float(REACH), REACH + 1)
    right = step[None, :, None] - c.right[None, None, :]
    up = -step[:, None, None] - c.up[None, None, :]
    sine, cosine = jnp.sin(direction)[None, None, :], jnp.cos(direction)[None, None, :]
    off = facings()[:, None] - direction[None, :]
    return Frame(right * sine - up * cosine, right * cosine + up * sine, off)


def arc(frame: Frame, c: Constants, way: int) -> Float[Array, "tap tap facing unit"]:
    """Along the unit's arc (``way`` 1) or its mirror image (-1), curves that face its middle."""
    turn = way * c.curvature[None, None, :] * frame.along
    along = frame.along / c.length[None, None, :]
    inward = (frame.inward - turn * frame.along / 2) / c.width[None, None, :]
    ridge = jnp.exp(-(along**2 + inward**2) / 2)
    off = frame.off[None, None] - jnp.arctan(turn)[:, :, None, :]
    return unit_sum(ridge[:, :, None, :] * bump(off if way == 1 else off + jnp.pi, c.arc_tuning))


def crowd(frame: Frame, c: Constants) -> Float[Array, "tap tap facing unit"]:
    """Curves that face any way, around the middle."""
    disc = jnp.exp(-(frame.along**2 + frame.inward**2) / (2 * c.crowd_spread**2))
    return unit_sum(jnp.broadcast_to(disc[:, :, None, :], (*disc.shape[:2], *frame.off.shape)))


def pieces(frame: Frame, c: Constants, kind: str) -> Float[Array, "tap tap facing unit"]:
    """Curves that face some way at some place, for or against the unit.

    ``kind`` is "piece", of which all units have the same, or "own".
    """
    # (piece, 1) or (piece, unit)
    place, inward, way, weight = (
        c[f"{kind}_{n}"].reshape(c[f"{kind}_{n}"].shape[0], -1)[None, None]
        for n in ("along", "inward", "facing", "weight")
    )
    away = (frame.along[:, :, None] - place) ** 2 + (frame.inward[:, :, None] - inward) ** 2
    blob = jnp.exp(-away / (2 * c.piece_width**2))
    blob = weight * blob / (blob.sum((0, 1), keepdims=True) + NOTHING)
    tuned = bump(frame.off[:, None] - jnp.deg2rad(way[0]), c.arc_tuning)
    return jnp.einsum("yxpu,fpu->yxfu", blob, tuned / tuned.sum(0, keepdims=True))


def bump(off: jax.Array, concentration: jax.Array) -> jax.Array:
    """1 where two directions are the same, less the further they are apart, in radians."""
    return jnp.exp(concentration * (jnp.cos(off) - 1))


def wide(x: Float[Array, " unit"]) -> Float[Array, "1 1 1 unit"]:
    """A number a unit, for all of its filter."""
    return x[None, None, None, :]


def unit_sum(kernel: Float[Array, "tap tap facing unit"]) -> Float[Array, "tap tap facing unit"]:
    """Filters scaled so that the taps of each sum to one."""
    return kernel / kernel.sum((0, 1, 2), keepdims=True)


def facings() -> Float[Array, " facing"]:
    """The directions, in radians."""
    return 2 * jnp.pi * jnp.arange(float(FACINGS)) / FACINGS
