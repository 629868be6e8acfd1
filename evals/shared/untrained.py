"""The same search and fit in a network that learnt nothing: it must find and recover nothing.

The network has the architecture of the one evaluated and parameters drawn at random
(``zoo.untrained``). Everything happens on design examples: half of some of them to fit on, the
other half to measure on. What a program recovers there is set beside constants for the same units,
since a network that does nothing in particular may be served by these: attention that looks
everywhere alike is no circuit, and a program whose strength is fitted to zero says just that.

Sharp edge: one draw of parameters, few examples; a note for the reader, no test of significance.
"""

import dataclasses
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

import aann
from aann.report.data import Untrained
from aann.report.report import Report
from aann.shown.brief import clip
from evals.shared import command, seeds
from zoo.untrained import untrained as drawn_anew

EXAMPLES = 400
"""Design examples that are used, half of them to fit on."""

CONSTANTS = ("mean", "position mean")
"""Rows that the program is set beside."""

DRAWS = 2_000
"""Of the bootstrap."""

LONGEST = 300
"""Characters of what a search says."""


class Attempt(NamedTuple):
    """What a search and a fit made of a network.

    Attributes:
        said: what was found, in a sentence.
        programs: circuit -> the fitted programs, one for each of its places; none of a circuit
            for which there was nothing to fit.
    """

    said: str
    programs: Mapping[str, Sequence[aann.Replacement]]


def of_circuits(said: str, circuits: Sequence[seeds.Circuit]) -> Attempt:
    """The main programs of circuits."""
    return Attempt(said, {circuit.name: circuit.main for circuit in circuits})


def tried(
    model: aann.Model,
    design: aann.Design,
    attempt: Callable[[aann.Model, aann.Design], Attempt],
    names: Sequence[str],
    *,
    seed: int = 0,
    examples: int = EXAMPLES,
) -> dict[str, Untrained]:
    """What ``attempt`` makes of ``model`` with random parameters.

    Args:
        model: the trained network, of the zoo.
        design: examples; up to ``examples`` of them are used.
        attempt: finds and fits, given a network and design examples; a ValueError of its is a
            refusal, whose text is reported.
        names: of the circuits to say something of.
        seed: of the parameters, the examples, and the bootstrap.
        examples: how many to use.

    Returns:
        Circuit -> what came of it, for each of ``names``.
    """
    random = drawn_anew(model, seed)
    few = command.pick(design, min(examples, len(design)), seed)
    fields = {f.name: getattr(few, f.name) for f in dataclasses.fields(aann.Examples)}
    fitted, shown = aann.split(aann.Examples(**fields))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            made = attempt(random, fitted)
        except ValueError as error:
            made = Attempt(str(error).splitlines()[0], {})
        found = {}
        for name in names:
            programs = made.programs.get(name)
            said = clip(made.said, LONGEST)
            found[name] = Untrained(said, seed)
            if programs:
                found[name] = _measured(random, programs, shown, said, seed)
    notes = tuple(dict.fromkeys(clip(str(w.message), LONGEST) for w in caught))
    return {name: dataclasses.replace(x, notes=notes) for name, x in found.items()}


def _measured(
    model: aann.Model,
    programs: Sequence[aann.Replacement],
    shown: aann.HeldOut,
    said: str,
    seed: int,
) -> Untrained:
    report = aann.evaluate(
        model, programs, shown, rows=CONSTANTS, linear=False, seed=seed, draws=DRAWS, progress=False
    )
    main = report.main
    assert main is not None  # the programs
    rows = [main, *(row for row in report.rows if row.name in CONSTANTS)]
    above = {
        d.metric: d.difference
        for d in aann.compare(
            report, main.name, report, _best(report), seed=seed, draws=DRAWS
        ).differences
    }
    return Untrained(
        said, seed, len(shown), report.damage,
        {row.name: row.recovered for row in rows}, above,
    )  # fmt: skip


def _best(report: Report) -> str:
    """The constants of least loss, by the first metric."""
    rows = [row for row in report.rows if row.name in CONSTANTS]
    return min(rows, key=lambda row: np.nan_to_num(row.loss[report.metrics[0]], nan=np.inf)).name
