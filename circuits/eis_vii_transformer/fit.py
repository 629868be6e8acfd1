"""Constants of the programs for attention and for what the MLP reads, on design pairs.

``mean_attention`` is the mean pattern; ``best_attention`` is the fixed pattern that brings the
network closest to itself (``circuits.fitting.divergence``). ``residual`` is what ``evidence`` finds
of sums of look-ups. The thresholds have a file of their own.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

import aann
from aann.shown.brief import counted
from circuits.eis_vii_transformer import program as programs
from circuits.eis_vii_transformer.evidence import LAST, MIDDLE, PATTERN, Evidence, look_ups
from circuits.fitting.attention import rounded
from circuits.fitting.divergence import closest

DIRECTIONS = 4
"""Directions of look-ups that the network has: they hold 99.8% of the variance of all sums."""
EXAMPLES = 2_048
"""Design pairs that ``best_attention`` descends on."""


def mean_attention(seen: Evidence) -> aann.Replacement:
    """The mean pattern in place of the pattern of every head at the last position."""
    mean = np.round(seen.pattern.astype(np.float64).mean(0), 3)
    return attention(seen, {"first": mean[:, 0], "second": mean[:, 1]}, "mean attention")


def best_attention(
    seen: Evidence, design: aann.Design, start: aann.Replacement
) -> aann.Replacement:
    """The fixed pattern that brings the spliced network closest to the intact one.

    Args:
        seen: from ``look``.
        design: pairs to descend on, the first ``EXAMPLES`` of them.
        start: ``mean_attention``.
    """
    found = closest(
        seen.model, start, design, names=("first", "second"), examples=EXAMPLES, digits=3
    )
    return found.with_constants(name="best fixed attention")


def residual(seen: Evidence, directions: int = DIRECTIONS) -> aann.Replacement:
    """Sums of look-ups along some directions in place of all that the MLP reads."""
    found = look_ups(seen, directions)
    note = f"least squares on {seen.note}"
    constants = {
        "first": rounded(found.first, 3),
        "second": rounded(found.second, 3),
        "directions": rounded(found.directions, 3),
        "centre": rounded(found.centre, 3),
    }
    return aann.make(
        programs.look_ups, model=seen.model.name, site=MIDDLE, units=range(len(found.centre)),
        positions=(LAST,), name=f"look-ups in {counted(len(found.share), 'direction')}",
        constants={n: aann.Constant(x, "fitted", note) for n, x in constants.items()},
        exchangeable=programs.LOOK_UPS,
    )  # fmt: skip


def attention(
    seen: Evidence,
    constants: Mapping[str, Any],
    name: str,
    program: Callable[..., jax.Array] = programs.fixed_attention,
) -> aann.Replacement:
    """A program in place of the pattern of every head at the last position."""
    note = f"mean of {seen.note}"
    return aann.make(
        program, model=seen.model.name, site=PATTERN, units=range(seen.pattern.shape[1]), axis=1,
        positions=(LAST,), position_axis=2, name=name,
        constants={n: aann.Constant(x, "fitted", note) for n, x in constants.items()},
    )  # fmt: skip
