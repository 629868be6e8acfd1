"""How many examples tell two programs apart: a power calculation from the report of a pilot."""

import argparse
import pathlib

import aann
from aann.report.folder import replacing
from evals.shared import command
from zoo.scripts import integers, script

NAME = "power"


def main(argv: list[str] | None = None) -> None:
    """Read the pilot, calculate and print."""
    args = _parser().parse_args(argv)
    found = aann.sample_size(
        aann.Report.load(args.report),
        args.first,
        args.second,
        row=args.row,
        like=args.like,
        metric=args.metric,
        power=args.power,
        level=args.level,
        at=args.n,
        simulate=not args.formula,
        seed=args.seed,
    )
    print(found)
    if args.out is not None:
        folder = command.writable(args.out)
        with replacing(folder) as new:
            (new / "power.json").write_text(found.to_json() + "\n", encoding="utf-8")
        command.say(f"wrote power.json to {folder}")


def _parser() -> argparse.ArgumentParser:
    parser = script.parser(f"evals.{NAME}", __doc__)
    parser.add_argument(
        "report", type=pathlib.Path, metavar="REPORT",
        help="a pilot: a folder with report.json and report.npz, or report.json",
    )  # fmt: skip
    parser.add_argument(
        "--from", dest="first", type=float, required=True, metavar="X",
        help="what one program recovers",
    )  # fmt: skip
    parser.add_argument(
        "--to", dest="second", type=float, required=True, metavar="Y",
        help="what the other one recovers",
    )  # fmt: skip
    parser.add_argument("--metric", default="kl", help="loss to recover (default: kl)")
    parser.add_argument(
        "--row", help="row of the pilot whose gaps the first program has (default: its program)"
    )
    parser.add_argument(
        "--like", metavar="ROW",
        help="row whose gaps the second program has (default: of all programs and fits the one "
        "with the median correlation)",
    )  # fmt: skip
    parser.add_argument("--power", type=float, default=0.8, help="default: 0.8")
    parser.add_argument("--level", type=float, default=0.05, help="default: 0.05")
    parser.add_argument(
        "--n", type=integers.positive, metavar="N", help="also the power with N examples"
    )
    parser.add_argument(
        "--formula", action="store_true", help="the delta method alone, without simulations"
    )
    parser.add_argument("--seed", type=integers.natural, default=0, help="default: 0")
    parser.add_argument(
        "--out", type=pathlib.Path, metavar="DIR", help="write power.json here (default: nowhere)"
    )
    return parser


if __name__ == "__main__":
    script.run(main)
