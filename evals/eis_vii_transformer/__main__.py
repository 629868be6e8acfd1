"""Fixed attention, look-ups and an AND of two thresholds in place of the EIS VII transformer."""

import functools
from collections.abc import Mapping

import numpy as np

import aann
import zoo
from evals.eis_vii_transformer import case as cases
from evals.eis_vii_transformer import figures, labels
from evals.shared import command, networks, seeds, start, untrained
from evals.shared.tour import Drawn, Tour
from zoo.scripts import script

NAME = "eis_vii_transformer"
NETWORKS = ("seed0", "seed1", networks.PUBLISHED)
DRAWS = 2_000
"""Of the bootstrap in tables; the reports of the first network have 10,000."""
REGIONS = "bits in three regions"
"""The program whose label planes are drawn beside those of the main one."""


def main(argv: list[str] | None = None) -> None:
    """Fit the programs, measure them and their labels, and save reports, tables and figures."""
    begun = start.begin(networks.parser(NAME, __doc__ or "", NETWORKS), argv, "pairs")
    models = networks.load(NAME, begun.args.networks)
    design, heldout = networks.given_halves(NAME, begun.args)
    population, published = zoo.data(NAME), zoo.data(NAME, labels="published")
    tour, table = Tour(NAME, __doc__ or "", begun, models), []
    for network, model in models.items():
        command.say(f"{network}: fitting ...")
        case = cases.fit_all(model, design)
        tour.visit(
            network, model, (design, heldout), case.circuits, draws=DRAWS,
            notes=functools.partial(_everywhere, model, population),
            draw=functools.partial(_drawn, model, case, population), attempt=_attempt,
            make=functools.partial(cases.whole, model),
        )  # fmt: skip
        command.say(f"{network}: labels of all pairs ...")
        found = [labels.of(model, r, population) for c in case.circuits for r in _programs(c)]
        table += labels.rows(network, found, np.asarray(published.labels), heldout.names)
    labels.save(table, begun.folder)
    tour.tables.append(labels.grid(table))
    tour.finish()
    command.show(labels.text(table))
    command.say(f"wrote labels.json, labels.md to {begun.folder}")


def _attempt(model: aann.Model, design: aann.Design) -> untrained.Attempt:
    """The programs of a network that learnt nothing."""
    return untrained.Attempt("look-ups and planes are fitted", cases.main_programs(model, design))


def _programs(circuit: seeds.Circuit) -> list[aann.Replacement]:
    return [*circuit.main, *(r for rows in circuit.programs for r in rows)]


def _everywhere(
    model: aann.Model, population: aann.Examples, circuit: seeds.Circuit
) -> Mapping[str, str]:
    """Name of each row of programs -> what it recovers over all pairs."""
    rows = [*circuit.main, *(r for more in (*circuit.programs, *circuit.controls) for r in more)]
    found = aann.exhaustive(model, {r.name: r for r in rows}, population)
    return {r.name: f"all pairs: {_share(found[r.name]['kl'])}" for r in rows}


def _share(x: float | None) -> str:
    return "-" if x is None else f"{x:.3f}"


def _drawn(
    model: aann.Model,
    case: cases.Case,
    population: aann.Examples,
    circuit: seeds.Circuit,
    report: aann.Report,
) -> Drawn:
    """The last circuit's tables, sums, label planes and trade."""
    report = report.with_arrays(**figures.arrays(case.seen, case.tables))
    shown = [r for r in _programs(circuit) if r is circuit.main[0] or r.name == REGIONS]
    planes = figures.planes([labels.of(model, r, population) for r in shown])
    return report, {**figures.figures(report.arrays), **planes, **figures.trade(report)}


if __name__ == "__main__":
    script.run(main)
