"""What evaluations of several trained networks of one task share: arguments, networks, examples."""

import argparse
from collections.abc import Sequence

import aann
import zoo
from evals.shared import arguments, command

PUBLISHED = "published"
"""The variant whose weights do not ship; it is left out where they cannot be had."""


def parser(name: str, claim: str, networks: Sequence[str]) -> argparse.ArgumentParser:
    """The shared arguments, ``--thorough`` and ``--networks``.

    Args:
        name: of the module, and of the folder below ``out``.
        claim: one line for ``--help``.
        networks: variants that are evaluated by default.
    """
    result = arguments.parser(name, claim, f"out/{name}")
    arguments.add_thorough(result)
    shown = ",".join(networks)
    left_out = f"; {PUBLISHED} is left out where it cannot be had" if PUBLISHED in networks else ""
    result.add_argument(
        "--networks", type=arguments.names, metavar="A,B", default=tuple(networks),
        help="variants of the network: the first has its reports and figures, all are in the "
        f"tables (default: {shown}{left_out})",
    )  # fmt: skip
    return result


def load(task: str, networks: Sequence[str]) -> dict[str, aann.Model]:
    """The networks by variant; a published one that cannot be had is left out with a line.

    Raises:
        ValueError: there is no such variant.
        zoo.AssetError: the first network's weights cannot be had.
    """
    models = {}
    for network in networks:
        try:
            models[network] = zoo.load(task, network)
        except zoo.AssetError as error:
            if network == networks[0]:
                raise
            why = str(error).splitlines()[0].removesuffix(" Places searched:")
            command.say(f"left out {network}: {why}")
    return models


def halves(examples: aann.Examples, args: argparse.Namespace) -> tuple[aann.Design, aann.HeldOut]:
    """The design half and the held-out examples to report on, as the arguments ask for."""
    design, heldout = aann.split(examples)
    return command.limited(design, heldout, args)


def given_halves(data: str, args: argparse.Namespace) -> tuple[aann.Design, aann.HeldOut]:
    """The same of data that comes in two halves.

    Args:
        data: its name in the zoo.
        args: what the arguments ask for.
    """
    design = aann.design(zoo.data(data, split="design"))
    heldout = aann.held_out(zoo.data(data, split="heldout"), design)
    return command.limited(design, heldout, args)
