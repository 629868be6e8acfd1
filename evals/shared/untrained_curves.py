"""Curve detectors looked for in an InceptionV1 that learnt nothing.

The finder asks whether more than half of the best units are tuned to the direction of curves; where
they are not the calibration refuses, so that there is nothing to splice or to measure. Only where a
family were found by chance would a program be fitted to it.
"""

import aann
from aann.report.data import Untrained
from circuits.curves import family as curve_family
from circuits.curves import fit as curve_calibration
from evals.shared import command, untrained

EXAMPLES = 64
"""Design pictures, where there is something to fit."""


def tried(
    model: aann.Model, design: aann.Design, family: curve_family.Family, name: str, seed: int
) -> Untrained:
    """What the finder, and if need be the calibration, make of random parameters.

    Args:
        model: the trained network.
        design: pictures.
        family: what was found in it: says where to look and for how many units.
        name: of the evaluation.
        seed: of the parameters.
    """
    command.say(f"looking for {len(family.units)} curve detectors in random parameters ...")

    def attempt(random: aann.Model, few: aann.Design) -> untrained.Attempt:
        found = curve_family.find_family(random, family.inputs, family.site, len(family.units))
        said = (
            f"{len(found.tuned)} of the {len(found.units)} units most like curve detectors are "
            f"tuned to the direction of curves; a family needs more than "
            f"{curve_family.MOST:.0%} of them (trained: {len(family.tuned)} of "
            f"{len(family.units)}). Their mean selectivity is {_mean(found):.2f} (trained: "
            f"{_mean(family):.2f})"
        )
        if not found.exists:
            return untrained.Attempt(said, {})
        return untrained.Attempt(
            said, {name: (curve_calibration.calibrate(random, found, few).replacement,)}
        )

    return untrained.tried(model, design, attempt, [name], seed=seed, examples=EXAMPLES)[name]


def _mean(family: curve_family.Family) -> float:
    return sum(family.selectivity) / len(family.selectivity)
