"""The same thresholds with fewer numbers: look-ups that are smooth, or the same for many tokens.

The look-ups of B are nearly smooth: lines between a few knots. Those of A are not: neighbours have
little to do with each other, but come in kinds, found by nearest centres of the pairs of look-ups
(``scipy.cluster.vq.kmeans2``). Fits are those of ``thresholds``, on design pairs.
"""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from scipy.cluster.vq import kmeans2

import aann
from circuits.eis_vii_transformer import program as programs
from circuits.eis_vii_transformer.evidence import Evidence
from circuits.eis_vii_transformer.thresholds import Tables, divergence, replacement, smoothed

KNOTS: tuple[int, ...] = (15, 5, 3, 2)
KINDS: tuple[int, ...] = (64, 32, 16, 8, 4)
FEW = 5
"""Knots of the look-ups of B beside kinds of A."""
LITTLE = 1e-4
"""Nats that moving the look-ups of kinds by one nat costs."""
TURNS = 6
"""How often kinds of A are dealt out, and their look-ups fitted."""


def hats(knots: int) -> np.ndarray:
    """(P, knots): how much of each knot's value a token gets, as ``program.between``."""
    at = np.linspace(0, programs.P - 1, knots)
    rows = [np.interp(np.arange(programs.P), at, hot) for hot in np.eye(knots)]
    return np.stack(rows, axis=1)


def with_knots(seen: Evidence, start: Tables, knots: int) -> aann.Replacement:
    """Look-ups of B that are lines between ``knots`` evenly spaced tokens."""
    basis = hats(knots)
    few = smoothed(seen, start, np.eye(programs.P), basis)
    return replacement(seen, few, f"B by {knots} knots", programs.knots, _how(start))


def with_kinds(seen: Evidence, start: Tables, kinds: int, knots: int = FEW) -> aann.Replacement:
    """Look-ups of A by kind, of B by knots; kinds and numbers are fitted in turns."""
    basis = hats(knots)
    first, second = smoothed(seen, start, np.eye(programs.P), basis)
    kind = kinds_of(first, kinds)
    for turn in range(TURNS):
        hot = np.eye(kinds)[kind]
        few = smoothed(seen, Tables(first, second @ basis.T), hot, basis, pull=LITTLE)
        if turn + 1 < TURNS:
            kind = nearest_kind(seen, few.first, few.second @ basis.T)
            first, second = few.first[:, kind], few.second
    name = f"{kinds} kinds of A, B by {knots} knots"
    return replacement(
        seen, few, name, programs.kinds, _how(start), kind=np.asarray(kind, np.int32)
    )


def with_smooth(seen: Evidence, start: Tables, knots: int) -> aann.Replacement:
    """Look-ups of both tokens by knots."""
    basis = hats(knots)
    few = smoothed(seen, start, basis, basis)
    return replacement(seen, few, f"A and B by {knots} knots", programs.smooth, _how(start))


def kinds_of(first: np.ndarray, kinds: int) -> np.ndarray:
    """The kind of each A, (P,): nearest of so many centres of its look-ups."""
    points = np.clip(first.T, *np.quantile(first, (0.02, 0.98)))
    return np.asarray(kmeans2(points, kinds, iter=50, minit="++", rng=0)[1])


def nearest_kind(seen: Evidence, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The kind of each A, (P,), with which its design pairs diverge least.

    Args:
        seen: from ``look``.
        first: look-ups of each kind, (threshold, kind).
        second: look-ups of B, (threshold, P).
    """
    sums = first[:, None, :] + second[:, seen.tokens[:, 1], None]
    lead = programs.soft_minimum(jnp.asarray(sums, jnp.float32))
    cost = np.asarray(divergence(jnp.asarray(seen.lead)[:, None], lead), np.float64)
    total = np.zeros((programs.P, first.shape[1]))
    np.add.at(total, seen.tokens[:, 0], cost)
    nearest: np.ndarray = total.argmin(1)
    return nearest


def trade(seen: Evidence, start: Tables) -> Sequence[aann.Replacement]:
    """All of them, from many numbers to few."""
    made: list[Any] = [with_knots(seen, start, k) for k in KNOTS]
    made += [with_kinds(seen, start, k) for k in KINDS]
    return [*made, with_smooth(seen, start, KNOTS[0])]


def _how(start: Tables) -> str:
    return f"from {len(start.first)} planes of the network's look-ups, with fewer numbers"
