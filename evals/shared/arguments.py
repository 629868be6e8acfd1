"""The arguments that all evaluations share."""

import argparse
import pathlib

from aann.statistics.bootstrap import MINIMUM
from evals.shared import machine
from zoo.scripts import script
from zoo.scripts.integers import natural, positive


def parser(name: str, claim: str, out: str) -> argparse.ArgumentParser:
    """An argument parser with the shared arguments.

    Args:
        name: of the module, as in ``python -m evals.NAME``.
        claim: one line for ``--help``.
        out: where results go by default.
    """
    result = script.parser(f"evals.{name}", claim)
    result.add_argument(
        "--n", type=positive, metavar="N",
        help="report on N held-out examples, picked by the seed (default: all)",
    )  # fmt: skip
    result.add_argument("--seed", type=natural, default=0, metavar="S", help="default: 0")
    result.add_argument(
        "--limit", type=positive, metavar="N",
        help="a quick look: use at most N design and N held-out examples",
    )  # fmt: skip
    result.add_argument(
        "--out", type=pathlib.Path, default=pathlib.Path(out), metavar="DIR",
        help=f"write report.html, report.json, report.md and figures here (default: {out})",
    )  # fmt: skip
    machine.add(result)
    return result


def add_thorough(given: argparse.ArgumentParser) -> None:
    """Let an evaluation be asked for what takes long."""
    given.add_argument(
        "--thorough", action="store_true",
        help="also what takes long: more wrong programs, every unit alone, the fit drawn anew",
    )  # fmt: skip


def check_counts(
    given: argparse.ArgumentParser, args: argparse.Namespace, what: str = "examples"
) -> None:
    """Refuse, as a usage error, ``--n`` and ``--limit`` that give no interval.

    Args:
        given: the parser.
        args: what it parsed.
        what: the evaluation's word for examples.
    """
    if args.n and args.limit and args.n > args.limit:
        given.error(f"--n {args.n} asks for more {what} than --limit {args.limit} allows")
    for name in ("n", "limit"):
        if (number := getattr(args, name)) and number < MINIMUM:
            given.error(f"--{name} {number} is too few for an interval: at least {MINIMUM}")


def names(text: str) -> tuple[str, ...]:
    """Different names with commas between them."""
    found = tuple(name.strip() for name in text.split(","))
    if not all(found) or len(set(found)) < len(found):
        raise argparse.ArgumentTypeError(f"expected different names with commas, got {text!r}")
    return found


def folder(text: str) -> pathlib.Path:
    """A folder that exists."""
    path = pathlib.Path(text).expanduser()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"no folder {text!r}")
    return path


def file(text: str) -> pathlib.Path:
    """A file that exists."""
    path = pathlib.Path(text).expanduser()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"no file {text!r}")
    return path
