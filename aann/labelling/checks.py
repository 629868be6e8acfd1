"""What is refused of networks, examples, and the labels or scores that a program gives."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.data.batches import Batch, batches
from aann.data.check import some
from aann.data.examples import Examples
from aann.evaluation import metrics
from aann.evaluation.apart import check_run, difference, telling
from aann.labelling.labeller import Labeller
from aann.machine.machine import Machine
from aann.model import Model


def check_network(model: Model, examples: Examples, size: int) -> int:
    """The number of classes of a network whose logits are labels of ``examples``.

    Raises:
        TypeError: labels are no integers.
        ValueError: outputs are no logits (batch, classes), true labels do not fit them, or the
            network mixes examples.
    """
    outputs = jax.eval_shape(model.apply, model.params, model.batch(size))
    shape = getattr(outputs, "shape", None)
    if shape is None or len(shape) != 2 or shape[1] < 2:
        got = type(outputs).__name__ if shape is None else f"shape {shape}"
        raise ValueError(
            f"model {model.name!r} must return logits (batch, classes) of two classes or more, the "
            f"largest of which is an example's label, got {got}: choose a position in apply, such "
            "as lambda params, x: apply(params, x)[:, -1]"
        )
    if examples.labels is not None:
        if examples.labels.ndim != 1:
            raise ValueError(
                f"data set {examples.name!r}: a label of an example is one number, got labels of "
                f"shape {examples.labels.shape}"
            )
        metrics.check_labels(examples.labels, shape[1], examples.names)
    run = jax.jit(model.apply)
    check_run(lambda inputs: run(model.params, inputs), model, examples, size)
    return int(shape[1])


def check_values(value: Any, batch: Batch, what: str, *, score: bool = False) -> np.ndarray:
    """What a program returned for a batch, on the host.

    Args:
        value: returned.
        batch: it was run on.
        what: the program, for messages.
        score: whether real numbers are wanted, instead of labels.

    Raises:
        TypeError: it is no array of real numbers, or of integers.
        ValueError: it is not one for each example.
    """
    try:
        found = np.asarray(value)
    except ValueError:  # rows of different lengths
        found = np.asarray(None)
    wanted = "real numbers (batch,)" if score else "integer labels (batch,)"
    real = found.dtype.kind in "fiub" or jnp.issubdtype(found.dtype, jnp.floating)
    whole = found.dtype.kind in "iub"
    if not (real if score else whole):
        more = ": end with .argmax(-1), or .astype(int)" if real and not score else ""
        got = type(value).__name__ if found.dtype == object else str(found.dtype)
        raise TypeError(f"{what} must return {wanted}, got {got}{more}")
    full = len(batch.inputs)
    if found.shape not in ((full,), (len(batch.indices),)):
        raise ValueError(
            f"{what} must return {wanted}, one an example, got shape {found.shape} for {full} "
            "examples"
        )
    return found.astype(np.float32) if found.dtype.kind == "V" else found  # bfloat16


def check_range(labels: np.ndarray, classes: int, examples: Examples, what: str) -> None:
    """Refuse labels that are no class of the network.

    Raises:
        ValueError: with the examples.
    """
    bad = np.flatnonzero((labels < 0) | (labels >= classes)).tolist()
    if bad:
        shown = some([f"{examples.names[i]}: {labels[i]}" for i in bad], 5)
        raise ValueError(
            f"{what} must return labels from 0 to {classes - 1}, the network's classes: got others "
            f"for {len(bad)} of {len(examples)} examples, {shown} (-1 where logits are not finite)"
        )


def check_apart(
    program: Labeller, examples: Examples, model: Model, size: int, machine: Machine,
    *, score: bool = False,
) -> None:  # fmt: skip
    """Run a program on a batch in another order without its last example, and on copies of one.

    Args:
        program: gives labels or scores.
        examples: to take the batch from.
        model: what takes their inputs.
        size: of batches.
        machine: where it runs.
        score: whether real numbers are wanted, instead of labels.

    Raises:
        ValueError: what it says of an example depends on the others in the batch, or on chance.
        TypeError: as ``check_values``.
    """
    if program.apart:
        return
    size = machine.batch_size(max(min(size, len(examples)), machine.devices))
    alone = dataclasses.replace(machine, distributed=False)
    first = next(iter(batches(examples, size, model, machine=alone)))
    inputs, what = np.asarray(first.inputs), f"program {program.name!r}"

    def run(rows: np.ndarray) -> np.ndarray:
        batch = dataclasses.replace(first, inputs=machine.spread(inputs[rows]), indices=range(size))
        return check_values(program.run(batch), batch, what, score=score)

    straight = run(np.arange(size))
    turned = np.append(np.arange(size - 1), 0)[::-1]
    copies = [np.full(size, i) for i in telling(inputs)]
    if not all(_same(straight[rows], run(rows), score) for rows in (turned, *copies)):
        raise ValueError(
            f"{what} mixes examples, or gives other values when it runs again: of a batch in "
            "another order, or with copies of one example in it, it says something else. Compute "
            "each example (the first axis) from its own values alone"
        )


def _same(expected: np.ndarray, got: np.ndarray, score: bool) -> bool:
    return difference(expected, got) == 0 if score else bool(np.array_equal(expected, got))
