"""Fourier programs in place of the parts of networks that add modulo 113, and of all of it."""

import argparse
import dataclasses
import functools
from collections.abc import Sequence

import jax

import aann
import zoo
from aann.report.data import Untrained
from aann.statistics.interval import Setting
from aann.vis.report import figures
from circuits.modular_addition import controls as modular_controls
from evals.modular_addition import case as modular_case
from evals.modular_addition import figures as modular_figures
from evals.modular_addition import table as modular_table
from evals.modular_addition.case import Case, Circuit
from evals.shared import beyond, command, networks, refitted, shuffled, start, untrained
from zoo.scripts import script
from zoo.scripts.integers import draws

NAME = "modular_addition"
SHOWN = ("recovered", "mixing", "subsets")
"""Figures of the parts of the network; the whole has all."""
NETWORKS = ("seed0", "seed1", "seed2", "memorised", "published", "no_weight_decay")
UNTRAINED = ("neurons", "attention", "network")
"""Circuits that are fitted to a network that learnt nothing, too."""


def main(argv: list[str] | None = None) -> None:
    """Find the frequencies, fit the programs, measure them, and save reports, table and figures."""
    args, on, folder = start.begin(_parser(), argv)
    population = zoo.data("modular_addition")
    design, heldout = networks.halves(population, args)
    with jax.default_matmul_precision("highest"):
        cases = _cases(args.networks, design)
        *parts, whole = _reported(cases[0])
        nothing = _untrained(cases[0], design, args.seed)
        chapters = []
        for circuit in parts:
            report = _report(cases[0], circuit, heldout, design, args, on)
            report = dataclasses.replace(report, untrained=nothing.get(circuit.main.name))
            place = command.writable(folder / circuit.main.name.replace(" ", "_"))
            drawn = {n: figure for n, figure in figures(report).items() if n in SHOWN}
            chapters.append(command.save(report, drawn, place))
        report = _report(cases[0], whole, heldout, design, args, on)
        make = functools.partial(modular_case.whole, cases[0])
        report = refitted.added(report, cases[0].model, make, (design, heldout), args, on)
        report = dataclasses.replace(report, untrained=nothing.get(whole.main.name))
        report = report.with_arrays(**modular_figures.arrays(cases[0], population))
        drawn = {**figures(report), **modular_figures.draw(report.arrays)}
        drawn |= modular_figures.training([c.network for c in cases])
        chapters.append(command.save(report, drawn, folder))
        command.say("measuring every circuit of every network, over all pairs ...")
        setting = Setting(draws=args.draws, seed=args.seed)
        table = _table(cases, population, heldout, setting, on)
    notes = [_notes(case) for case in cases]
    modular_table.save(table, notes, folder)
    command.save_page(NAME, __doc__ or "", chapters, [modular_table.grid(table, notes)], folder)
    command.show(modular_table.text(table, notes))
    command.say(f"wrote seeds.json, seeds.md to {folder}")


def _parser() -> argparse.ArgumentParser:
    parser = networks.parser(NAME, __doc__ or "", NETWORKS)
    parser.add_argument(
        "--draws", type=draws, default=2_000, metavar="N",
        help="resamples behind the table's intervals (default: 2000; reports have 10000)",
    )  # fmt: skip
    return parser


def _cases(names: Sequence[str], design: aann.Design) -> list[Case]:
    """The networks with their programs; published ones that cannot be had are left out."""
    cases = []
    for name, model in networks.load(NAME, names).items():
        cases.append(modular_case.fit(name, model, design))
        command.say(_notes(cases[-1]))
    return cases


def _reported(case: Case) -> list[Circuit]:
    """The circuits with a report of their own: all neurons only where none is explained."""
    explained = case.circuit("neurons") is not None
    return [c for c in case.circuits if not (explained and c.main.name == "all neurons")]


def _report(
    found: Case,
    circuit: Circuit,
    heldout: aann.HeldOut,
    design: aann.Design,
    args: argparse.Namespace,
    on: aann.Machine,
) -> aann.Report:
    """The full ladder of one circuit, with wrong programs."""
    p = found.seen.modulus
    return aann.evaluate(
        found.model,
        circuit.main,
        heldout,
        design=design,
        programs=circuit.others,
        controls=[
            modular_controls.difference(circuit.main, p),
            modular_controls.one_more(circuit.main, p),
            modular_controls.other_frequencies(circuit.main, found.model),
            shuffled.of(circuit.main, args),
        ],
        **beyond.beyond(args),
        seed=args.seed,
        machine=on,
        name=f"{NAME}, {circuit.main.name}",
    )


def _untrained(case: Case, design: aann.Design, seed: int) -> dict[str, Untrained]:
    """What search and fit make of the same network with random parameters, by circuit."""
    command.say(f"{case.network}: the same with random parameters ...")

    def attempt(model: aann.Model, few: aann.Design) -> untrained.Attempt:
        made = modular_case.fit("untrained", model, few)
        said = "; ".join(made.notes) or f"frequencies {', '.join(map(str, made.frequencies))}"
        return untrained.Attempt(said, {c.main.name: (c.main,) for c in made.circuits})

    return untrained.tried(case.model, design, attempt, UNTRAINED, seed=seed)


def _table(
    cases: Sequence[Case],
    population: aann.Examples,
    heldout: aann.HeldOut,
    setting: Setting,
    on: aann.Machine,
) -> list[modular_table.Row]:
    """All circuits of all networks; each network opens with a row of its own."""
    table: list[modular_table.Row] = []
    for case in cases:
        measured = [
            modular_table.rows(
                case.network, case.model, [c.main, *c.others], population, heldout, setting, on
            )
            for c in case.circuits
        ]
        table += [measured[0][0], *(row for rows in measured for row in rows[1:])]
    return table


def _notes(case: Case) -> str:
    """What was found, and what was not, in one line."""
    frequencies = ", ".join(map(str, case.frequencies))
    return "; ".join([f"{case.network}: frequencies {frequencies}", *case.notes])


if __name__ == "__main__":
    script.run(main)
