"""One table of all networks that add modulo p, and of all circuits in them.

Each row has the loss recovered by one circuit's program: with intervals over held-out pairs, and
over all pairs, of which there are few enough to run them all. Zero-ablation is of the same units.
"""

import dataclasses
import json
import pathlib
from collections.abc import Sequence

import numpy as np

import aann
from aann.bench.suited import check_programs
from aann.bench.workbench import workbench
from aann.counting import complexity
from aann.data.batches import size_for
from aann.data.examples import held_out
from aann.evaluation.ladder import programs_row, zero_row
from aann.evaluation.measure import Measured, measure
from aann.report.estimate import Estimate
from aann.report.folder import replacing
from aann.report.grid import Grid, of_text
from aann.shown.table import aligned, markdown
from aann.statistics.bootstrap import Recovered, recovered
from aann.statistics.interval import Setting
from evals.shared import command

METRICS = ("kl", "nll")
INTACT = "intact"


@dataclasses.dataclass(frozen=True)
class Row:
    """One circuit of one network.

    Attributes:
        network: the variant's name.
        circuit: the program's name; ``INTACT`` for the network itself.
        units: how many are replaced.
        recovered: metric -> loss recovered on the held-out pairs.
        exhaustive: metric -> loss recovered over all pairs; None where zeroing costs nothing.
        loss: metric -> mean loss over all pairs.
        lead: mean, standard deviation and least of the lead of the right answer's logit over (the
            log-sum-exp of) all others, over all pairs.
        correlation: with the natural units, mean over units; None where one is undefined.
        constants, bits: what the program knows.
    """

    network: str
    circuit: str
    loss: dict[str, float]
    lead: tuple[float, float, float]
    units: int | None = None
    recovered: dict[str, Estimate] = dataclasses.field(default_factory=dict)
    exhaustive: dict[str, float | None] = dataclasses.field(default_factory=dict)
    correlation: float | None = None
    constants: int | None = None
    bits: float | None = None


def rows(
    network: str,
    model: aann.Model,
    programs: Sequence[aann.Replacement],
    population: aann.Examples,
    heldout: aann.HeldOut,
    setting: Setting,
    on: aann.Machine,
) -> list[Row]:
    """Measure programs that all write at the same place.

    Args:
        network: what the table calls the model.
        model: the network.
        programs: fitted on design pairs.
        population: all pairs.
        heldout: the pairs that intervals are over.
        setting: of the bootstrap.
        on: what to run on.

    Returns:
        A row for the intact network, then one for each program.

    Raises:
        ValueError: as ``aann.evaluate``.
    """
    bench = workbench(model, [programs[0]], size_for(len(population), model, None, on), on)
    check_programs(bench, [[p] for p in programs])
    ladder = [zero_row([programs[0]]), *(programs_row([p], "program") for p in programs)]
    measured = measure(bench, ladder, held_out(population))
    position = {name: i for i, name in enumerate(population.names)}
    chosen = [position[name] for name in heldout.names]
    ratios = {
        metric: recovered(losses[-1:], losses[:-1], losses[:1], setting)
        for metric in METRICS
        for losses in [measured.losses[metric][:, chosen]]
    }
    cost = [complexity.measure(program, [model.batch(1)]) for program in programs]
    return [
        _intact(network, measured),
        *(
            _row(network, program, cost[i], measured, i + 1, ratios)
            for i, program in enumerate(programs)
        ),
    ]


def save(table: Sequence[Row], notes: Sequence[str], folder: pathlib.Path) -> None:
    """Write ``seeds.json`` and ``seeds.md``."""
    if not command.leads():
        return
    plain = {"schema": 1, "notes": list(notes), "rows": [dataclasses.asdict(row) for row in table]}
    shown = "\n".join(markdown(cells(table)))
    remarks = "\n".join(f"- {note}" for note in (*notes, *LEGEND))
    with replacing(folder) as new:
        (new / "seeds.json").write_text(json.dumps(plain, indent=1, allow_nan=False) + "\n")
        (new / "seeds.md").write_text(f"{shown}\n\n{remarks}\n", encoding="utf-8")


def text(table: Sequence[Row], notes: Sequence[str]) -> str:
    """The table for a terminal."""
    return "\n".join([*aligned(cells(table), left=2), *notes, *LEGEND])


