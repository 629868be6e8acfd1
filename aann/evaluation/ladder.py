"""The rows of a report, from the bottom of the ladder to the controls."""

import dataclasses
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from aann.bench import ablation
from aann.bench.ablation import Joint, Row, Rung
from aann.evaluation.fitted import Fitted
from aann.evaluation.lineup import Lineup, Programs, name_of
from aann.report.data import Kind


def ladder(lineup: Lineup, fitted: Sequence[Fitted], seed: int) -> list[Row | Joint]:
    """All rows.

    Args:
        lineup: the programs to evaluate, more of them, and wrong ones.
        fitted: what is known of the design examples, for each program to evaluate.
        seed: of the permutation of units.
    """
    main = lineup.main
    rows = [zero_row(main)]
    rows.append(
        _each(
            "mean",
            ablation.constant,
            [(f.mean, len(r.units)) for f, r in zip(fitted, main, strict=True)],
        )
    )
    rows.append(
        _each(
            "position mean",
            ablation.constant,
            [(f.position_mean, f.position_mean.size) for f in fitted],
        )
    )
    rows.append(_each("resample", ablation.resample, [(f.donors, None) for f in fitted]))
    predictions = [f.linear for f in fitted if f.linear is not None]
    if len(predictions) == len(fitted):
        rows.append(
            _each(
                "linear",
                ablation.linear_prediction,
                [(p, p.weights.size) for p in predictions],
                "fit",
            )
        )
    rows += [programs_row(p, "program") for p in [*lineup.programs, main]]
    rows.append(_recalibrated(main, fitted))
    rows.append(
        _each(
            "program of another example", ablation.resample,
            [(f.donor_outputs, None) for f in fitted], "control",
        )
    )  # fmt: skip
    if any(len(r.units) > 1 for r in main):
        rows.append(_permuted(main, seed))
    return rows + [programs_row(c, "control") for c in lineup.controls]


def _joined(name: str, kind: Kind, parts: Sequence[Row]) -> Row | Joint:
    named = tuple(dataclasses.replace(part, name=name, kind=kind) for part in parts)
    return named[0] if len(named) == 1 else Joint(name, kind, named)


def _each(
    name: str, rung: Rung, states: Sequence[tuple[object, int | None]], kind: Kind = "ablation"
) -> Row | Joint:
    """The same rung for every replacement, each with its own state and number of scalars."""
    return _joined(name, kind, [Row(name, kind, rung, s, scalars=n) for s, n in states])


def zero_row(main: Programs) -> Row | Joint:
    """Zero-ablation of all places."""
    return _joined("zero", "ablation", [Row("", "ablation", ablation.zero) for _ in main])


def programs_row(programs: Programs, kind: Kind) -> Row | Joint:
    """Programs in all places."""
    name = name_of(programs)
    return _joined(name, kind, [Row(name, kind, ablation.program, program=p) for p in programs])


def _recalibrated(main: Programs, fitted: Sequence[Fitted]) -> Row | Joint:
    name = f"{name_of(main)}, recalibrated"
    parts = [
        Row(
            name, "fit", ablation.recalibrated, (f.slope, f.offset),
            program=r, scalars=2 * len(r.units),
        )
        for f, r in zip(fitted, main, strict=True)
    ]  # fmt: skip
    return _joined(name, "fit", parts)


def _permuted(main: Programs, seed: int) -> Row | Joint:
    orders = [_derangement(len(r.units), seed) for r in main]
    parts = [
        Row("", "control", ablation.permuted, order, program=r)
        for order, r in zip(orders, main, strict=True)
    ]
    return _joined("units permuted", "control", parts)


def _derangement(n: int, seed: int) -> jax.Array:
    """A permutation that leaves none of ``n`` in its place; of one there is none but itself."""
    rng = np.random.default_rng(seed)
    while n > 1 and (order := rng.permutation(n))[order == np.arange(n)].size:
        pass
    return jnp.asarray(order if n > 1 else [0], dtype=jnp.int32)
