"""A module that ``python -m`` runs: how its arguments are read, and errors for people."""

import argparse
import sys
from collections.abc import Callable

from aann.machine import processes
from zoo.files.sources import AssetError


def parser(name: str, doc: str | None) -> argparse.ArgumentParser:
    """A parser without arguments of its own, which answers ``--help`` and refuses all else.

    Args:
        name: of the module, as in ``python -m NAME``.
        doc: of the module; its first line is shown.
    """
    claim = (doc or "").partition("\n")[0].partition(" ``python -m")[0]
    return argparse.ArgumentParser(prog=f"python -m {name}", description=claim, allow_abbrev=False)


def run(main: Callable[[], None]) -> None:
    """Run ``main``; what can go wrong with input is printed as a message, with exit status 1.

    Of several processes all end, and all with an error where one does.
    """
    try:
        with processes.together():
            main()
    except (ValueError, OSError, AssetError, processes.ProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        raise SystemExit(130) from None
