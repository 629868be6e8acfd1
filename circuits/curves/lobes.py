"""The filters of early curves and of curve detectors, each a few lobes with names.

A lobe is a Gaussian along and across an arc; at each of its points it wants lines, or early curves,
that face one way relative to the arc. It sums to one, so that its weight is what it counts for.

Sharp edge: ``opposing`` is the same arc of early curves that face the other way, while the echo of
an early curve is the arc that bends the other way: lines face both ways at once.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from aann import Constants
from circuits.curves.energy import STRIDE, facings, normals
from circuits.curves.filters import taps, unit_sum

Scalar = Float[Array, ""] | float


class Frame(NamedTuple):
    """Where the taps of filters lie, and what the channels below face, seen from each filter.

    Attributes:
        along: pixels along the tangent, (tap, tap, filter).
        inward: pixels towards the centre of the circle.
        facing: radians from the filter's direction to the channel's, (channel, filter).
        fold: turns after which a channel looks the same: 1 for curves, 2 for lines.
    """

    along: Array
    inward: Array
    facing: Array
    fold: int

    def moved(self, along: Scalar, inward: Scalar) -> "Frame":
        """The frame about a point so many pixels away."""
        return self._replace(along=self.along - along, inward=self.inward - inward)


def frame(
    direction: Float[Array, " filter"],
    channels: Float[Array, " channel"],
    fold: int,
    centre: tuple[Array, Array] | None = None,
) -> Frame:
    """The frame of filters that face ``direction`` (radians), about ``centre`` (right, up)."""
    right, up = taps(STRIDE, centre)
    d = direction[None, None, :]
    along = right * jnp.sin(d) - up * jnp.cos(d)
    inward = right * jnp.cos(d) + up * jnp.sin(d)
    return Frame(along, inward, channels[:, None] - direction[None, :], fold)


def lobe(
    at: Frame,
    length: Array,
    width: Array,
    tuning: Array,
    curvature: Array | float = 0.0,
    turn: Array | float = 0.0,
) -> Float[Array, "tap tap channel filter"]:
    """An arc of channels that face its centre, or ``turn`` radians off.

    Args:
        at: its frame.
        length: spread along, in pixels.
        width: spread across.
        tuning: concentration of what is wanted about the one direction.
        curvature: 1 / pixels.
        turn: what is wanted, relative to the direction of the arc.
    """
    tangent = each(curvature, at.along) * at.along
    across = at.inward - tangent * at.along / 2
    ridge = jnp.exp(
        -((at.along / each(length, across)) ** 2 + (across / each(width, across)) ** 2) / 2
    )
    off = at.facing[None, None] - (turn + jnp.arctan(tangent))[:, :, None, :]
    return unit_sum(ridge[:, :, None, :] * jnp.exp(tuning * (jnp.cos(at.fold * off) - 1)))


def both_sides(
    at: Frame, along: Scalar, inward: Scalar, turn: Scalar, spread: Array, tuning: Array
) -> Float[Array, "tap tap channel filter"]:
    """Half a round lobe on each side of the middle, one the mirror image of the other.

    Args:
        at: the frame of the filters.
        along: pixels from the middle to the one; the other lies as far the other way.
        inward: pixels towards the centre, of both.
        turn: degrees by which what the one wants is turned; the other's is turned the other way.
        spread: pixels.
        tuning: as of a lobe.
    """
    angle = jnp.deg2rad(turn)
    one = lobe(at.moved(along, inward), spread, spread, tuning, 0.0, angle)
    other = lobe(at.moved(-along, inward), spread, spread, tuning, 0.0, -angle)
    return (one + other) / 2


def each(x: Array | float, like: Array) -> Array:
    """One number, or one a filter, to multiply an array of filters, which are its last axis."""
    return jnp.reshape(jnp.asarray(x), (1,) * (like.ndim - 1) + (-1,))


def early_filters(c: Constants) -> Float[Array, "tap tap line facing"]:
    """Of early curves: a bent line and a short straight one, less what speaks against them.

    That is the echo, lines that lean over near the middle, and lines that turn in beyond the ends,
    as they do where the arc closes to something small.
    """
    at = frame(facings(), normals(), 2)
    line = lobe(at, c.line_length, c.line_width, c.line_tuning)
    arc = lobe(at, c.bend_length, c.bend_width, c.bend_tuning, c.bend_curvature)
    echo = lobe(at, c.echo_length, c.echo_width, c.bend_tuning, -c.echo_curvature)
    leaning = both_sides(at, c.lean_along, 0.0, c.lean_turn, c.lean_spread, c.line_tuning)
    place = (c.closing_along, c.closing_inward)
    closing = both_sides(at, *place, c.closing_turn, c.closing_spread, c.bend_tuning)
    filters: jax.Array = arc - c.echo * echo + c.line * line
    filters -= c.lean * leaning + c.closing * closing
    return filters


def unit_filters(c: Constants) -> Float[Array, "tap tap facing unit"]:
    """Of curve detectors: each unit's own arc, less what speaks against it."""
    at = frame(jnp.deg2rad(c.direction), facings(), 1, (c.right, c.up))
    arc = (c.length, c.width, c.tuning)
    filters = lobe(at, *arc, c.curvature)
    filters -= each(c.opposing, filters) * lobe(at, *arc, c.curvature, jnp.pi)
    filters -= each(c.crowd, filters) * lobe(at, c.crowd_spread, c.crowd_spread, jnp.zeros(()))
    filters -= each(c.halo, filters) * lobe(at, c.halo_spread, c.halo_spread, c.tuning)
    oblique = (c.oblique_spread, c.oblique_spread, c.oblique_tuning, 0.0)
    for side, weight in ((1, c.anticlockwise), (-1, c.clockwise)):
        turn, place = side * jnp.deg2rad(c.oblique_turn), (side * c.oblique_along, c.oblique_inward)
        filters -= each(weight / 2, filters) * lobe(at.moved(*place), *oblique, turn)
    place = (c.ends_along, c.ends_inward)
    ends = both_sides(at, *place, -c.ends_turn, c.ends_spread, c.tuning)
    return filters - each(c.ends, filters) * ends
