"""The rows of a report, from the bottom of the ladder to the controls."""

import dataclasses
from collections.abc import Sequence

import jax.numpy as jnp

from aann.bench import ablation
from aann.bench.ablation import Joint, Row, Rung
from aann.evaluation.fitted import Fitted
from aann.evaluation.lineup import BELOW, ROWS, Lineup, Programs, name_of
from aann.evaluation.strangers import strangers
from aann.report.data import Kind


def ladder(
    lineup: Lineup,
    fitted: Sequence[Fitted],
    seed: int,
    rows: Sequence[str] = ROWS,
    networks: Sequence[Row | Joint] = (),
) -> list[Row | Joint]:
    """All rows.

    Args:
        lineup: the programs to evaluate, more of them, and wrong ones.
        fitted: what is known of the design examples, for each program to evaluate.
        seed: of the permutation of units.
        rows: which of ``ROWS`` to have.
        networks: rows of small networks, which come before the programs.
    """
    main = lineup.main
    states: dict[str, tuple[Rung, list[tuple[object, int | None]], Kind]] = {
        "mean": (ablation.constant, [(f.mean, f.mean_size) for f in fitted], "ablation"),
        "position mean": (
            ablation.constant,
            [(f.position_mean, f.position_mean.size) for f in fitted],
            "ablation",
        ),
        "resample": (ablation.resample, [(f.donors, None) for f in fitted], "ablation"),
        "program of another example": (
            ablation.resample, [(f.donor_outputs, None) for f in fitted], "control",
        ),
    }  # fmt: skip
    predictions = [f.linear for f in fitted if f.linear is not None]
    if len(predictions) == len(fitted):
        each: list[tuple[object, int | None]] = [(p, p.weights.size) for p in predictions]
        states["linear"] = (ablation.linear_prediction, each, "fit")
    constants = [f.best for f in fitted if f.best is not None]
    if len(constants) == len(fitted):
        sizes = [f.mean_size for f in fitted]
        states["best constant"] = (
            ablation.constant, list(zip(constants, sizes, strict=True)), "fit",
        )  # fmt: skip
    made = {name: _each(name, *state) for name, state in states.items()}
    made["recalibrated"] = _recalibrated(main, fitted)
    if any(len(r.units) > 1 for r in main):
        made["units permuted"] = _permuted(main, fitted, seed)
    below, above = (
        [made[name] for name in names if name in rows and name in made]
        for names in (ROWS[:BELOW], ROWS[BELOW:])
    )
    programs = [programs_row(p, "program") for p in [*lineup.programs, main]]
    controls = [programs_row(c, "control") for c in lineup.controls]
    return [zero_row(main), *below, *networks, *programs, *above, *controls]


def joined(name: str, kind: Kind, parts: Sequence[Row]) -> Row | Joint:
    """Rows of each replacement as one line of a report."""
    named = tuple(dataclasses.replace(part, name=name, kind=kind) for part in parts)
    return named[0] if len(named) == 1 else Joint(name, kind, named)


def _each(
    name: str, rung: Rung, states: Sequence[tuple[object, int | None]], kind: Kind = "ablation"
) -> Row | Joint:
    """The same rung for every replacement, each with its own state and number of scalars."""
    return joined(name, kind, [Row(name, kind, rung, s, scalars=n) for s, n in states])


def zero_row(main: Programs) -> Row | Joint:
    """Zero-ablation of all places."""
    return joined("zero", "ablation", [Row("", "ablation", ablation.zero) for _ in main])


def programs_row(programs: Programs, kind: Kind) -> Row | Joint:
    """Programs in all places."""
    name = name_of(programs)
    return joined(name, kind, [Row(name, kind, ablation.program, program=p) for p in programs])


def _recalibrated(main: Programs, fitted: Sequence[Fitted]) -> Row | Joint:
    name = f"{name_of(main)}, recalibrated"
    parts = [
        Row(
            name, "fit", ablation.recalibrated, (f.slope, f.offset),
            program=r, scalars=2 * len(r.units),
        )
        for f, r in zip(fitted, main, strict=True)
    ]  # fmt: skip
    return joined(name, "fit", parts)


def _permuted(main: Programs, fitted: Sequence[Fitted], seed: int) -> Row | Joint:
    orders = [strangers(f.donors, f.donor_outputs, seed) for f in fitted]
    parts = [
        Row("", "control", ablation.permuted, jnp.asarray(order, jnp.int32), program=r)
        for order, r in zip(orders, main, strict=True)
    ]
    return joined("units permuted", "control", parts)
