"""The page "what these units see" beside the report of an evaluation."""

import argparse
import pathlib
import sys

import aann
from aann.vis.tuning.radial import Radial
from aann.vis.units_seen import units_seen
from circuits.curves.family import Family
from evals.shared import command

STEPS, SEVERAL = 96, 2
"""Of the optimiser, and pictures kept apart: what a default run has time for."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add ``--no-pictures``."""
    parser.add_argument(
        "--no-pictures", action="store_true",
        help="leave out units.html, the page of what these units see",
    )  # fmt: skip


def save(
    args: argparse.Namespace,
    model: aann.Model,
    family: Family,
    tuning: Radial,
    design: aann.Design,
    folder: pathlib.Path,
) -> None:
    """Draw the page of a family, natural and artificial, unless it is left out.

    Args:
        args: with ``no_pictures`` and ``seed``.
        model: intact.
        family: whose units.
        tuning: what its units and the program in their place answer to curves.
        design: the pictures that examples are taken from; no other ones are looked at.
        folder: where results go.
    """
    if args.no_pictures or not command.leads():
        return
    command.say(f"drawing what {len(tuning.units)} units of {tuning.site} see ...")
    low_high = (family.inputs.low, family.inputs.high)
    found = units_seen(
        model, tuning.site, tuning.units, design, tuning=tuning, several=SEVERAL,
        steps=STEPS, low_high=low_high, seed=args.seed, progress=sys.stderr.isatty(),
    )  # fmt: skip
    files = found.save(folder)
    command.say(f"wrote {files[0].name} and {len(files) - 1} figures of it to {folder}")