def grid(table: Sequence[Row], notes: Sequence[str]) -> Grid:
    """The table for a page."""
    return of_text("Every circuit of every network", cells(table), [*notes, *LEGEND])


LEGEND = (
    "kl, nll: loss recovered on held-out pairs with 95% studentised bootstrap intervals, and over "
    "all pairs; correlation: with the natural units, mean over units.",
    "nll / intact: mean cross-entropy over all pairs with the program, divided by the intact "
    "network's; below 1 more than 100% of nll is recovered.",
    "lead: of the right answer's logit over all others, mean over all pairs [least]. A loss is "
    "about exp(-lead), so that its mean is made by the pairs with the least lead. The program "
    "'network' has the same lead on every pair, for it has the waves of a + b alone and none of "
    "what else is in the logits: hence more than 100%.",
    "'network' knows how to add, so it answers right whatever the network does, and with other "
    "frequencies too (see its report): where the network answers wrong, nll is better than intact "
    "and kl shows the failure; that its frequencies are the network's own, only correlation shows.",
)


def cells(table: Sequence[Row]) -> list[list[str]]:
    """Header and rows as text."""
    header = [
        "network", "circuit", "units", "kl", "kl, all pairs", "nll", "nll, all pairs",
        "nll / intact", "lead", "correlation", "constants", "bits",
    ]  # fmt: skip
    intact = {row.network: row.loss["nll"] for row in table if row.circuit == INTACT}
    return [header, *(_cells(row, intact[row.network]) for row in table)]


def _cells(row: Row, intact: float) -> list[str]:
    measures = [
        text
        for metric in METRICS
        for text in (_interval(row.recovered.get(metric)), _share(row.exhaustive.get(metric)))
    ]
    mean, _, least = row.lead
    return [
        row.network, row.circuit, _count(row.units), *measures,
        f"{row.loss['nll'] / intact:.2g}", f"{mean:.1f} [{least:.1f}]", _share(row.correlation),
        _count(row.constants), _count(row.bits),
    ]  # fmt: skip


def _intact(network: str, measured: Measured) -> Row:
    means = {m: float(measured.losses[m][-1].astype(np.float64).mean()) for m in METRICS}
    return Row(network, INTACT, loss=means, lead=lead(measured.losses["nll"][-1]))


def _row(
    network: str,
    program: aann.Replacement,
    cost: complexity.Complexity,
    measured: Measured,
    i: int,
    ratios: dict[str, Recovered],
) -> Row:
    means = {m: measured.losses[m].astype(np.float64).mean(axis=1) for m in METRICS}
    damage = {m: mean[0] - mean[-1] for m, mean in means.items()}
    correlation = measured.correlation[i]
    return Row(
        network=network,
        circuit=program.name,
        units=len(program.units),
        recovered={m: Estimate.of(ratio.ratio[i]) for m, ratio in ratios.items()},
        exhaustive={
            m: float(1 - (mean[i] - mean[-1]) / damage[m]) if damage[m] > 0 else None
            for m, mean in means.items()
        },
        loss={m: float(mean[i]) for m, mean in means.items()},
        lead=lead(measured.losses["nll"][i]),
        correlation=float(correlation.mean()) if np.isfinite(correlation).all() else None,
        constants=cost.constants,
        bits=cost.bits,
    )


def lead(nll: np.ndarray) -> tuple[float, float, float]:
    """Mean, standard deviation and least of the right answer's lead, from its cross-entropy.

    The cross-entropy is softplus(-lead). Leads above about 87 underflow in float32 and count as
    that.
    """
    losses = np.maximum(nll.astype(np.float64), float(np.finfo(np.float32).tiny))
    # log(expm1(x)) = x + log(1 - exp(-x)) does not overflow for large losses.
    leads = -(losses + np.log(-np.expm1(-losses)))
    return float(leads.mean()), float(leads.std()), float(leads.min())


def _interval(estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    if estimate.estimate is None or estimate.low is None or estimate.high is None:
        return "not identified"
    return f"{_share(estimate.estimate)} [{_share(estimate.low)}, {_share(estimate.high)}]"


def _share(x: float | None) -> str:
    return "-" if x is None else f"{x:.3f}"


def _count(x: float | None) -> str:
    return "-" if x is None else f"{x:,.0f}"
