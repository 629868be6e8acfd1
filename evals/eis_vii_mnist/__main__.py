"""Likeness to one "1" and two thresholds in place of the network of the MNIST challenge."""

import functools

import numpy as np

import aann
from aann.statistics.interval import Setting
from circuits.eis_vii_mnist import evidence, refined
from evals.eis_vii_mnist import case as challenge_case
from evals.eis_vii_mnist import figures as challenge_figures
from evals.eis_vii_mnist import table as challenge_table
from evals.eis_vii_mnist.case import Case
from evals.eis_vii_mnist.table import Row
from evals.shared import command, networks, seeds, start, untrained
from evals.shared.tour import Drawn, Tour
from zoo.eis_vii_mnist import rule
from zoo.mnist import pictures
from zoo.scripts import script

NAME = "eis_vii_mnist"
NETWORKS = ("published",)
DRAWS = 10_000


def main(argv: list[str] | None = None) -> None:
    """Find the groups, fit the programs, measure them, and save reports, tables and figures."""
    begun = start.begin(networks.parser(NAME, __doc__ or "", NETWORKS), argv)
    models = networks.load(NAME, begun.args.networks)
    halves = networks.given_halves("mnist", begun.args)
    training = pictures.part("train")
    clue = training.pictures[rule.CLUE].astype(np.float32) / np.float32(255)
    tour = Tour(NAME, __doc__ or "", begun, models)
    for network, model in models.items():
        case = challenge_case.fitted(evidence.look(model, halves[0], clue), training)
        command.say(f"{network}: of the units of fc1 {case.units}")
        table = _measured(case, halves[1], begun)
        shown = evidence.observe(model, halves[1], clue)
        ablations = evidence.ablations(shown, case.units)
        tour.visit(
            network, model, halves, case.circuits, draws=DRAWS, notes=lambda circuit: {},
            draw=functools.partial(_drawn, case, shown, table),
            make=functools.partial(_whole, model, clue),
            attempt=functools.partial(_attempt, clue),
        )  # fmt: skip
        challenge_table.save(table, ablations, begun.folder)
        tour.tables.extend(challenge_table.grids(table, ablations))
        command.show(challenge_table.text(table, ablations))
    tour.finish()


def _attempt(clue: np.ndarray, model: aann.Model, design: aann.Design) -> untrained.Attempt:
    """The groups and the V of a network that learnt nothing."""
    units, programs = challenge_case.main_programs(evidence.look(model, design, clue))
    return untrained.Attempt(f"of the units of fc1 {units}", programs)


def _measured(case: Case, heldout: aann.HeldOut, begun: start.Start) -> list[Row]:
    """The challenge's table: the programs of the logits and of the trade, once each."""
    whole = case.circuits[-1]
    programs = [p for (p,) in (whole.main, *whole.programs) if not p.host]
    programs += [p for p in case.trade if p.name not in {q.name for q in programs}]
    controls = [p for (p,) in whole.controls]
    kinds = {"program": programs, "fit": case.ceilings, "control": controls}
    setting = Setting(draws=DRAWS, seed=begun.args.seed)
    return challenge_table.rows(case.seen, kinds, heldout, setting, begun.on)


def _whole(model: aann.Model, clue: np.ndarray, design: aann.Design) -> seeds.Programs:
    """The program of the last circuit, fitted to a design half."""
    return (refined.clue_and_waves(evidence.look(model, design, clue)),)


def _drawn(
    case: Case,
    shown: evidence.Observed,
    table: list[Row],
    whole: seeds.Circuit,
    report: aann.Report,
) -> Drawn:
    report = report.with_arrays(**challenge_figures.arrays(case, shown))
    return report, challenge_figures.figures(report.arrays, table)


if __name__ == "__main__":
    script.run(main)
