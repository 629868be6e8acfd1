"""How much of some units is predictable from earlier sites, over the size of what predicts.

    found = aann.residuals.predictability(
        model, "mixed3a", "mixed3b:343,379", design=design, sizes=(1_000, 10_000)
    )

Linear and ridge predictions and small networks of growing size are fitted to design examples. Each
example is predicted by a fit that has seen neither it nor its group (``folds``), so that neither
size nor luck flatters. R2, correlation and known bits (``aann.residuals.information``) say how
much, with intervals over examples.

What is reached is a bound from below on what the reads tell of the units: another architecture,
more examples or longer training may reach more. It is no bound on what a program can reach, only a
mark beside it: a function that nobody can read does so well at so many numbers.

Sharp edge: intervals hold the fits fixed; what other folds or seeds would give is outside of them.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from aann.bench.suited import check_programs
from aann.bench.workbench import Workbench, workbench
from aann.counting.complexity import measure
from aann.data.batches import size_for
from aann.data.examples import Design
from aann.evaluation import network_fit
from aann.evaluation.network_settings import Networks, networks
from aann.evaluation.network_sizes import shapes as shapes_of
from aann.evaluation.seen import Seen, apart, check_design, see
from aann.machine.machine import Machine
from aann.machine.processes import ends_together
from aann.model import Model
from aann.program.replacement import Replacement
from aann.residuals.folds import folds as parts_of
from aann.residuals.information import gaussian_bits, known_bits
from aann.residuals.observed import observe
from aann.residuals.placed import Units, placed
from aann.residuals.predicted import Predictability, Scores
from aann.residuals.ridge import Crossed, ridges
from aann.residuals.rows import rows_of
from aann.statistics.agreement import Part, agreement
from aann.statistics.each import each, kept, together

SIZES = (300, 1_000, 3_000, 10_000)

CONFIDENCE = 0.95


@ends_together
def predictability(
    model: Model,
    from_sites: str | Sequence[str] | None,
    to_units: Units,
    *,
    design: Design,
    sizes: Sequence[int] | Networks = SIZES,
    program: Replacement | None = None,
    folds: int = 3,
    seed: int = 0,
    batch_size: int | None = None,
    progress: bool = True,
    machine: Machine | None = None,
) -> Predictability:
    """The curve of what predicts some units over how many numbers it knows.

    Args:
        model: the pretrained network.
        from_sites: names of the sites to predict from, or ``input``; None: what ``to_units`` reads.
        to_units: ``"site:unit,unit"``, ``(site, units)``, or where a program writes.
        design: examples to fit on and to measure on, crosswise.
        sizes: numbers of weights of networks, or ``Networks``.
        program: for these units, to stand beside; its reads may be others.
        folds: parts of the examples, each predicted by what was fitted on the others.
        seed: of folds, parameters, and orders of examples.
        batch_size: of the compiled functions; by default by the size of an example.
        progress: show it.
        machine: devices, processes, memory and disk to use.

    Raises:
        TypeError: ``design`` is not a ``Design``; no units; a program that cannot be traced.
        ValueError: unknown sites or units; sizes that no network has; too few examples; a program
            of other units; NaN or infinity.
    """
    check_design(design, "predictability")
    settings = networks(sizes)
    assert settings is not None
    machine = machine or Machine()
    place = placed(model, from_sites, to_units)
    batch = size_for(len(design), model, batch_size, machine)
    bench = workbench(model, place, batch, machine)
    beside = None
    if program is not None:
        beside = workbench(model, program, batch, machine)
        _check_units(place, program)
        check_programs(beside, [beside.replacements])
    parts_of(design, folds, seed)  # refused before work starts
    (seen,), remark = see(bench, design, seed=seed, progress=progress)
    fold = parts_of(seen.design, folds, seed)
    found, reason = crossed(bench, seen, fold, settings, seed=seed, progress=progress)
    kinds = ["fit"] * len(found)
    if beside is not None:
        found.append(_of_program(beside, seen))
        kinds.append("program")
    return Predictability(
        reads=place.reads,
        site=place.site,
        units=place.units,
        scores=tuple(score(one, seen, fold, kind) for one, kind in zip(found, kinds, strict=True)),
        entropy=_entropy(seen, fold, len(place.units)),
        n=len(seen.design),
        folds=folds,
        seed=seed,
        confidence=CONFIDENCE,
        data=seen.design.name,
        notes=tuple(x for x in (remark, reason) if x),
    )


def crossed(
    bench: Workbench,
    seen: Seen,
    fold: np.ndarray,
    settings: Networks,
    *,
    seed: int = 0,
    progress: bool = False,
) -> tuple[list[Crossed], str]:
    """Every example predicted by fits to other folds: mean, linear, ridge and networks.

    Args:
        bench: with the one place that ``seen`` is of.
        seen: values at reads and units.
        fold: of each example.
        settings: of the networks.
        seed: of the networks.
        progress: show it.

    Returns:
        The predictions; why some are missing, or "".
    """
    shapes = list(dict.fromkeys(shapes_of(bench, 0, seen, settings)))
    linear, reason = ridges(rows_of(seen), fold)
    found = [_means(seen, fold), *linear]
    for shape in shapes:
        values, weights = np.zeros_like(seen.table), 0
        for f in range(int(fold.max()) + 1):
            rows = np.flatnonzero(fold != f)
            stop = np.zeros(len(fold), bool)
            stop[rows] = apart(seen.design.take(rows), settings.apart, seed)
            fit = network_fit.train(
                shape, _without(seen, fold == f), stop[fold != f], settings, seed=seed,
                progress=progress,
            )  # fmt: skip
            mine = np.flatnonzero(fold == f)
            values[mine] = network_fit.predicted(shape, fit.state, seen, mine)
            weights = fit.state.weights
        found.append(Crossed("network", weights, values))
    return found, reason


def score(one: Crossed, seen: Seen, fold: np.ndarray, kind: str) -> Scores:
    """R2, correlation and bits of a prediction, with intervals over examples."""
    units = seen.natural.shape[-1]
    groups = seen.design.groups
    sums = each(
        seen.natural, one.values.reshape(seen.natural.shape), seen.present, seen.coordinates
    )
    agreed = agreement([Part(kept(sums, units), together(sums), units)], groups, CONFIDENCE)
    known = known_bits(seen.table, one.values, seen.here, fold, units, groups, CONFIDENCE)
    return Scores(
        name=one.name,
        kind=kind,
        weights=one.weights,
        r2=agreed.units[1],
        correlation=agreed.units[0],
        bits=known.bits,
        mean_r2=agreed.means[1],
        mean_correlation=agreed.means[0],
        mean_bits=known.mean,
        gaussian=gaussian_bits(agreed.units[1, :, 0]),
    )


def _without(seen: Seen, out: np.ndarray) -> Seen:
    """What was seen of the examples that are not left out."""
    rows = np.flatnonzero(~out)
    return dataclasses.replace(
        seen,
        reads=tuple(x[rows] for x in seen.reads),
        natural=seen.natural[rows],
        present=None if seen.present is None else seen.present[rows],
        design=seen.design.take(rows),
    )


def _means(seen: Seen, fold: np.ndarray) -> Crossed:
    """The mean of other folds."""
    values = np.zeros_like(seen.table)
    for f in range(int(fold.max()) + 1):
        other = (fold != f)[:, None] & seen.here
        values[fold == f] = seen.table[other].mean(0)
    return Crossed("mean", seen.table.shape[-1], values)


def _of_program(bench: Workbench, seen: Seen) -> Crossed:
    (part,) = observe(bench, seen.design)
    (program,) = bench.replacements
    constants = measure(program, list(bench.reads[0])).constants or 0
    return Crossed(program.name, constants, part.artificial.reshape(seen.table.shape))


def _entropy(seen: Seen, fold: np.ndarray, units: int) -> np.ndarray:
    flat = np.zeros_like(seen.table)
    return known_bits(
        seen.table, flat, seen.here, fold, units, seen.design.groups, CONFIDENCE
    ).entropy


def _check_units(place: Replacement, program: Replacement) -> None:
    def where(r: Replacement) -> tuple[Any, ...]:
        return (r.site, r.units, r.axis, r.positions, r.position_axis)

    if where(place) != where(program):
        raise ValueError(
            f"program {program.name!r} writes units {list(program.units)} of {program.site!r}, but "
            f"units {list(place.units)} of {place.site!r} are predicted: pass the program as "
            "to_units, or leave it out"
        )
