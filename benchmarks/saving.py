"""``--save FILE``: what a benchmark measured and where, for ``python -m results --take FILE``."""

import argparse
import json
import os
import pathlib
import platform
import shlex
import sys
from collections.abc import Mapping

from aann.data.provenance import versions


def add(parser: argparse.ArgumentParser) -> None:
    """Add the argument to a benchmark's parser."""
    parser.add_argument(
        "--save", type=pathlib.Path, metavar="FILE", help="also write the numbers as JSON"
    )


def save(args: argparse.Namespace, numbers: Mapping[str, float]) -> None:
    """Write the numbers where ``--save`` says, if it does.

    Args:
        args: of the benchmark.
        numbers: name -> what was measured.

    Raises:
        OSError: the file cannot be written.
    """
    if args.save is None:
        return
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = {
        "command": shlex.join(sys.argv),
        "machine": {
            "system": platform.platform(), "cores": cores, "load": round(os.getloadavg()[0], 2)
        },
        "versions": versions(),
        "benchmark": {name: float(f"{x:.6g}") for name, x in numbers.items()},
    }  # fmt: skip
    path = args.save.expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
