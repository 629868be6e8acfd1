"""Examples in batches of one size, the only size that a cut was traced with."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import numpy as np

from aann.data.arrays import exactly
from aann.data.examples import Examples
from aann.machine.machine import Machine
from aann.machine.progress import progress as progress_of
from aann.model import Model
from aann.shown.brief import brief


@dataclasses.dataclass(frozen=True)
class Batch:
    """Inputs of a full batch, and which of its rows are examples.

    Attributes:
        inputs: (batch, ...) on the devices; the last batch is padded with its first example.
        labels: (batch,) or (batch, positions) int32, or None.
        present: (batch, positions) booleans, where there is something, or None: everywhere.
        indices: the examples' positions in the data set: the first ``len(indices)`` rows.
        names: of these examples.
    """

    inputs: jax.Array
    labels: jax.Array | None
    present: jax.Array | None
    indices: Sequence[int]
    names: Sequence[str]

    __repr__ = brief

    @property
    def scored(self) -> jax.Array | None:
        """Where losses count if there are no labels to say so."""
        return self.present if self.labels is None else None


LARGEST = 16
"""So many times the bytes that are best may a batch have to be of more than one example."""


def default_size(model: Model) -> int:
    """Small batches stay in a CPU's cache; accelerators want large ones.

    By the bytes of one example, its input or output: 10 pictures of 224 x 224 on a CPU, 1,024
    short sequences, and 5 of 64 tokens where their logits are of 50,000.
    """
    one = model.batch(1)
    outputs = jax.eval_shape(model.apply, model.params, one)
    most = max(_nbytes(x) for x in jax.tree.leaves([one, outputs]))
    fewest, budget = (10, 2**22) if jax.default_backend() == "cpu" else (64, 2**26)
    fewest = int(np.clip(LARGEST * budget // most, 1, fewest))
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
        progress: what progress is called, see ``aann.machine.progress``; none is shown by default.
        machine: where batches go, and which processes share them.

    Raises:
        ValueError: the data set's inputs have another shape or dtype, or are not finite.
    """
    machine = machine or Machine()
    process, processes = machine.process
    everywhere = examples.present
    starts = range(0, len(examples), size)[process::processes]
    shown = progress_of(starts, progress) if progress and process == 0 else starts
    for start in shown:
        indices = range(start, min(start + size, len(examples)))
        inputs = load(examples, indices, model)
        rows = np.arange(size)
        rows[len(indices) :] = 0
        labels, present = (
            None if of_all is None else machine.spread(of_all[start + rows].astype(dtype))
            for of_all, dtype in ((examples.labels, np.int32), (everywhere, np.bool_))
        )
        names = [examples.names[i] for i in indices]
        yield Batch(machine.spread(inputs[rows]), labels, present, indices, names)


def load(examples: Examples, indices: Sequence[int], model: Model) -> np.ndarray:
    """Some examples, as the model takes them; numbers of another dtype are cast if that is exact.

    Raises:
        ValueError: they have another shape, are not exact in the model's dtype, or not finite.
    """
    inputs = np.asarray(examples.load(indices))
    expected = model.batch(len(indices))
    if inputs.shape != expected.shape:
        raise ValueError(
            f"data set {examples.name!r}: the model takes inputs of shape {expected.shape} and "
            f"dtype {expected.dtype}, got {inputs.shape} and {inputs.dtype}"
        )
    inputs = exactly(inputs, expected.dtype, f"inputs of data set {examples.name!r}")
    if not np.issubdtype(inputs.dtype, np.integer):
        bad = [
            examples.names[i] for i, x in zip(indices, inputs, strict=True) if ~np.isfinite(x).all()
        ]
        if bad:
            raise ValueError(f"data set {examples.name!r}: NaN or infinity in {', '.join(bad)}")
    return inputs
