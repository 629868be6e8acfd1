"""What scrubbing found, as plain data that shows itself as a table."""

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import t as student

from aann.data.examples import Examples
from aann.data.provenance import versions
from aann.model import Model
from aann.report.data import Estimate
from aann.scrubbing.bound import Bound
from aann.scrubbing.plan import Plan
from aann.shown.brief import brief
from aann.shown.screen import Shown, Tabular
from aann.shown.table import markdown
from aann.statistics.bootstrap import mean_interval, recovered
from aann.statistics.interval import Setting

SCHEMA = 1
Losses = Mapping[str, np.ndarray]


@dataclasses.dataclass(frozen=True, eq=False)
class ScrubbedLosses:
    """What one hypothesis lost, examples in the order of their names.

    Attributes:
        bound: the hypothesis.
        losses: metric -> (scrubs, n).
        known: the same of ``"intact"``, ``"random"`` and, where it means something, ``"zero"``.
        counts: value -> (n,), how many examples stand in for each.
        values: value -> (n, ...).
    """

    bound: Bound
    losses: Losses
    known: Mapping[str, Losses]
    counts: Mapping[str, np.ndarray]
    values: Mapping[str, np.ndarray]

    __repr__ = brief


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

    __repr__ = brief


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
        values: name of a row -> value -> (n, ...).
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
                "stand-ins",
            ],
            *(
                [
                    row.name,
                    str(row.recovered[metric]) if metric in row.recovered else "-",
                    str(row.against_random[metric]),
                    _half_width(row.over_scrubs.get(metric)),
                    str(row.kept),
                    " ".join(f"{x.mean:,.1f}" for x in row.stand_ins.values()),
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
                "stand-ins: examples that may stand in for one, with itself, for each value",
            ],
            drop=(3, 5, 2),
        )  # fmt: skip


def assemble(
    model: Model,
    examples: Examples,
    found: Sequence[ScrubbedLosses],
    plans: Sequence[Plan],
    back: np.ndarray,
    setting: Setting,
    *,
    scrubs: int,
    data: Mapping[str, Any],
) -> Scrubbed:
    """Put the result together.

    Args:
        model: the network.
        examples: in the order in which the user gave them.
        found: of each hypothesis, in the order of names.
        plans: likewise.
        back: where each of the user's examples is in the order of names.
        setting: of the bootstrap.
        scrubs: of each example.
        data: describes the examples.
    """
    order = np.argsort(back, kind="stable")
    names = [one.bound.hypothesis.name for one in found]
    return Scrubbed(
        model=model.name,
        data=data,
        scrubs=scrubs,
        seed=setting.seed,
        weights=model.fingerprint(),
        versions=versions(),
        rows=[_row(one, back, setting) for one in found],
        names=examples.names,
        marks=examples.marks,
        setting=setting,
        losses={
            name: {m: x[:, back] for m, x in one.losses.items()}
            for name, one in zip(names, found, strict=True)
        },
        baselines={
            name: {
                what: {m: x.mean(0)[back] for m, x in losses.items()}
                for what, losses in one.known.items()
            }
            for name, one in zip(names, found, strict=True)
        },
        donors={
            name: {"/".join(path): order[x][:, back] for path, x in drawn.own.items() if path}
            for name, drawn in zip(names, plans, strict=True)
        },
        values={
            name: {v or "output": x[back] for v, x in one.values.items()}
            for name, one in zip(names, found, strict=True)
        },
    )


def _row(one: ScrubbedLosses, back: np.ndarray, setting: Setting) -> ScrubRow:
    hypothesis = one.bound.hypothesis
    runs = {"scrubbed": one.losses, **one.known}
    means = {what: {m: x.mean(0)[back] for m, x in losses.items()} for what, losses in runs.items()}

    def share(of: str) -> dict[str, Estimate]:
        if of not in means:
            return {}
        return {
            m: Estimate.of(recovered(means["intact"][m], x, means[of][m], setting).ratio)
            for m, x in means["scrubbed"].items()
        }

    recovered_zero = share("zero")
    return ScrubRow(
        name=hypothesis.name,
        where={n: " + ".join(map(str, w)) for n, w in hypothesis.places().items()},
        same={n: str(kind) for n, kind in hypothesis.equivalences().items()},
        rest=hypothesis.rest,
        loss={what: {m: float(x.mean()) for m, x in of.items()} for what, of in means.items()},
        kept=Estimate.of(mean_interval(1.0 - means["scrubbed"]["agreement"], setting)),
        recovered=recovered_zero,
        against_random=share("random"),
        over_scrubs={
            m: _over_scrubs(one.losses[m], means["intact"][m], means["zero"][m], setting)
            for m, estimate in recovered_zero.items()
            if estimate.identified
        },
        stand_ins={
            n: StandIns(float(x.mean()), float((x <= 1).mean())) for n, x in one.counts.items()
        },
    )  # fmt: skip


def _over_scrubs(
    losses: np.ndarray, intact: np.ndarray, zero: np.ndarray, setting: Setting
) -> Estimate:
    """Student's interval of recovered over scrubs, for these very examples."""
    each = 1.0 - (losses.mean(1) - intact.mean()) / (zero.mean() - intact.mean())
    if len(each) < 2:
        return Estimate(float(each.mean()), None, None, identified=False)
    spread = each.std(ddof=1) / np.sqrt(len(each))
    half = float(student.ppf(0.5 + setting.confidence / 2, len(each) - 1) * spread)
    mean = float(each.mean())
    return Estimate(mean, mean - half, mean + half)


def _half_width(estimate: Estimate | None) -> str:
    if estimate is None or estimate.low is None or estimate.high is None:
        return "-"
    return f"± {(estimate.high - estimate.low) / 2:.3f}"
