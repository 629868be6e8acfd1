"""The arguments about the machine that evaluations share, and the ``aann.Machine`` they ask for."""

import argparse

import aann


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments to a parser."""
    parser.add_argument_group("machine")


def of(args: argparse.Namespace) -> aann.Machine:
    """The machine that parsed arguments describe."""
    return aann.Machine()
