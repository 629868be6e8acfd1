"""The challenge network with the programs that are fitted to it on the design pictures."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np

import aann
from circuits.eis_vii_mnist import ceiling, controls, fit, groups, refined, templates
from circuits.eis_vii_mnist.evidence import Evidence
from evals.shared import seeds
from zoo.eis_vii_mnist import rule
from zoo.mnist.pictures import Part

GROUPS = ("units like the 1", "units like its inverse")
BLOCKS = (7, 4, 2)
WAVES = (5, 7, 9, 11, 13)
STROKES = {
    "V of a straight stroke": (templates.straight, ("ends", "width", "softness")),
    "V of a bent stroke": (templates.bent, ("ends", "width", "softness", "bend")),
    "V of a stroke": (templates.stroke, ("ends", "width", "softness", "bend", "weight")),
}
"""Name -> how it is drawn, and its numbers."""
CEILINGS: tuple[Callable[[Evidence], aann.Replacement], ...] = (
    ceiling.own_template, ceiling.two_templates, ceiling.of_reads, ceiling.of_pixels
)  # fmt: skip
BOTH_KINDS = {"kinds": ("units", "constants")}
"""Wrong programs: units with the arms of others, and the template's pixels in other places."""
SMALL = 1e-2
"""Nats for blocks whose mean square is 1: it keeps those without ink at 0."""


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """The network, its groups and its programs.

    Attributes:
        seen: what the network does with the design pictures.
        units: the groups.
        circuits: from the smallest part to the whole network.
        trade: V programs of templates in few and in many numbers, for one place.
        ceilings: other functions fitted to the network, for the same place.
    """

    seen: Evidence
    units: groups.Groups
    circuits: tuple[seeds.Circuit, ...]
    trade: tuple[aann.Replacement, ...]
    ceilings: tuple[aann.Replacement, ...]

    @property
    def both(self) -> Sequence[aann.Replacement]:
        """The programs of the units of both groups, those like the "1" first."""
        return self.circuits[-2].main

    def program(self, name: str) -> aann.Replacement:
        """The program of the trade, or of a circuit, that has this name."""
        every = [p for c in self.circuits for row in (c.main, *c.programs) for p in row]
        return next(p for p in (*self.trade, *every) if p.name == name)


def fitted(seen: Evidence, training: Part) -> Case:
    """Find the groups and fit all programs.

    Args:
        seen: from ``circuits.eis_vii_mnist.evidence.look``.
        training: the training pictures, among which wrong templates are.
    """
    units = groups.by_similarity(seen.activations, seen.similarity)
    each, arms = fit.both(seen, units), fit.both(seen, units, one_arm=True)
    parts = [
        seeds.Circuit(
            name,
            (mine,),
            ((arm,),),
            ((controls.crossed(mine, other),), (controls.mirrored(mine),)),
            shuffles=BOTH_KINDS,
        )
        for name, mine, arm, other in zip(GROUPS, each, arms, each[::-1], strict=True)
    ]
    turned = tuple(controls.mirrored(r) for r in each)
    swapped = tuple(controls.with_threshold(r, o) for r, o in zip(each, each[::-1], strict=True))
    parts.append(
        seeds.Circuit(
            "both groups", tuple(each), (tuple(arms),), (turned, swapped), shuffles=BOTH_KINDS
        )
    )
    vee, trade = fit.vee(seen), _trade(seen)
    by_name = {p.name: p for p in trade}
    whole = seeds.Circuit(
        "logits",
        (refined.clue_and_waves(seen),),
        tuple(
            (p,)
            for p in (
                fit.label(seen), fit.label(seen, host=True), vee, by_name["V of a stroke"],
                refined.stroke_and_waves(seen),
            )
        ),
        tuple((c,) for c in _controls(seen, vee, training)),
    )  # fmt: skip
    ceilings = tuple(bound(seen) for bound in CEILINGS)
    trades = (vee, *trade, *whole.main, whole.programs[-1][0])
    return Case(seen, units, (*parts, whole), trades, ceilings)


def main_programs(seen: Evidence) -> tuple[groups.Groups, dict[str, seeds.Programs]]:
    """The groups, and circuit -> its main programs alone: to see whether they can be fitted.

    Args:
        seen: from ``circuits.eis_vii_mnist.evidence.look``.
    """
    units = groups.by_similarity(seen.activations, seen.similarity)
    each = tuple(fit.both(seen, units))
    parts = {name: (mine,) for name, mine in zip(GROUPS, each, strict=True)}
    return units, {**parts, "both groups": each, "logits": (refined.clue_and_waves(seen),)}


def _trade(seen: Evidence) -> list[aann.Replacement]:
    found = []
    start = templates.start_of_stroke(seen.clue)
    for name, (draw, numbers) in STROKES.items():
        found.append(fit.drawn(seen, draw, {n: start[n] for n in numbers}, name))
    for side in BLOCKS:
        name = f"V of blocks of {side} px"
        begin = templates.start_of_blocks(seen.clue, side)
        found.append(
            fit.drawn(
                seen, templates.blocks(side), begin, name,
                penalty=lambda c, *_: SMALL * (c["cells"] ** 2).mean(),
            )
        )  # fmt: skip
    for order in WAVES:
        begin = templates.start_of_waves(seen.clue, order)
        found.append(fit.drawn(seen, templates.waves(order), begin, f"V of waves up to {order}"))
    return found


def _controls(seen: Evidence, vee: aann.Replacement, training: Part) -> Sequence[aann.Replacement]:
    return [
        controls.swapped(vee),
        controls.inverted(vee),
        controls.equal_entropy(seen),
        *controls.with_templates(seen, controls.wrong_templates(seen.clue, _others(training))),
    ]


def _others(training: Part) -> Mapping[str, np.ndarray]:
    """The first other "1" of the training pictures, and the first "0"."""
    found = {}
    for digit, name in ((1, 'another "1"'), (0, 'a "0"')):
        place = next(i for i in np.flatnonzero(training.digits == digit) if i != rule.CLUE)
        found[name] = training.pictures[place].astype(np.float32) / np.float32(255)
    return found
