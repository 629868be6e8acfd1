"""A network of the EIS VII transformer's task, with the programs fitted to it on design pairs."""

import dataclasses

import aann
from aann.shown.brief import brief
from circuits.eis_vii_transformer import controls, fit, regions, thresholds, trade
from circuits.eis_vii_transformer import program as programs
from circuits.eis_vii_transformer.evidence import Evidence, look
from evals.shared import seeds

DIRECTIONS = (1, 2, 3, 6)
"""Of the look-ups, beside those of ``fit.DIRECTIONS``."""
PUBLISHED = 2
"""Principal components that the published analysis looked at."""
PLANES, THRESHOLDS = "two planes of what the MLP reads", "two thresholds"
"""Names of programs."""


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """A network and its circuits, stage by stage.

    Attributes:
        seen: what the network does with the design pairs.
        tables: look-ups of the two thresholds.
        circuits: attention, what the MLP reads, the MLP, all of it.
    """

    seen: Evidence
    tables: thresholds.Tables
    circuits: tuple[seeds.Circuit, ...]

    __repr__ = brief


def fit_all(model: aann.Model, design: aann.Design) -> Case:
    """Fit all programs to a network.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: it is no network of this task.
    """
    seen = look(model, design)
    read = thresholds.read(seen)
    tables = thresholds.freed(seen, read.tables)
    circuits = (
        _attention(seen, design), _residual(seen), _planes(seen, read),
        _thresholds(seen, read, tables),
    )  # fmt: skip
    return Case(seen, tables, circuits)


def whole(model: aann.Model, design: aann.Design) -> seeds.Programs:
    """The program of the last circuit, fitted to a design half."""
    seen = look(model, design)
    tables = thresholds.freed(seen, thresholds.read(seen).tables)
    return (thresholds.replacement(seen, tables, THRESHOLDS, thresholds.FORMS["all"]),)


def main_programs(model: aann.Model, design: aann.Design) -> dict[str, tuple[aann.Replacement]]:
    """Circuit -> its main program, without the others: what is fitted to see whether it can be.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: it is no network of this task.
    """
    seen = look(model, design)
    read = thresholds.read(seen)
    tables = thresholds.freed(seen, read.tables)
    return {
        "attention": (fit.mean_attention(seen),),
        "what the MLP reads": (fit.residual(seen),),
        "MLP": (thresholds.reading(seen, read, PLANES),),
        "thresholds": (thresholds.replacement(seen, tables, THRESHOLDS, thresholds.FORMS["all"]),),
    }


def _attention(seen: Evidence, design: aann.Design) -> seeds.Circuit:
    mean = fit.mean_attention(seen)
    best = fit.best_attention(seen, design, mean)
    wrong = ((controls.evenly(mean),), (controls.swapped(mean),))
    return seeds.Circuit("attention", (mean,), ((best,),), wrong, linear=False)


def _residual(seen: Evidence) -> seeds.Circuit:
    main = fit.residual(seen)
    others = tuple((fit.residual(seen, k),) for k in DIRECTIONS)
    wrong = ((controls.shuffled(main),), (controls.exchanged(main),))
    return seeds.Circuit("what the MLP reads", (main,), others, wrong, linear=False)


def _planes(seen: Evidence, read: thresholds.Planes) -> seeds.Circuit:
    """The MLP and the unembedding as an AND of planes of what the MLP reads."""
    one, three = (
        thresholds.reading(seen, thresholds.read(seen, k), f"{name} of what the MLP reads")
        for k, name in ((1, "one plane"), (3, "three planes"))
    )
    either = thresholds.reading(
        seen, thresholds.read(seen, form="any"), "either of two planes, OR", programs.either_plane
    )
    main = thresholds.reading(seen, read, PLANES)
    return seeds.Circuit("MLP", (main,), ((one,), (three,)), ((either,),), linear=False)


def _thresholds(
    seen: Evidence, read: thresholds.Planes, tables: thresholds.Tables
) -> seeds.Circuit:
    """The AND of two thresholds, other numbers of them, fewer constants, and wrong programs."""

    def made(tables: thresholds.Tables, name: str, form: str = "all") -> aann.Replacement:
        return thresholds.replacement(seen, tables, name, thresholds.FORMS[form])

    main = made(tables, THRESHOLDS)
    single, triple = (thresholds.read(seen, k) for k in (1, 3))
    one, three = (thresholds.freed(seen, x.tables) for x in (single, triple))
    either = thresholds.read(seen, form="any").tables
    others = (
        made(read.tables, "two planes of the network's look-ups"),
        made(triple.tables, "three planes of the network's look-ups"),
        made(thresholds.read(seen, directions=PUBLISHED).tables, "two planes of two directions"),
        made(one, "one threshold"),
        made(three, "three thresholds"),
        *trade.trade(seen, read.tables),
        regions.fit(seen),
    )
    wrong = (
        controls.shuffled(main),
        controls.exchanged(main),
        controls.alone(main, 0),
        controls.alone(main, 1),
        made(either, "either of two planes, OR", "any"),
        made(thresholds.freed(seen, either, "any"), "either of two thresholds, OR", "any"),
    )
    return seeds.Circuit(
        "thresholds", (main,), tuple((p,) for p in others), tuple((p,) for p in wrong),
        linear=False,
    )  # fmt: skip
