"""Attention by token order and copying in place of the one head that finds the largest number."""

import aann
import zoo
from aann.report.html import Chapter
from circuits.max_of_k import fit as max_of_k_fit
from circuits.max_of_k import program as programs
from circuits.max_of_k.fit import variant
from evals.max_of_k import figures as max_of_k_figures
from evals.max_of_k.mistakes import mistakes
from evals.shared import arguments, command, machine, networks, seeds, training_log
from evals.shared.ladder_figures import figures

NAME = "max_of_k"
NETWORKS = ("seed0", "seed1", "seed2")
DRAWS = 2_000
"""Of the bootstrap in tables; the reports of the first network have 10,000."""


def main(argv: list[str] | None = None) -> None:
    """Fit the programs, measure them, count mistakes, and save reports, tables and figures."""
    parser = networks.parser(NAME, __doc__ or "", NETWORKS)
    args = parser.parse_args(argv)
    arguments.check_counts(parser, args)
    on = machine.of(args)
    folder = command.writable(args.out)
    rows: list[seeds.Row] = []
    chapters: list[Chapter] = []
    models = networks.load(NAME, args.networks)
    design, heldout = networks.halves(zoo.data(NAME), args)
    for network, model in models.items():
        seen = max_of_k_fit.look(model, design)
        circuits = _circuits(seen)
        first = network == args.networks[0]
        for circuit in circuits:
            report = circuit.report(
                model, design, heldout, eval_name=NAME, seed=args.seed,
                draws=10_000 if first else DRAWS, on=on,
            )  # fmt: skip
            notes = _counted(model, circuit, seen) if circuit is circuits[-1] else {}
            rows += circuit.rows(network, report, notes)
            if first and circuit is not circuits[-1]:
                place = command.writable(folder / circuit.name.replace(" ", "_"))
                chapters.append(command.save(report, figures(report), place))
            elif first:
                report = report.with_arrays(**max_of_k_figures.arrays(model, circuit.main, heldout))
                drawn = {**figures(report), **max_of_k_figures.figures(report.arrays)}
                drawn |= training_log.figures(NAME, models)
                chapters.append(command.save(report, drawn, folder))
    seeds.save(rows, folder)
    command.save_page(NAME, __doc__ or "", chapters, seeds.grids(rows), folder)
    command.show(seeds.text(rows))
    command.say(f"wrote seeds.json, seeds.md to {folder}")


def _circuits(seen: max_of_k_fit.Evidence) -> list[seeds.Circuit]:
    """The programs for attention and for copying, one by one and together."""
    ordered, copying = max_of_k_fit.ordered(seen), max_of_k_fit.copying(seen)
    neighbours = max_of_k_fit.neighbours(seen)
    largest = variant(ordered, programs.largest, "largest")
    evenly = variant(ordered, programs.evenly, "evenly")
    smallest = max_of_k_fit.smallest(ordered)
    too_many = variant(copying, programs.one_too_many(seen.vocabulary), "copying of the next")
    return [
        seeds.Circuit("attention", (ordered,), ((largest,),), ((smallest,), (evenly,))),
        seeds.Circuit("copying", (copying,), ((neighbours,),), ((too_many,),)),
        seeds.Circuit(
            "both", (ordered, copying), ((largest, copying), (ordered, neighbours)),
            ((smallest, copying), (evenly, copying), (ordered, too_many)),
        ),
    ]  # fmt: skip


def _counted(model: aann.Model, both: seeds.Circuit, seen: max_of_k_fit.Evidence) -> dict[str, str]:
    """Name of each row of programs -> how many of all sequences the artificial network misses."""
    width = seen.tokens.shape[1]
    every = seen.vocabulary**width
    notes = {}
    for rows in (both.main, *both.programs):
        wrong = mistakes(aann.splice(model, rows), seen.vocabulary, width)
        name = " + ".join(r.name for r in rows)
        notes[name] = f"{wrong:,} of {every:,} wrong"
    return notes


if __name__ == "__main__":
    command.run(main)
