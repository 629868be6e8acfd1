"""Attention as programs of the tokens in place of previous-token and induction heads."""

import functools
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from matplotlib.figure import Figure

import aann
import zoo
from aann.vis.attention import PatternRow, patterns
from aann.vis.caption import captioned
from circuits.induction import fit as induction_fit
from circuits.induction import program as programs
from circuits.induction.controls import displaced
from circuits.induction.fit import variant
from evals.shared import command, networks, seeds, start, untrained
from evals.shared.tour import Drawn, Tour
from zoo.scripts import script

NAME = "induction"
NETWORKS = ("seed0", "seed1", "seed2", networks.PUBLISHED)
DRAWS = 2_000
"""Of the bootstrap in tables; the reports of the first network have 10,000."""

NOTES = {"two back + prefix matching": "costs nothing: prefix matching reads the tokens"}


def main(argv: list[str] | None = None) -> None:
    """Find the heads, fit the programs, measure them, and save reports, tables and figures."""
    begun = start.begin(networks.parser(NAME, __doc__ or "", NETWORKS), argv)
    models = networks.load(NAME, begun.args.networks)
    tour = Tour(NAME, __doc__ or "", begun, models)
    # All networks that were trained here share one kind of sequences.
    kinds = {network == networks.PUBLISHED: network for network in models}
    data = {kind: zoo.data(NAME, variant=network) for kind, network in kinds.items()}
    for network, model in models.items():
        design, heldout = networks.halves(data[network == networks.PUBLISHED], begun.args)
        tour.visit(
            network, model, (design, heldout), _circuits(network, model, design), draws=DRAWS,
            notes=lambda circuit: NOTES, draw=functools.partial(_drawn, model, heldout),
            make=functools.partial(_whole, model),
            attempt=_attempt,
        )  # fmt: skip
    tour.finish()


def _circuits(network: str, model: aann.Model, design: aann.Design) -> list[seeds.Circuit]:
    """The programs for the heads that do induction in this network."""
    found = induction_fit.find(model, design)
    command.say(
        f"{network}: previous-token heads {_heads(found.previous)}, "
        f"induction heads {_heads(found.induction)}; fitting ..."
    )
    previous = induction_fit.previous_token(found)
    always = induction_fit.always_previous(found)
    prefix = induction_fit.prefix_matching(found)
    composed = induction_fit.composed_matching(found)
    earliest = variant(prefix, programs.earliest_match)
    two_back, duplicate = variant(always, programs.two_back), variant(prefix, programs.duplicate)
    wrong = [duplicate, *(variant(prefix, p) for p in (programs.two_after_match, programs.evenly))]
    return [
        seeds.Circuit(
            "previous-token heads", (previous,), ((always,),),
            ((two_back,), (variant(always, programs.evenly),)), linear=False,
            shuffles=_displaced(previous),
        ),
        seeds.Circuit(
            "induction heads", (prefix,), ((earliest,),), tuple((c,) for c in wrong), linear=False,
            shuffles=_displaced(prefix),
        ),
        seeds.Circuit(
            "composed heads", (previous, composed), ((always, composed),),
            ((two_back, composed),), linear=False,
            shuffles=_displaced(previous, composed),
        ),
        seeds.Circuit(
            "both", (previous, prefix), ((always, prefix),),
            ((two_back, prefix), (previous, duplicate)), linear=False,
            shuffles=_displaced(previous, prefix),
        ),
    ]  # fmt: skip


def _whole(model: aann.Model, design: aann.Design) -> seeds.Programs:
    """The programs of the last circuit, found and fitted on a design half."""
    found = induction_fit.find(model, design)
    return induction_fit.previous_token(found), induction_fit.prefix_matching(found)


def _displaced(*main: aann.Replacement) -> Mapping[str, Any]:
    return {"draw": displaced(main), "what": "another distance"}


def _attempt(model: aann.Model, design: aann.Design) -> untrained.Attempt:
    """The circuits of a network that learnt nothing, if heads are found there."""
    circuits = _circuits("untrained", model, design)
    heads = "; ".join(f"{r.name} for {r.site}: {r.units}" for r in circuits[-1].main)
    return untrained.of_circuits(f"the best heads by score, {heads}", circuits)


def _heads(heads: induction_fit.Heads) -> str:
    return f"{', '.join(map(str, heads.units))} of {heads.site}"


def _drawn(
    model: aann.Model, heldout: aann.HeldOut, both: seeds.Circuit, report: aann.Report
) -> Drawn:
    report = report.with_arrays(**_patterns(model, both, heldout))
    return report, _figures(report.arrays)


def _patterns(
    model: aann.Model, both: seeds.Circuit, heldout: aann.HeldOut
) -> dict[str, np.ndarray]:
    """Natural and artificial attention of every replaced head on one held-out sequence."""
    tokens = jax.numpy.asarray(heldout.load([0]))
    natural = jax.jit(aann.capture(model, [r.site for r in both.main]))(tokens)[1]
    mine = [np.asarray(r.pick(natural[r.site]))[0] for r in both.main]
    theirs = [np.asarray(r.compute(tokens))[0] for r in both.main]
    titles = [f"{r.name}: {r.site}, head {u}" for r in both.main for u in r.units]
    return {
        "natural_patterns": np.concatenate(mine),
        "artificial_patterns": np.concatenate(theirs),
        "pattern_titles": np.asarray(titles),
        "pattern_sequence": np.asarray(heldout.names[0]),
    }


def _figures(arrays: Mapping[str, np.ndarray]) -> dict[str, Figure]:
    shown = zip(
        *(arrays[f"{n}s"] for n in ("natural_pattern", "artificial_pattern", "pattern_title")),
        strict=True,
    )
    rows = [PatternRow(mine, theirs, str(text)) for mine, theirs, text in shown]
    title = f"attention on held-out sequence {arrays['pattern_sequence']}"
    text = (
        "Attention of every replaced head, the network's, the program's and their difference, on "
        "the first held-out sequence in their order, whatever it shows."
    )
    return {"patterns": captioned(patterns(rows, title=title), text)}


if __name__ == "__main__":
    script.run(main)
