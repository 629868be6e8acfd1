"""The filters with which curve detectors read maps of facings, drawn by formula.

All of a unit's filter is drawn in the unit's own frame: ``along`` is right along the tangent at its
middle, seen from the middle of its circle, ``inward`` points to that middle. So a unit that faces
another way has the same filter, turned. Filters end ``REACH`` cells from their middle.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from aann import Constants
from circuits.curves.energy import facings
from circuits.curves.lobes import Frame, each, frame, lobe

PITCH = 8  # pixels between cells of mixed3a and of mixed3b
REACH = 2  # cells, as far as the 5x5 convolutions of mixed3b
NOTHING = 1e-3
"""Sum of a piece's filter below which it is faded: its place lies beyond the filter's edge."""


def unit_kernels(c: Constants) -> Float[Array, "tap tap facing unit"]:
    """Each unit's arc, less its echo, less the crowd, and the pieces beside the arc."""
    at = frames(c)
    drawn = arc(at, c)
    drawn -= each(c.opposing, drawn) * echo(at, c) + each(c.crowd, drawn) * crowd(at, c)
    return drawn + pieces(at, c, "piece") + pieces(at, c, "own")


def frames(c: Constants) -> Frame:
    """Of units with ``direction``, ``right`` and ``up``."""
    return frame(jnp.deg2rad(c.direction), facings(), 1, (c.right, c.up), pitch=PITCH, reach=REACH)


def arc(at: Frame, c: Constants) -> Float[Array, "tap tap facing unit"]:
    """Along the unit's arc, curves that face its middle."""
    return lobe(at, c.length, c.width, c.arc_tuning, c.curvature)


def echo(at: Frame, c: Constants) -> Float[Array, "tap tap facing unit"]:
    """Along the arc's mirror image, curves that face the mirror image's middle."""
    return lobe(at, c.length, c.width, c.arc_tuning, -c.curvature, jnp.pi)


def crowd(at: Frame, c: Constants) -> Float[Array, "tap tap facing unit"]:
    """Curves that face any way, around the middle."""
    return lobe(at, c.crowd_spread, c.crowd_spread, jnp.zeros(()))


def pieces(at: Frame, c: Constants, kind: str) -> Float[Array, "tap tap facing unit"]:
    """Curves that face some way at some place, for or against the unit.

    ``kind`` is "piece", of which all units have the same, or "own".
    """
    # (piece, 1) or (piece, unit)
    place, inward, way, weight = (
        c[f"{kind}_{n}"].reshape(c[f"{kind}_{n}"].shape[0], -1)[None, None]
        for n in ("along", "inward", "facing", "weight")
    )
    away = (at.along[:, :, None] - place) ** 2 + (at.inward[:, :, None] - inward) ** 2
    blob = jnp.exp(-away / (2 * c.piece_width**2))
    blob = weight * blob / (blob.sum((0, 1), keepdims=True) + NOTHING)
    tuned = bump(at.facing[:, None] - jnp.deg2rad(way[0]), c.arc_tuning)
    return jnp.einsum("yxpu,fpu->yxfu", blob, tuned / tuned.sum(0, keepdims=True))


def bump(off: jax.Array, concentration: jax.Array) -> jax.Array:
    """1 where two directions are the same, less the further they are apart, in radians."""
    return jnp.exp(concentration * (jnp.cos(off) - 1))
