"""What aann offers: its version, its public names, and where to go on. ``python -m aann``"""

import argparse
import inspect

import aann

NEXT = {
    "python -m evals": "lists the evaluations, each of which takes --help",
    "docs/index.md": "of the sources: concepts, how-to pages, and a page for each error",
    "help(aann.evaluate)": "arguments, what comes back and what is refused, likewise for all names",
}


def main(argv: list[str] | None = None) -> None:
    """Print it."""
    parser = argparse.ArgumentParser(
        prog="python -m aann", description=(__doc__ or "").partition(" ``")[0], allow_abbrev=False
    )
    parser.parse_args(argv)
    print(f"aann {aann.__version__}: {_claim(aann)}\n")
    names = [name for name in aann.__all__ if name != "__version__"]
    _table({name: _claim(getattr(aann, name)) for name in names})
    print("\nWhere to go on:\n")
    _table(NEXT)


def _table(rows: dict[str, str]) -> None:
    width = max(map(len, rows))
    for name, meaning in rows.items():
        print(f"  {name:<{width}}  {meaning}")


def _claim(thing: object) -> str:
    """The first line of its docstring."""
    return (inspect.getdoc(thing) or "").partition("\n")[0].replace("``", "`")


if __name__ == "__main__":
    main()
