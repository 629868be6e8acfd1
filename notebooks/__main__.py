"""Run notebooks and keep what they show: all of them, or those that are named."""

import argparse
import pathlib
import time

from notebooks import execute
from zoo.scripts import script


def main(argv: list[str] | None = None) -> None:
    """Run them one after the other; each is saved when it is done."""
    parser = argparse.ArgumentParser("python -m notebooks", description=__doc__)
    parser.add_argument("names", nargs="*", help="such as 01_first_replacement (default: all)")
    parser.add_argument("--out", type=pathlib.Path, default=execute.HERE, help="(default: here)")
    args = parser.parse_args(argv)
    try:
        sources = execute.sources(args.names)
    except ValueError as error:
        parser.error(str(error))
    args.out.mkdir(parents=True, exist_ok=True)
    for source in sources:
        print(f"{source.stem} ...", flush=True)
        began = time.perf_counter()
        execute.save(execute.execute(source), args.out / f"{source.stem}.ipynb")
        print(f"{source.stem}: {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    script.run(main)
