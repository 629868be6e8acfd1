"""Losses of our own evaluations, as populations to draw experiments from.

    python -m benchmarks.losses out/curve_detectors out/induction out/max_of_k out/modular_addition

Writes ``losses.json`` beside this file: for each report the KL that zeroing the units adds to an
example, and what two of its rows leave, for 400 of the examples, evenly spread over those ordered
by what the first row leaves. ``benchmarks.coverage`` reads it.
"""

import json
import pathlib
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

import aann
from aann.shown.brief import brief
from zoo.scripts import script

FILE = pathlib.Path(__file__).with_suffix(".json")
EXAMPLES = 400
ROWS = {
    "curve_detectors": ("curves", "without scale"),
    "induction": ("previous token + prefix matching", "two back + prefix matching"),
    "max_of_k": ("linear", "evenly + copying"),
    "modular_addition": ("network", "other frequencies"),
}
"""Folder's name -> the two rows that are taken."""


class Losses(NamedTuple):
    """A population.

    Attributes:
        damage: (examples,), what zeroing the units adds.
        left: (2, examples), what two rows leave.
    """

    damage: Float[np.ndarray, " examples"]
    left: Float[np.ndarray, "2 examples"]

    def __repr__(self) -> str:
        return brief(self)


def main(argv: list[str] | None = None) -> None:
    parser = script.parser("benchmarks.losses", __doc__)
    parser.add_argument("reports", type=pathlib.Path, nargs="+", help=", ".join(ROWS))
    args = parser.parse_args(argv)
    if unknown := [str(p) for p in args.reports if p.name not in ROWS]:
        parser.error(f"no report of {', '.join(ROWS)}: {', '.join(unknown)}")
    found = {path.name: _taken(aann.Report.load(path), ROWS[path.name]) for path in args.reports}
    lines = [f"{json.dumps(name)}: {json.dumps(numbers)}" for name, numbers in found.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def load() -> Mapping[str, Losses]:
    """Name -> population."""
    saved = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        name: Losses(np.asarray(numbers[0]), np.asarray(numbers[1:]))
        for name, numbers in saved.items()
    }


def _taken(report: aann.Report, rows: tuple[str, str]) -> list[list[float]]:
    losses = report.arrays["losses/kl"].astype(float)
    names = [row.name for row in report.rows]
    columns = losses[[names.index("zero"), *(names.index(row) for row in rows)]] - losses[-1]
    order = np.argsort(columns[1])
    some = columns[:, order[np.linspace(0, len(order) - 1, EXAMPLES).round().astype(int)]]
    return [[float(f"{x:.4g}") for x in column] for column in some]


if __name__ == "__main__":
    main()
