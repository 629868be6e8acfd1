"""Pictures of pages that are drawn from saved results: drawn again where those have changed.

A picture carries a mark of what it was drawn from (``Description`` in the PNG file), because the
bytes of one drawing differ from one version of matplotlib, or set of fonts, to the next.
"""

import hashlib
import json
import pathlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from PIL import Image

from aann.vis.ladder import bars
from aann.vis.style import Bar
from evals.modular_addition.figures import CHECKPOINTS, PROGRESS, training
from results import runs
from zoo.files.checksums import published

SIGN = "python -m results, drawn from "
WEIGHTS = pathlib.Path(__file__).parent.parent / "zoo" / "weights"


class Picture(NamedTuple):
    """A picture of a page.

    Attributes:
        facts: what it is drawn from, as JSON.
        draw: makes it.
    """

    facts: Callable[[], Any]
    draw: Callable[[], Figure]

    @property
    def mark(self) -> str:
        """Of what it is drawn from."""
        text = json.dumps(self.facts(), sort_keys=True)
        return SIGN + hashlib.sha256(text.encode()).hexdigest()


def stale(path: pathlib.Path, picture: Picture) -> bool:
    """Whether a file is not drawn from what is saved.

    Raises:
        OSError: it is missing, or no picture.
    """
    with Image.open(path) as opened:
        return opened.info.get("Description") != picture.mark


def write(path: pathlib.Path, picture: Picture) -> None:
    """Draw a picture into a file.

    Raises:
        OSError: the file cannot be written; published files that it shows cannot be had.
    """
    figure = picture.draw()
    figure.savefig(path, bbox_inches="tight", metadata={"Description": picture.mark})


def _bars() -> Figure:
    title, rows = _rows()
    return bars([Bar(*row) for row in rows], metric="KL", title=title)


def _rows() -> tuple[str, list[list[Any]]]:
    """The title of the bars; of each name, kind, recovered and the ends of its interval."""
    report = runs.load("curve_detectors")["reports"][""]
    data = report["data"]
    n = f"{data['name']}, {data['split']}, n = {data['n']}"
    rows = [
        [
            row["name"],
            row["kind"],
            *(row["recovered"]["kl"][x] for x in ("estimate", "low", "high")),
        ]
        for row in report["rows"]
    ]
    return f"{len(report['units'])} units of {report['site']} ({n})", rows


def _networks() -> list[str]:
    return list(dict.fromkeys(row["network"] for row in runs.load("modular_addition")["table"]))


def _courses() -> Mapping[str, str]:
    """Network -> hash of the course of its training, which ships, or that of its published file."""
    found = {}
    for network in _networks():
        path = WEIGHTS / PROGRESS.format(network)
        if network in CHECKPOINTS:
            found[network] = published()["grokking"][CHECKPOINTS[network]]
        elif path.is_file():
            found[network] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _training() -> Figure:
    return training(_networks())["training"]


PICTURES = {
    "docs/recovered.png": Picture(_rows, _bars),
    "docs/modular_training.png": Picture(_courses, _training),
}
"""Path from the root of the project -> picture."""
