"""What scrubbing found, as plain data that shows itself as a table."""

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aann.report.estimate import Estimate
from aann.shown.brief import brief
from aann.shown.screen import Shown, Tabular
from aann.shown.table import markdown
from aann.statistics.interval import Setting

SCHEMA = 1
Losses = Mapping[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class StandIns:
    """How many examples stand in for one.

    Attributes:
        mean: over examples, each counted with itself.
        alone: share of the examples that nobody but themselves stands in for.
    """

    mean: float
    alone: float

    __repr__ = brief


@dataclasses.dataclass(frozen=True)
class ScrubRow:
    """One hypothesis.

    Attributes:
        name: of the hypothesis.
        where: value -> the activations that it stands for.
        same: value -> which values are equivalent.
        rest: what happens to activations that no value claims.
        loss: metric -> mean loss: of the scrub, ``"intact"``, ``"zero"``, ``"random"``.
        kept: share of the examples' scrubs whose best class is still that of the intact network.
        recovered: metric -> of the damage of zero-ablation, intervals over examples (and, as every
            scrub of an example is drawn apart, over scrubs).
        against_random: metric -> likewise of the damage of the scrub with any donors.
        over_scrubs: metric -> recovered of zero-ablation, with the interval over scrubs alone.
        stand_ins: value -> how many examples stand in for one.
        tested: share of the examples that others stand in for, at every value.
        recovered_tested: metric -> recovered of zero-ablation on those alone.
    """

    name: str
    where: Mapping[str, str]
    same: Mapping[str, str]
    rest: str
    loss: Mapping[str, Mapping[str, float]]
    kept: Estimate
    recovered: Mapping[str, Estimate]
    against_random: Mapping[str, Estimate]
    over_scrubs: Mapping[str, Estimate]
    stand_ins: Mapping[str, StandIns]
    tested: float
    recovered_tested: Mapping[str, Estimate]

    __repr__ = brief

    @property
    def untested(self) -> bool:
        """Whether every example stood for itself, and nothing changed: that says nothing."""
        return self.tested == 0 and self.loss["scrubbed"] == self.loss["intact"]


@dataclasses.dataclass(frozen=True, repr=False)
class Scrubbed(Tabular):
    """What ``aann.scrub`` found.

    Attributes:
        model: name of the model.
        data: ``{"name", "split", "n", "hash"}`` of the examples.
        scrubs: of each example.
        seed: of donors and bootstrap.
        weights: hash of the model's parameters.
        versions: of Python and the libraries.
        rows: one a hypothesis.
        names: of the examples.
        marks: of their contents, see ``aann.Examples``.
        setting: of the bootstrap.
        losses: name of a row -> metric -> (scrubs, n).
        baselines: name of a row -> ``"intact"``, ``"random"`` and, where it means something,
            ``"zero"`` -> metric -> (n,), the mean over scrubs.
        donors: name of a row -> path of values from the output up, joined by ``/`` -> (scrubs, n)
            positions of the examples that stand in.
        bases: likewise, in whose run each of those is computed, and the output (path ""), as far
            as nothing else is put there.
        values: name of a row -> value -> (n, ...); of the program's output under ``OUTPUT``, "".
    """

    model: str
    data: Mapping[str, Any]
    scrubs: int
    seed: int
    weights: str
    versions: Mapping[str, str]
    rows: Sequence[ScrubRow]
    names: Sequence[str] = dataclasses.field(repr=False)
    marks: Sequence[str] = dataclasses.field(repr=False)
    setting: Setting = dataclasses.field(repr=False)
    losses: Mapping[str, Losses] = dataclasses.field(repr=False)
    baselines: Mapping[str, Mapping[str, Losses]] = dataclasses.field(repr=False)
    donors: Mapping[str, Mapping[str, np.ndarray]] = dataclasses.field(repr=False)
    bases: Mapping[str, Mapping[str, np.ndarray]] = dataclasses.field(repr=False)
    values: Mapping[str, Losses] = dataclasses.field(repr=False)

    def row(self, name: str) -> ScrubRow:
        """The row of a hypothesis.

        Raises:
            KeyError: there is none of this name.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"no row {name!r}; there are {', '.join(r.name for r in self.rows)}")

    def table(self, metric: str = "kl") -> list[list[str]]:
        """The rows as cells, the header first."""
        return [
            [
                "hypothesis", f"{metric} recovered", "of any donors'", "over scrubs", "kept",
                "stand-ins", "tested", "recovered there",
            ],
            *(
                [
                    row.name,
                    *(
                        ["not tested", "not tested", "-", "not tested"] if row.untested else
                        [
                            str(row.recovered[metric]) if metric in row.recovered else "-",
                            str(row.against_random[metric]),
                            _half_width(row.over_scrubs.get(metric)),
                            str(row.kept),
                        ]
                    ),
                    " ".join(dict.fromkeys(f"{x.mean:,.1f}" for x in row.stand_ins.values())),
                    f"{row.tested:.0%}",
                    str(row.recovered_tested.get(metric, "-")) if row.tested < 1 else "-",
                ]
                for row in self.rows
            ),
        ]  # fmt: skip

    def to_markdown(self, metric: str = "kl") -> str:
        """The table as Markdown."""
        return "\n".join(markdown(self.table(metric)))

    def to_json(self) -> dict[str, Any]:
        """Everything but the arrays, as plain data."""
        kept = ("model", "data", "scrubs", "seed", "weights", "versions")
        rows = [dataclasses.asdict(row) for row in self.rows]
        return {"schema": SCHEMA, **{name: getattr(self, name) for name in kept}, "rows": rows}

    def save(self, folder: pathlib.Path | str) -> None:
        """Write ``scrub.json`` and ``scrub.md`` into a folder that exists.

        Raises:
            OSError: it does not, or cannot be written.
        """
        folder = pathlib.Path(folder)
        text = json.dumps(self.to_json(), indent=2, allow_nan=False)
        (folder / "scrub.json").write_text(f"{text}\n", encoding="utf-8")
        (folder / "scrub.md").write_text(f"{self.to_markdown()}\n", encoding="utf-8")

    def _shown(self) -> Shown:
        n, split = self.data["n"], self.data["split"]
        return Shown(
            [f"scrubs of {self.model}: {n:,} examples ({split}), {self.scrubs} a time, "
             f"seed {self.seed}"],
            self.table(),
            [
                "recovered: of what zero-ablation costs; then of what any donors cost;",
                "over scrubs: half of the interval over scrubs alone; kept: best class as before;",
                "stand-ins: examples that may stand in for one, with itself, for each value;",
                "tested: examples that others stand in for, and what is recovered on those alone",
                *(
                    f"{row.name}: no two examples agree; a wider equivalence, such as "
                    "same=Within(0.1), has stand-ins"
                    for row in self.rows
                    if row.tested == 0
                ),
            ],
            drop=(3, 2, 7, 5, 6),
        )  # fmt: skip


def _half_width(estimate: Estimate | None) -> str:
    if estimate is None or estimate.low is None or estimate.high is None:
        return "-"
    return f"± {(estimate.high - estimate.low) / 2:.3f}"
