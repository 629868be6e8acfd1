"""Examples of a data set that a unit answers to most, least, or anyhow.

    found = examples(model, ["mixed3b:343", "mixed3b:379"], design)
    found.figure()                  # what the positions see of their pictures, section by section
    found.histogram()

What is looked at is anything with a number at each position (``aann.vis.chosen.numbers``): units, a
direction, what a program says or where it is wrong. One pass over the data serves all of them.

Sharp edges: the strongest examples say little of what a unit does elsewhere; look at the quantiles,
too. Numbers of one example are the same in any batch up to the rounding of the model.
"""

import dataclasses
import pathlib
from collections.abc import Collection, Sequence
from typing import Any

import jax
import numpy as np

from aann.data.batches import batches, size_for
from aann.data.examples import Examples
from aann.data.provenance import described
from aann.machine.machine import Machine
from aann.machine.processes import ends_together
from aann.model import Model
from aann.vis.chosen.found import DatasetExamples
from aann.vis.chosen.joined import as_numbers, joined
from aann.vis.chosen.kept import Arrays, key_of, recall
from aann.vis.chosen.numbers import Numbers
from aann.vis.chosen.options import KINDS, Options
from aann.vis.chosen.sections import unit_examples
from aann.vis.chosen.tally import Tally
from aann.vis.receptive_field import fields_of, picture_problems, rows_and_columns


@ends_together
def examples(
    model: Model,
    numbers: str | Numbers | Sequence[str | Numbers],
    data: Examples,
    *,
    n: int = 10,
    kinds: Collection[str] = KINDS,
    quantiles: int = 5,
    per_example: int = 1,
    axes: tuple[int, int] | None = None,
    seed: int = 0,
    batch_size: int | None = None,
    machine: Machine | None = None,
    cache: pathlib.Path | str | None = None,
    progress: bool = True,
) -> DatasetExamples:
    """Go through a data set once, and choose positions of its examples for each unit.

    ``top`` and ``bottom`` are the largest and the smallest numbers; ``random`` is drawn from all
    positions; ``quantiles`` from bins of about as many positions each, exact zeros left out. Among
    equal numbers the choice is random. Padding (``data.present``) is left out.

    Args:
        model: declares ``inputs``.
        numbers: ``"site:unit"``, or what ``aann.vis.chosen.numbers`` makes; one or several, all
            with the same positions.
        data: what is gone through.
        n: positions a section.
        kinds: of sections.
        quantiles: how many bins.
        per_example: positions that one example may have in a section.
        axes: of rows and columns in one input, if its shape does not say.
        seed: of what is random.
        batch_size: of the pass; by default what suits the model.
        machine: devices, processes and precision.
        cache: folder of results: the same call on the same data is answered from there. By default
            that of a machine that resumes. Of several processes none keeps anything.
        progress: show a bar on a terminal, lines in the log elsewhere.

    Raises:
        TypeError: something else was passed as numbers or data.
        ValueError: unknown sites, units or options out of range: all problems; or numbers that are
            not finite.
        OSError: the cache folder cannot be written.
    """
    machine = machine or Machine()
    if not isinstance(kinds, str):
        kinds = tuple(kinds)  # what can be gone through once would be empty the second time
    options = Options(n, kinds, quantiles, per_example, seed)
    wanted = _checked(model, numbers, data, options, axes)
    size = size_for(len(data), model, batch_size, machine)
    folder = cache if cache is not None else machine.cache if machine.resume else None
    if machine.distributed:  # a process that finds results would not wait for one that does not
        folder = None
    arrays = recall(
        folder,
        lambda: key_of(model, wanted, data, size, machine, options),
        lambda: _gone_through(model, wanted, data, size, machine, options, progress),
    )
    pictures = axes is not None or rows_and_columns(model.batch(1).shape[1:]) is not None
    fields = fields_of(model, wanted, axes) if pictures else [None] * len(wanted.names)
    positions = _positions(model, wanted)
    units = tuple(
        unit_examples(arrays, i, name, options, data.names, positions, field)
        for i, (name, field) in enumerate(zip(wanted.names, fields, strict=True))
    )
    return DatasetExamples(model.name, described(data), units, positions, seed, data)


def _checked(
    model: Model, numbers: Any, data: Any, options: Options, axes: tuple[int, int] | None
) -> Numbers:
    """What is looked at, if everything fits.

    Raises:
        TypeError: something else was passed as numbers or data.
        ValueError: with all problems.
    """
    if not isinstance(data, Examples):
        raise TypeError(
            f"data are aann.Examples, got {type(data).__name__}: make them of arrays with "
            "aann.from_arrays(name, inputs)"
        )
    parts = as_numbers(numbers)
    problems = options.problems()
    if axes is not None:
        problems += picture_problems(model, axes)
    try:
        wanted = joined(parts, model)
    except ValueError as error:
        problems.append(str(error))
    if problems:
        raise ValueError("\n".join(problems))
    return wanted


def _positions(model: Model, numbers: Numbers) -> tuple[int, ...]:
    shape = jax.eval_shape(lambda x: numbers(model, x), model.batch(1)).shape
    return tuple(shape[1:-1])


def _gone_through(
    model: Model,
    numbers: Numbers,
    data: Examples,
    size: int,
    machine: Machine,
    options: Options,
    progress: bool,
) -> Arrays:
    """The pass itself; with several processes each takes its batches."""
    here = machine.runs(model)
    positions = _positions(model, numbers)
    run = jax.jit(lambda params, x: numbers(_with(here, params), x))
    tally = _empty(numbers, options)
    label = f"{data.split} examples of {data.name}" if progress else ""
    for batch in batches(data, size, model, progress=label, machine=machine):
        count = len(batch.indices)
        values = np.asarray(run(here.params, batch.inputs))[:count]
        flat = values.reshape(count, -1, len(numbers.names))
        _check_finite(flat, numbers.names, batch.names, positions)
        present = None if batch.present is None else np.asarray(batch.present)[:count]
        if present is not None and present.shape[1:] != positions:
            present = None  # positions of another kind
        tally.add(flat, batch.names, batch.indices, present)
    parts = machine.gather(tally.arrays())
    if len(parts) == 1:
        return tally.arrays()
    whole = _empty(numbers, options)
    for arrays in parts:
        whole.merge(arrays)
    return whole.arrays()


def _empty(numbers: Numbers, options: Options) -> Tally:
    return Tally(len(numbers.names), options.n, options.per_example, options.seed, options.pools)


def _with(model: Model, params: Any) -> Model:
    return dataclasses.replace(model, params=params)


def _check_finite(
    values: np.ndarray, units: Sequence[str], names: Sequence[str], positions: tuple[int, ...]
) -> None:
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        example, at, unit = bad[0].tolist()
        where = tuple(int(i) for i in np.unravel_index(at, positions)) if positions else ()
        raise ValueError(
            f"{units[unit]} is {values[example, at, unit]} at position {where} of example "
            f"{names[example]!r}, and {len(bad) - 1:,} more numbers of its batch are not finite: "
            "there is no order among them"
        )
