"""The whole fit of an evaluation's program drawn anew, where it is asked to be thorough."""

import argparse
from collections.abc import Callable
from typing import Any, Final

import aann
from aann.report.report import Report
from evals.shared import command

DRAWS: Final = 20


def added(
    report: Report,
    model: aann.Model,
    make: Callable[[aann.Design], Any],
    halves: tuple[aann.Design, aann.HeldOut],
    args: argparse.Namespace,
    on: aann.Machine | None = None,
    draws: int = DRAWS,
) -> Report:
    """The report, with refits of its program where ``--thorough`` asks for them.

    Args:
        report: of the program that ``make`` makes of the design half.
        model: the network.
        make: finds units and fits constants: design half -> program, or several.
        halves: design and held-out examples.
        args: of the evaluation.
        on: the machine.
        draws: how many refits.
    """
    if not args.thorough:
        return report
    design, heldout = halves
    command.say(f"fitting {report.eval} to {draws} resamples of {len(design)} design examples ...")
    found = aann.refit(
        model, make, heldout, design, draws=draws, seed=args.seed, progress=False, machine=on
    )
    return report.with_refit(found)
