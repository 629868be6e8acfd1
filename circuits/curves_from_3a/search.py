"""The descents that lead to the constants of ``curves_from_3a``, one after the other.

Squared error goes down by gradient, first with every unit of the layer below and a penalty on how
many are loud; then with the loudest, and pieces of the family; then with pieces of single units;
of either the weightiest are kept. ``Form`` says how far to go: simpler programs of the same form
are what the search went through (``circuits.curves_from_3a.rounds``).
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import aann
from circuits.curves.family import Family
from circuits.curves_from_3a import program as curves_from_3a
from circuits.curves_from_3a.begin import begin, keep, weightiest, with_pieces
from circuits.curves_from_3a.choice import Chosen, check_kinds, choose
from circuits.curves_from_3a.tuning import EarlyTuning
from circuits.fitting.descent import Evidence, descend, least_squares_gain

STEPS = {
    "curve_tuning": 3.0,
    "line_tuning": 2.0,
    "curve_crossing": 0.2,
    "line_crossing": 0.2,
    "early_threshold": 0.3,
    "direction": 15.0,
    "right": 4.0,
    "up": 4.0,
    "opposing": 0.4,
    "crowd": 0.4,
    "threshold": 0.3,
    "gain": 0.5,
    "curve_gain": 0.5,
    "line_gain": 0.5,
    "curve_direction": 15.0,
    "line_normal": 15.0,
}
"""The scale on which each constant is searched (``gain``: of its logarithm)."""

SHAPES = {
    "arc_tuning": 6.0,
    "crowd_spread": 0.3,
    "length": 0.3,
    "width": 0.3,
    "curvature": 0.02,
}
PIECES = {
    "piece_width": 0.3,
    "piece_along": 5.0,
    "piece_inward": 5.0,
    "piece_facing": 30.0,
    "piece_weight": 0.3,
}
OWN = {"own_along": 5.0, "own_inward": 5.0, "own_facing": 30.0, "own_weight": 0.3}
ANGLES = ("curve_direction", "line_normal")
LOGARITHMIC = ("gain", "length", "width", "crowd_spread", "piece_width")

TRIED = 12
"""Pieces of the family that are tried."""
TRIED_OWN = 5
"""Pieces of each unit that are tried."""

EPOCHS = {"candidates": 20, "pieces": 12, "last": 30}
RATE = 0.04
FEW_LOUD = 0.01
"""Penalty on the sum of loudnesses, their length being 1."""
FEW_PIECES = 0.02
FEW_OWN = 0.002
"""Penalties on weights of pieces."""


class Form(NamedTuple):
    """How much a program of this form may know.

    Attributes:
        kept: units of the layer below that it reads.
        shapes: units have their own arcs.
        pieces: of all units.
        own: pieces of each unit.
        finish: descend KL(intact || spliced) at last.
    """

    kept: int = 60
    shapes: bool = True
    pieces: int = 6
    own: int = 2
    finish: bool = True

    @property
    def steps(self) -> dict[str, float]:
        """What is searched, on which scales."""
        return {
            **STEPS,
            **(SHAPES if self.shapes else {}),
            **(PIECES if self.pieces else {}),
            **(OWN if self.own else {}),
        }

    def constants(self, units: int) -> int:
        """How many numbers such a program knows."""
        arcs = 10 * units if self.shapes else 7 * units + 3
        family = 4 * self.pieces + bool(self.pieces or self.own)
        return 3 * self.kept + 7 + arcs + family + 4 * self.own * units


class Found(NamedTuple):
    """Constants for activations in units of their spread, and which units below they are for."""

    constants: aann.Constants
    chosen: Chosen


def seen_of(evidence: Evidence, chosen: Chosen, spreads: np.ndarray) -> Evidence:
    """What the program sees of the layer below, in units of its spread."""
    channels = chosen.channels
    return Evidence(evidence.seen[..., channels] / np.float32(spreads[channels]), evidence.natural)


def candidates(
    family: Family, tuned: EarlyTuning, evidence: Evidence, spreads: np.ndarray, form: Form
) -> Found:
    """Constants of a program without pieces that reads every unit below, few of them loudly."""
    every = choose(tuned, tuned.strength / spreads, len(spreads))
    start, simple = begin(family, every, spreads), form._replace(pieces=0, own=0)
    return fit(Found(start, every), evidence, spreads, simple.steps, "candidates", loud)


def refine(first: Found, evidence: Evidence, spreads: np.ndarray, form: Form) -> Found:
    """Constants of least squared error, of a program that reads the loudest of the candidates.

    Args:
        first: the candidates.
        evidence: activations at both sites.
        spreads: of all units of the layer below.
        form: how much the program may know.

    Raises:
        ValueError: all units below that are kept are of one kind.
    """
    c, every = first
    loudness = np.zeros(len(spreads))
    loudness[every.channels] = np.abs(np.concatenate([c.curve_gain, c.line_gain]))
    chosen = choose(every.tuning, loudness, form.kept)
    check_kinds(chosen)
    found = Found(keep(c, every, chosen), chosen)
    shape = (TRIED_OWN, len(c.direction))
    for names, tried, count, penalty, steps in (
        (curves_from_3a.PIECES, (TRIED,), form.pieces, FEW_PIECES, form._replace(own=0).steps),
        (curves_from_3a.OWN, shape, form.own, FEW_OWN, form.steps),
    ):
        if count:
            quiet = Found(with_pieces(found.constants, names, tried), chosen)
            fitted = fit(quiet, evidence, spreads, steps, "pieces", few(names[-1], penalty))
            found = Found(weightiest(fitted.constants, names, count), chosen)
    return fit(found, evidence, spreads, form.steps, "last")


def few(weights: str, penalty: float) -> Callable[[aann.Constants], jax.Array]:
    """Penalty on weights of pieces."""
    return lambda c: penalty * jnp.abs(c[weights]).sum()


def loud(c: aann.Constants) -> jax.Array:
    """Penalty on how many units below are loud, however loud they are."""
    loudness = jnp.abs(jnp.concatenate([c.curve_gain, c.line_gain]))
    return FEW_LOUD * loudness.sum() / jnp.sqrt((loudness**2).sum() + 1e-12)


def fit(
    found: Found,
    evidence: Evidence,
    spreads: np.ndarray,
    steps: dict[str, float],
    stage: str,
    penalty: Callable[[aann.Constants], jax.Array] | None = None,
) -> Found:
    """Constants of least squared error, of those that ``steps`` names."""
    start, chosen = found
    evidence = seen_of(evidence, chosen, spreads)
    program = curves_from_3a.unit_curves
    scale = least_squares_gain(program, start, evidence)
    start = aann.Constants({**start, "gain": start.gain * scale})
    fitted = descend(
        program, start, evidence, steps=steps, logarithmic=LOGARITHMIC, epochs=EPOCHS[stage],
        rate=RATE, penalty=penalty,
    )  # fmt: skip
    return Found(fitted, chosen)
