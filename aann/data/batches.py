"""Examples in batches of one size, the only size that a cut was traced with."""

import dataclasses
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import jax
import numpy as np

from aann.data.examples import Examples
from aann.machine.machine import Machine
from aann.model import Model
from aann.shown.brief import brief


@dataclasses.dataclass(frozen=True)
class Batch:
    """Inputs of a full batch, and which of its rows are examples.

    Attributes:
        inputs: (batch, ...) on the devices; the last batch is padded with its first example.
        labels: (batch,) int32, or None.
        indices: the examples' positions in the data set: the first ``len(indices)`` rows.
        names: of these examples.
    """

    inputs: jax.Array
    labels: jax.Array | None
    indices: Sequence[int]
    names: Sequence[str]

    __repr__ = brief


def default_size(model: Model) -> int:
    """Small batches stay in a CPU's cache; accelerators want large ones.

    By the bytes of one example, its input or output: 10 pictures of 224 x 224 on a CPU, 1,024
    short sequences.
    """
    one = model.batch(1)
    outputs = jax.eval_shape(model.apply, model.params, one)
    most = max(_nbytes(x) for x in jax.tree.leaves([one, outputs]))
    fewest, budget = (10, 2**22) if jax.default_backend() == "cpu" else (64, 2**26)
    return int(np.clip(budget // most, fewest, 1024))


def size_for(n: int, model: Model, asked: int | None, machine: Machine) -> int:
    """The size of the batches of ``n`` examples: as asked for, or the default on every device.

    Raises:
        ValueError: fewer than one example a device were asked for.
    """
    if asked is None:
        asked = max(min(default_size(model) * machine.devices, n), machine.devices)
    return machine.batch_size(asked)


def _nbytes(array: Any) -> int:
    return int(math.prod(array.shape) * np.dtype(array.dtype).itemsize)


def batches(
    examples: Examples,
    size: int,
    model: Model,
    *,
    progress: str = "",
    machine: Machine | None = None,
) -> Iterator[Batch]:
    """All examples, in order; of P processes each has every P-th batch.

    Args:
        examples: the data set.
        size: of each batch.
        model: what takes the inputs.
        progress: what a progress bar on stderr is called; none by default.
        machine: where batches go, and which processes share them.

    Raises:
        ValueError: the data set's inputs have another shape or dtype, or are not finite.
    """
    machine = machine or Machine()
    process, processes = machine.process
    starts = range(0, len(examples), size)[process::processes]
    for start in _with_bar(starts, progress) if progress and process == 0 else starts:
        indices = range(start, min(start + size, len(examples)))
        inputs = np.asarray(examples.load(indices))
        _check(examples, inputs, indices, model.batch(len(indices)))
        rows = np.arange(size)
        rows[len(indices) :] = 0
        labels = None
        if examples.labels is not None:
            labels = machine.spread(examples.labels[start + rows].astype(np.int32))
        names = [examples.names[i] for i in indices]
        yield Batch(machine.spread(inputs[rows]), labels, indices, names)


def _with_bar(starts: Iterable[int], called: str) -> Iterator[int]:
    from tqdm import tqdm  # noqa: PLC0415 - a part of import aann's time, for who wants a bar

    yield from tqdm(starts, desc=called, unit="batch", leave=False)


def _check(
    examples: Examples, inputs: np.ndarray, indices: Sequence[int], expected: jax.ShapeDtypeStruct
) -> None:
    if inputs.shape != expected.shape or inputs.dtype != expected.dtype:
        raise ValueError(
            f"data set {examples.name!r}: the model takes inputs of shape {expected.shape} and "
            f"dtype {expected.dtype}, got {inputs.shape} and {inputs.dtype}"
        )
    if np.issubdtype(inputs.dtype, np.floating):
        bad = [
            examples.names[i] for i, x in zip(indices, inputs, strict=True) if ~np.isfinite(x).all()
        ]
        if bad:
            raise ValueError(f"data set {examples.name!r}: NaN or infinity in {', '.join(bad)}")
