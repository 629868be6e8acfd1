"""The residual lab of any circuit here: where it is wrong, what that costs, what it lacks."""

import argparse
import pathlib
import sys

import aann
from aann.evaluation.network_settings import Networks
from evals.residuals.cases import CASES, Case
from evals.shared import command
from zoo.scripts import script
from zoo.scripts.integers import natural, positive

NAME = "residuals"
NETWORKS = Networks(weights=(300, 1_000, 3_000, 10_000))
"""Trained with ``--thorough``, as long as they get better."""
PIXELS = (0.0, 255.0)


def main(argv: list[str] | None = None) -> None:
    """Find and fit the programs, look at their residual, and write the page."""
    parser = _parser()
    args = parser.parse_args(argv)
    folder = command.writable(args.out or pathlib.Path(f"out/{NAME}_{args.circuit}"))
    case = CASES[args.circuit](args)
    name = args.program or next(iter(case.programs))
    if name not in case.programs:
        parser.error(f"--program {name!r} is none of: {', '.join(case.programs)}")
    lab = aann.residuals(
        case.model, case.programs[name], case.heldout if args.heldout else case.design,
        progress=sys.stderr.isatty(),
    )  # fmt: skip
    command.show(str(lab))
    for part in lab.parts:
        command.show(f"\n{lab.units(part.replacement.name)!r}")
        command.show(f"\n{lab.kinds(part.replacement.name)!r}")
    files = lab.save(folder, **_settings(args, case))
    command.say(f"wrote {files[0].name} and {len(files) - 1} figures of it to {folder}")


def _settings(args: argparse.Namespace, case: Case) -> dict[str, object]:
    found: dict[str, object] = {
        "metric": args.metric, "seed": args.seed, "progress": sys.stderr.isatty(),
        "low_high": case.low_high or PIXELS,
    }  # fmt: skip
    if args.quick:
        found |= {"sizes": None, "steps": 0}
    elif args.thorough:
        found |= {"sizes": NETWORKS, "steps": 512}
    return found


def _parser() -> argparse.ArgumentParser:
    parser = script.parser(f"evals.{NAME}", __doc__)
    parser.add_argument("circuit", choices=sorted(CASES), metavar="NAME", help=", ".join(CASES))
    parser.add_argument(
        "--program", metavar="P", help="one of the circuit's programs (default: its main one)"
    )
    parser.add_argument(
        "--network", metavar="V", help="variant of the network (default: one that ships)"
    )
    parser.add_argument(
        "--family", type=positive, default=10, metavar="K", help="curve detectors (default: 10)"
    )
    parser.add_argument(
        "--metric", choices=("kl", "nll"), default="kl",
        help="the loss whose gap is looked into (default: kl)",
    )  # fmt: skip
    parser.add_argument(
        "--limit", type=positive, metavar="N", help="fit on and look at N design examples at most"
    )
    parser.add_argument("--seed", type=natural, default=0, metavar="S", help="default: 0")
    parser.add_argument(
        "--heldout", action="store_true",
        help="look at held-out examples; every later report of the program says so",
    )  # fmt: skip
    time = parser.add_mutually_exclusive_group()
    time.add_argument(
        "--quick", action="store_true", help="without what is optimised or trained for the page"
    )
    time.add_argument(
        "--thorough", action="store_true", help="larger networks from the same reads, for longer"
    )
    parser.add_argument(
        "--out", type=pathlib.Path, metavar="DIR",
        help=f"write {NAME}.html and figures here (default: out/{NAME}_NAME)",
    )  # fmt: skip
    parser.set_defaults(n=None)
    return parser


if __name__ == "__main__":
    script.run(main)
