"""Compare what pages quote with what evaluations and benchmarks gave.

The pages are README.md, circuits/README.md and those of docs/. Prints every difference and ends
with status 1 where there is one. What runs gave is in results/saved; what pages quote of it, in
results/quotes.
"""

import argparse
import pathlib

from results import project, recount, take
from zoo.scripts import script


def main(argv: list[str] | None = None) -> None:
    """Take in new results, rewrite pages, and compare."""
    args = _parser().parse_args(argv)
    taken = [(path, *take.take(path)) for path in args.take]  # nothing is written if one is wrong
    for path, name, kept in taken:
        print(f"{path}: taken in as {take.write(name, kept)}")
    if args.write:
        for path in project.write():
            print(f"rewritten: {path}")
    found = project.check()
    for line in (*found.differences, *found.problems):
        print(line)
    if found.differences:
        print("python -m results --write puts the pages right, where what is saved is right")
    counts = [] if args.text else recount.problems()
    for line in counts:
        print(line)
    for line in project.copied():
        print(f"note: copied from a page, not from a run: {line}")
    if found.differences or found.problems or counts:
        raise SystemExit(1)
    print("pages, pictures and counts are those of the saved results")


def _parser() -> argparse.ArgumentParser:
    parser = script.parser("results", __doc__)
    parser.add_argument(
        "--take", type=pathlib.Path, nargs="+", default=[], metavar="PATH",
        help="first take in the folders that evaluations wrote (--out), or files of benchmarks "
        "(--save)",
    )  # fmt: skip
    parser.add_argument(
        "--write", action="store_true", help="rewrite pages and pictures where they differ"
    )
    parser.add_argument(
        "--text", action="store_true", help="leave out counting the saved programs again"
    )
    return parser


if __name__ == "__main__":
    script.run(main)
