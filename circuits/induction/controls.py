"""Wrong programs of the same form: every distance but the right one.

Previous-token heads attend one position back, and induction heads to one position after a match.
``displaced`` gives all programs that say another number there, with all else as it is. Which number
it is is a constant of these programs, so that all of them are compiled as one.
"""

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Final

import jax.numpy as jnp

import aann
from circuits.induction import program as programs
from circuits.induction.program import Pattern, Tokens

FARTHEST: Final = 20
"""Positions."""
RIGHT: Final = 1


def previous_at(tokens: Tokens, c: aann.Constants) -> Pattern:
    """Each head attends ``distance`` positions back, up to a place."""
    place = jnp.arange(tokens.shape[1])
    there = (place[:, None] - c.distance == place[None, :]) & (place <= c.until)[:, None]
    feature = jnp.broadcast_to(there[None].astype(jnp.float32), (len(tokens), *there.shape))
    return programs.emphasis(feature, c.strength)


def always_at(tokens: Tokens, c: aann.Constants) -> Pattern:
    """Each head attends ``distance`` positions back."""
    place = jnp.arange(tokens.shape[1])
    there = place[:, None] - c.distance == place[None, :]
    feature = jnp.broadcast_to(there[None].astype(jnp.float32), (len(tokens), *there.shape))
    return programs.emphasis(feature, c.strength)


def match_at(tokens: Tokens, c: aann.Constants) -> Pattern:
    """Each head attends ``distance`` positions after earlier occurrences of the current token."""
    return programs.emphasis(programs.after_match(tokens, c.distance), c.strength)


AT = {
    programs.previous_token: previous_at,
    programs.always_previous: always_at,
    programs.prefix_matching: match_at,
}
"""Program -> the one of any distance."""


def displaced(
    main: aann.Replacement | Sequence[aann.Replacement], farthest: int = FARTHEST
) -> list[tuple[aann.Replacement, ...]]:
    """All programs, or combinations of them, of which some say another distance.

    Args:
        main: the right programs; one that has no distance stays as it is.
        farthest: largest distance.
    """
    each = (main,) if isinstance(main, aann.Replacement) else tuple(main)
    choices = [
        [one if d == RIGHT else _at(one, d) for d in (RIGHT, 0, *range(2, farthest + 1))]
        if one.program in AT
        else [one]
        for one in each
    ]
    return list(itertools.product(*choices))[1:]


def _at(one: aann.Replacement, distance: int) -> aann.Replacement:
    constants = {**one.constants, "distance": aann.Constant(distance, "chosen", "a wrong one")}
    program = AT[one.program]
    return dataclasses.replace(one, program=program, constants=constants)
