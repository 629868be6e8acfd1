"""How often programs give the labels of the network, of the secret rule and of the published one.

Shares are over held-out pairs with Wilson intervals; beside them stands the count over the pairs,
of all there are, that the published network gets wrong.
"""

import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

import aann
from aann.labelling.found import LabelAgreement
from aann.labelling.share import share_of
from aann.report.estimate import Estimate
from aann.report.folder import replacing
from aann.report.grid import Grid, of_text
from aann.shown.table import aligned, markdown
from aann.statistics.interval import Setting
from evals.shared import command

REFERENCES = ("network", "truth", "published")
TITLE = "Labels of programs and networks"
LEGEND = (
    "Shares of held-out pairs with the same label, with 95% Wilson intervals; all: over all pairs. "
    "published wrong: of the pairs that the published network gets wrong, how many are right."
)


class Row(NamedTuple):
    """One labelling.

    Attributes:
        network: variant that programs are fitted to.
        program: what gives the labels; ``network`` and ``published`` are networks.
        heldout: reference -> share of held-out pairs with its label.
        everywhere: reference -> share of all pairs.
        rescued: how many of the pairs that the published network gets wrong are right.
        wrong: how many such pairs there are.
    """

    network: str
    program: str
    heldout: Mapping[str, Estimate]
    everywhere: Mapping[str, float]
    rescued: int
    wrong: int


def of(
    model: aann.Model, replacement: aann.Replacement, population: aann.Examples
) -> LabelAgreement:
    """Labels of the network with the program in it, over all pairs."""
    return aann.label_agreement(model, replacement, population, progress=False)


def rows(
    network: str,
    found: Sequence[LabelAgreement],
    published: np.ndarray,
    heldout: Sequence[str],
) -> list[Row]:
    """A row for each program, then for both networks.

    Args:
        network: the variant.
        found: of its programs, over all pairs.
        published: labels of the published network, (n,), in the same order.
        heldout: names of the pairs that shares are over.
    """
    labels = found[0].labels
    references = {"network": labels["network"], "truth": labels["truth"], "published": published}
    chosen = np.isin(np.asarray(found[0].names), np.asarray(heldout))
    wrong = published != labels["truth"]
    told = {f.program: f.labels["program"] for f in found}
    told |= {name: references[name] for name in ("network", "published")}
    return [
        Row(
            network, name,
            {r: share_of((x == y)[chosen], Setting()) for r, y in references.items()},
            {r: float((x == y).mean()) for r, y in references.items()},
            int((x == labels["truth"])[wrong].sum()), int(wrong.sum()),
        )
        for name, x in told.items()
    ]  # fmt: skip


def save(table: Sequence[Row], folder: pathlib.Path) -> None:
    """Write ``labels.json`` and ``labels.md``."""
    if not command.leads():
        return
    plain: dict[str, Any] = {"schema": 1, "rows": [_plain(row) for row in table]}
    with replacing(folder) as new:
        (new / "labels.json").write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
        lines = [*markdown(cells(table)), "", LEGEND, ""]
        (new / "labels.md").write_text("\n".join(lines), encoding="utf-8")


def text(table: Sequence[Row]) -> str:
    """The table for a terminal."""
    return "\n".join([*aligned(cells(table), left=2), LEGEND])


def grid(table: Sequence[Row]) -> Grid:
    """The table for a page."""
    return of_text(TITLE, cells(table), [LEGEND])


def cells(table: Sequence[Row]) -> list[list[str]]:
    """Header and rows as text."""
    header = ["network", "program", *(f"{r}{all_}" for r in REFERENCES for all_ in ("", ", all"))]
    return [[*header, "published wrong"], *(_cells(row) for row in table)]


def _cells(row: Row) -> list[str]:
    shares = []
    for reference in REFERENCES:
        x = row.heldout[reference]
        shares += [f"{x.estimate:.2%} [{x.low:.2%}, {x.high:.2%}]"]
        shares += [f"{row.everywhere[reference]:.2%}"]
    return [row.network, row.program, *shares, f"{row.rescued} of {row.wrong}"]


def _plain(row: Row) -> dict[str, Any]:
    heldout = {r: x._asdict() if hasattr(x, "_asdict") else vars(x) for r, x in row.heldout.items()}
    return {**row._asdict(), "heldout": heldout, "everywhere": dict(row.everywhere)}
