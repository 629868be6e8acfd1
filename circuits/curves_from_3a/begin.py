"""Where the search for constants of ``curves_from_3a`` begins, and what of them is kept.

A hand-set template is the same for every network: activations in units of their spread, arcs as
long and bent as curves of a small picture are. Directions and classes are measured. Pieces begin
silent, spread at random over the filter.
"""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np

import aann
from circuits.curves.family import Family
from circuits.curves_from_3a import program as curves_from_3a
from circuits.curves_from_3a.choice import Chosen
from circuits.curves_from_3a.kernels import PITCH, REACH

TEMPLATE = {
    "curve_tuning": 8.0,
    "line_tuning": 4.0,
    "curve_crossing": 0.0,
    "line_crossing": 0.2,
    "early_threshold": 0.0,
    "arc_tuning": 16.0,
    "crowd_spread": 10.0,
    "piece_width": 6.0,
}
SHAPE = {"length": 10.0, "width": 4.5, "curvature": 0.025, "opposing": 0.5, "crowd": 0.5}
"""Of all units alike."""

QUIET = 0.02
"""Spread of the weights of pieces at the beginning, where an arc's is 1."""

LOUDNESS = 0.4
"""Of a unit below whose tuning is as strong as its activations are spread."""


def begin(family: Family, chosen: Chosen, spreads: np.ndarray) -> aann.Constants:
    """What was measured, the template, and one silent piece of either kind."""
    n = len(family.units)
    loudness = LOUDNESS * chosen.tuning.strength / spreads
    start = {
        **{name: jnp.float32(x) for name, x in TEMPLATE.items()},
        **{name: jnp.full(n, x) for name, x in SHAPE.items()},
        "direction": jnp.asarray(family.directions, jnp.float32),
        "right": jnp.zeros(n),  # both sites are on one grid
        "up": jnp.zeros(n),
        "threshold": jnp.zeros(n),
        "gain": jnp.ones(n),
        "curve_direction": jnp.asarray(chosen.tuning.direction[chosen.curves], jnp.float32),
        "line_normal": jnp.asarray(chosen.tuning.normal[chosen.lines], jnp.float32),
        "curve_gain": jnp.asarray(loudness[chosen.curves], jnp.float32),
        "line_gain": jnp.asarray(loudness[chosen.lines], jnp.float32),
        **dict.fromkeys(curves_from_3a.PIECES, jnp.zeros(1)),
        **dict.fromkeys(curves_from_3a.OWN, jnp.zeros((1, n))),
    }
    return aann.Constants(start)


def as_measured(c: aann.Constants, chosen: Chosen) -> aann.Constants:
    """Constants with the angles below as they were measured."""
    return aann.Constants(
        {
            **c,
            "curve_direction": jnp.asarray(chosen.tuning.direction[chosen.curves], jnp.float32),
            "line_normal": jnp.asarray(chosen.tuning.normal[chosen.lines], jnp.float32),
        }
    )


def with_pieces(
    c: aann.Constants, names: Sequence[str], shape: tuple[int, ...], seed: int = 0
) -> aann.Constants:
    """Constants with quiet pieces anywhere on the filter, facing any way."""
    rng = np.random.default_rng(seed)
    edge = (REACH - 0.25) * PITCH
    values = (
        rng.uniform(-edge, edge, shape),
        rng.uniform(-edge, edge, shape),
        rng.uniform(-180, 180, shape),
        rng.normal(0, QUIET, shape),
    )
    new = zip(names, values, strict=True)
    return aann.Constants({**c, **{n: jnp.asarray(x, jnp.float32) for n, x in new}})


def weightiest(c: aann.Constants, names: Sequence[str], count: int) -> aann.Constants:
    """Constants with that many pieces, those that count most (of each unit, where they are its)."""
    order = jnp.argsort(-jnp.abs(c[names[-1]]), axis=0)[:count]
    return aann.Constants({**c, **{n: jnp.take_along_axis(c[n], order, 0) for n in names}})


def keep(c: aann.Constants, old: Chosen, new: Chosen) -> aann.Constants:
    """Constants with the entries of the units below that are kept."""
    kept = dict(c)
    for names, before, after in (
        (curves_from_3a.CURVES, old.curves, new.curves),
        (curves_from_3a.LINES, old.lines, new.lines),
    ):
        places = np.asarray([before.tolist().index(channel) for channel in after], int)
        kept |= {name: c[name][places] for name in names[1:]}
    return aann.Constants(kept)
