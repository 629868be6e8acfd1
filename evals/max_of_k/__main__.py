"""Attention by token order and copying in place of the one head that finds the largest number."""

import functools

import aann
import zoo
from circuits.max_of_k import fit as max_of_k_fit
from circuits.max_of_k import program as programs
from circuits.max_of_k.controls import renamed
from circuits.max_of_k.fit import variant
from evals.max_of_k import figures as max_of_k_figures
from evals.max_of_k.mistakes import mistakes
from evals.shared import networks, seeds, start, untrained
from evals.shared.tour import Drawn, Tour
from zoo.scripts import script

NAME = "max_of_k"
BOTH = "both"
"""The circuit of all programs together, whose mistakes are counted."""
NETWORKS = ("seed0", "seed1", "seed2")
DRAWS = 2_000
"""Of the bootstrap in tables; the reports of the first network have 10,000."""


def main(argv: list[str] | None = None) -> None:
    """Fit the programs, measure them, count mistakes, and save reports, tables and figures."""
    begun = start.begin(networks.parser(NAME, __doc__ or "", NETWORKS), argv)
    models = networks.load(NAME, begun.args.networks)
    design, heldout = networks.halves(zoo.data(NAME), begun.args)
    tour = Tour(NAME, __doc__ or "", begun, models)
    for network, model in models.items():
        seen = max_of_k_fit.look(model, design)
        tour.visit(
            network, model, (design, heldout), _circuits(seen), draws=DRAWS,
            notes=functools.partial(_counted, model, seen),
            draw=functools.partial(_drawn, model, heldout), attempt=_attempt,
            make=functools.partial(_whole, model),
        )  # fmt: skip
    tour.finish()


def _circuits(seen: max_of_k_fit.Evidence) -> list[seeds.Circuit]:
    """The programs for attention and for copying, one by one and together."""
    ordered, copying = max_of_k_fit.ordered(seen), max_of_k_fit.copying(seen)
    neighbours = max_of_k_fit.neighbours(seen)
    largest = variant(ordered, programs.largest, "largest")
    evenly = variant(ordered, programs.evenly, "evenly")
    smallest = max_of_k_fit.smallest(ordered)
    too_many = variant(copying, programs.one_too_many(seen.vocabulary), "copying of the next")
    drawn = {
        "draw": functools.partial(renamed, vocabulary=seen.vocabulary),
        "what": "tokens renamed at random",
    }
    return [
        seeds.Circuit(
            "attention", (ordered,), ((largest,),), ((smallest,), (evenly,)), shuffles=drawn
        ),
        seeds.Circuit("copying", (copying,), ((neighbours,),), ((too_many,),), shuffles=drawn),
        seeds.Circuit(
            BOTH, (ordered, copying), ((largest, copying), (ordered, neighbours)),
            ((smallest, copying), (evenly, copying), (ordered, too_many)), shuffles=drawn,
        ),
    ]  # fmt: skip


def _whole(model: aann.Model, design: aann.Design) -> seeds.Programs:
    """The programs of the last circuit, fitted to a design half."""
    seen = max_of_k_fit.look(model, design)
    return max_of_k_fit.ordered(seen), max_of_k_fit.copying(seen)


def _attempt(model: aann.Model, design: aann.Design) -> untrained.Attempt:
    """The circuits of a network that learnt nothing."""
    circuits = _circuits(max_of_k_fit.look(model, design))
    slope = float(circuits[0].main[0].constants["slope"].value)
    return untrained.of_circuits(f"attention rises by {slope:g} nats a step in value", circuits)


def _drawn(
    model: aann.Model, heldout: aann.HeldOut, both: seeds.Circuit, report: aann.Report
) -> Drawn:
    report = report.with_arrays(**max_of_k_figures.arrays(model, both.main, heldout))
    return report, max_of_k_figures.figures(report.arrays)


def _counted(
    model: aann.Model, seen: max_of_k_fit.Evidence, circuit: seeds.Circuit
) -> dict[str, str]:
    """Name of each row of programs -> how many of all sequences the artificial network misses."""
    if circuit.name != BOTH:
        return {}
    width = seen.tokens.shape[1]
    every = seen.vocabulary**width
    notes = {}
    for rows in (circuit.main, *circuit.programs):
        wrong = mistakes(aann.splice(model, rows), seen.vocabulary, width)
        name = " + ".join(r.name for r in rows)
        notes[name] = f"{wrong:,} of {every:,} wrong"
    return notes


if __name__ == "__main__":
    script.run(main)
