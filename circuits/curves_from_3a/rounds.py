"""How the program came to be: its rounds, each with the error that was seen before it.

Every round is a program of the final one's form with what came later left out, calibrated as far.
The constants of each are those of the mirrored checkpoint, in ``rounds.json``; nothing of what the
rounds are worth is written down here: evaluate ``replacement(round)`` on design images.

``python -m circuits.curves_from_3a.rounds`` fits them all again and writes that file. Sharp edge:
half an hour.
"""

import functools
import json
import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

import aann
from aann.shown.brief import brief
from circuits.curves import mirrored
from circuits.curves_from_3a import fit
from circuits.curves_from_3a.program import curves_from_3a
from circuits.curves_from_3a.program import replacement as program
from circuits.curves_from_3a.search import Form, Found

FILE = pathlib.Path(__file__).with_name("rounds.json")
READ = "mixed3a"


class Round(NamedTuple):
    """One turn of looking at errors and changing the program.

    Attributes:
        name: what the program is called after it.
        error: what was seen in the program of the round before, on design images.
        change: what was done about it.
        form: how much the program knows after it.
    """

    name: str
    error: str
    change: str
    form: Form

    def __repr__(self) -> str:
        return brief(self)


ROUNDS = (
    Round(
        "one arc for all",
        "none yet: the program from pixels, read off the layer below",
        "all units share the length, width and curvature of one arc, nearly those that the first "
        "program from pixels had; 36 units of the layer below are read",
        Form(kept=36, shapes=False, pieces=0, own=0, finish=False),
    ),
    Round(
        "own arcs",
        "strong responses come out too weak and weak ones too often; worst are units that want "
        "contours nearly straight, and small discs. With the second stage left free, and the first "
        "as it is, most of the error goes; with the first left free much less: the arc is wrong, "
        "not the facings",
        "each unit has its own arc: length, width and curvature; how sharply arcs are tuned and "
        "how far the crowd reaches are fitted, too",
        Form(kept=36, pieces=0, own=0, finish=False),
    ),
    Round(
        "more of the layer below",
        "the residual is predicted by early curves and lines that are not read; own echoes, "
        "offsets and crossings of those that are read help less for as many numbers",
        "the search begins with all units of the layer below and keeps the 60 that stay loud",
        Form(pieces=0, own=0, finish=False),
    ),
    Round(
        "pieces of the family",
        "what a free second stage has, and an arc has not, lies in harmonics of the direction that "
        "are sharp, and is in part the same in the frame of every unit: against curves bent too "
        "much at the arc's ends, against parallel ones",
        "six pieces of a curve, turned with each unit, speak for or against it",
        Form(own=0, finish=False),
    ),
    Round(
        "own pieces",
        "what is left of it is not the same in all units: most in the straight ones and in those "
        "of small discs",
        "two pieces of each unit",
        Form(finish=False),
    ),
    Round(
        "what errors cost",
        "squared error counts all places alike; the network does not",
        "a last descent on KL(intact || spliced), with squared error beside it",
        Form(),
    ),
)


@functools.cache
def saved() -> Mapping[str, Mapping[str, Any]]:
    """Constants of each round, by its name."""
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def replacement(which: Round) -> aann.Replacement:
    """The program of a round, for the mirrored checkpoint.

    Raises:
        KeyError: the round was not calibrated.
    """
    note = "python -m circuits.curves_from_3a.rounds"
    constants = {n: aann.Constant(x, "fitted", note) for n, x in saved()[which.name].items()}
    ours = curves_from_3a
    return program(ours.model, ours.site, READ, ours.units, constants).with_constants(
        name=which.name
    )


def main(argv: list[str] | None = None) -> None:
    """Calibrate every round for the mirrored checkpoint, and write ``rounds.json``."""
    model, family, design = mirrored.begin("circuits.curves_from_3a.rounds", __doc__, argv)
    given = fit.prepare(model, family, design, READ)
    first: dict[bool, Found] = {}
    made: dict[str, dict[str, Any]] = {}
    before: Found | None = None
    for one in ROUNDS:
        shapes = one.form.shapes
        if shapes not in first:
            first[shapes] = given.candidates(one.form)
        if before is None or not one.form.finish:  # finishing goes on from the round before
            before = given.refined(first[shapes], one.form)
        values = given.made(before, one.form).constants
        made[one.name] = {n: np.asarray(c.value).tolist() for n, c in values.items()}
        print(f"{one.name}: {one.form.constants(len(family.units))} constants", flush=True)
    FILE.write_text(json.dumps(made) + "\n", encoding="utf-8")


if __name__ == "__main__":
    mirrored.run(main)
