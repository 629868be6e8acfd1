"""How evaluations start: usage errors first, then the machine and the folder, then the work."""

import argparse
import pathlib
from collections.abc import Callable
from typing import NamedTuple

import aann
from evals.shared import arguments, command, machine


class Start(NamedTuple):
    """What an evaluation starts with.

    Attributes:
        args: what was parsed.
        on: the machine that the arguments ask for.
        folder: for results; it exists and takes files.
    """

    args: argparse.Namespace
    on: aann.Machine
    folder: pathlib.Path


def begin(
    parser: argparse.ArgumentParser,
    argv: list[str] | None,
    what: str = "examples",
    problem: Callable[[argparse.Namespace], str | None] = lambda args: None,
) -> Start:
    """Read the arguments and make ready what they ask for.

    Args:
        parser: made by ``arguments.parser``.
        argv: the words to parse; None takes those of the command line.
        what: the evaluation's word for examples.
        problem: what else is wrong with the arguments, for a usage error.

    Raises:
        SystemExit: a usage error, or help was asked for.
        ValueError: there is no such machine.
        OSError: a folder cannot be written.
    """
    args = parser.parse_args(argv)
    if found := problem(args):
        parser.error(found)
    arguments.check_counts(parser, args, what)
    on = machine.of(args)
    return Start(args, on, command.writable(args.out))
