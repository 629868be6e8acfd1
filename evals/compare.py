"""Differences of what programs recover, paired over examples, from the reports of two runs."""

import argparse
import pathlib
from collections.abc import Sequence

import aann
from aann.comparison.compare import Comparison, compare_rows, main_row
from aann.report.folder import replacing
from aann.statistics.interval import Setting
from aann.vis.forest import forest
from evals.shared import arguments, command
from zoo.scripts import script
from zoo.scripts.integers import draws, natural

NAME = "compare"
KINDS = ("fit", "program", "control")
"""Kinds of rows that are compared with the row of the same name in the other report."""


def main(argv: list[str] | None = None) -> None:
    """Read the reports, compare their rows, and save the comparison."""
    parser = _parser()
    args = parser.parse_args(argv)
    first = aann.Report.load(args.first)
    second = aann.Report.load(args.second)
    same = _file(args.first) == _file(args.second)
    try:
        setting = Setting(draws=args.draws, seed=args.seed, confidence=args.confidence)
        pairs = _pairs(first, second, args.row_a, args.row_b, same=same)
        found = compare_rows(
            first, second, pairs, args.metric, setting, other_units=args.other_units
        )
    except KeyError as error:
        raise ValueError(error.args[0]) from None
    save(found, command.writable(args.out))


def _parser() -> argparse.ArgumentParser:
    parser = script.parser(f"evals.{NAME}", __doc__)
    for name, metavar in (("first", "A"), ("second", "B")):
        parser.add_argument(
            name, type=pathlib.Path, metavar=metavar,
            help=f"the {name} report: a folder with report.json and report.npz, or report.json",
        )  # fmt: skip
    for name in ("a", "b"):
        parser.add_argument(
            f"--row-{name}", metavar="ROW", help=f"row of {name.upper()} (default: its program)"
        )
    parser.add_argument(
        "--metric", type=arguments.names, default=("kl",), metavar="M,M",
        help="metrics to compare by (default: kl)",
    )  # fmt: skip
    parser.add_argument(
        "--other-units", action="store_true",
        help="allow other sites and units in B, whose zero-ablation does another damage",
    )  # fmt: skip
    parser.add_argument("--seed", type=natural, default=0, help="default: 0")
    parser.add_argument("--draws", type=draws, default=10_000, help="default: 10000")
    parser.add_argument("--confidence", type=float, default=0.95, help="default: 0.95")
    parser.add_argument(
        "--out", type=pathlib.Path, default=pathlib.Path(f"out/{NAME}"), metavar="DIR",
        help=f"write comparison.json, comparison.md and comparison.png here (default: out/{NAME})",
    )  # fmt: skip
    return parser


def _file(given: pathlib.Path) -> pathlib.Path:
    return (given / "report.json" if given.is_dir() else given).resolve()


def _pairs(
    first: aann.Report, second: aann.Report, row_a: str | None, row_b: str | None, *, same: bool
) -> list[tuple[str, str]]:
    """The rows asked for; then those of one name, or in one report the row against all others."""
    asked = (row_a or main_row(first), row_b or main_row(second))
    if row_a and row_b:
        return [asked]
    names = [row.name for row in second.rows if row.kind in KINDS]
    if same:
        one = row_b or asked[0]
        return [(one, n) if row_b is None else (n, one) for n in names if n != one]
    ours = {row.name for row in first.rows}
    return [asked, *((n, n) for n in names if n in ours and (n, n) != asked)]


def save(found: Comparison, folder: pathlib.Path) -> Sequence[str]:
    """Print the comparison and write it and its figure into ``folder``; returns the files."""
    page = f"{found.markdown()}\n\n![differences](comparison.png)\n"
    with replacing(folder) as new:
        (new / "comparison.json").write_text(found.to_json() + "\n", encoding="utf-8")
        (new / "comparison.md").write_text(page, encoding="utf-8")
        forest(found).savefig(new / "comparison.png", bbox_inches="tight")
    print(found)
    written = [f"comparison.{end}" for end in ("json", "md", "png")]
    command.say(f"wrote {', '.join(written)} to {folder}")
    return written


if __name__ == "__main__":
    script.run(main)
