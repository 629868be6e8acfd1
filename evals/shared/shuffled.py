"""How many random wrong programs an evaluation runs: few by default, many where it is thorough."""

import argparse
from collections.abc import Sequence
from typing import Any, Final

import aann
from aann.evaluation.shuffles import Shuffles

DRAWS: Final = 99
EXAMPLES: Final = 500
THOROUGH: Final = 999
"""Draws in networks that take no time."""


PICTURES: Final = 100
"""Draws in InceptionV1, where one takes half a second on ``FEW`` pictures: the least p is 1/101."""
FEW: Final = 80


def of(
    main: aann.Replacement | Sequence[aann.Replacement],
    args: argparse.Namespace,
    *,
    draws: tuple[int, int] = (DRAWS, THOROUGH),
    examples: int = EXAMPLES,
    kinds: Sequence[str] | None = None,
    **how: Any,
) -> Shuffles:
    """Wrong programs of the same form as a program.

    Args:
        main: the program, or several.
        args: of an evaluation: its seed, and whether it is thorough.
        draws: by default and where it is thorough.
        examples: held-out examples by default; all where it is thorough.
        kinds: of shuffles; by default what the program declares exchangeable, or units if nothing.
        how: more for ``aann.shuffles``.
    """
    if kinds is None and "draw" not in how:
        every = [main] if isinstance(main, aann.Replacement) else main
        kinds = ["constants" if any(one.exchangeable for one in every) else "units"]
    thorough = bool(args.thorough)
    return aann.shuffles(
        main,
        draws[thorough],
        examples=None if thorough else examples,
        seed=args.seed,
        kinds=kinds,
        **how,
    )


def curves(main: aann.Replacement, args: argparse.Namespace) -> Shuffles:
    """The same for curve detectors: units permuted, and where it is thorough, directions too."""
    kinds = ("units", "constants") if args.thorough else ("units",)
    draws = (PICTURES, PICTURES)
    return of(main, args, draws=draws, examples=FEW, kinds=kinds)
