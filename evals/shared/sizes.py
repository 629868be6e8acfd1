"""Sizes of memory on the command line: 4GiB, 500MB, 1.5 GiB, 1000000."""

import argparse
import re

UNITS = {
    "": 1, "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip


def size(text: str) -> int:
    """Bytes; units are written in any case."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)", text.strip())
    units = {unit.lower(): factor for unit, factor in UNITS.items()}
    if found is None or found[2].lower() not in units:
        known = ", ".join(unit for unit in UNITS if unit)
        raise argparse.ArgumentTypeError(
            f"expected a size such as 4GiB or 500MB, got {text!r}; units are {known}"
        )
    return int(float(found[1]) * units[found[2].lower()])
