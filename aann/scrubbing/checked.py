"""What scrubs and swaps ask of a model and of numbers."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np

from aann.data.examples import Examples
from aann.evaluation.metrics import check_labels
from aann.model import Model
from aann.statistics.bootstrap import mean_interval
from aann.statistics.interval import LEAST_DRAWS, Setting


def check_number(what: str, number: Any, least: int) -> None:
    """Refuse what is no whole number from ``least`` up.

    Raises:
        ValueError: it is not.
    """
    whole = isinstance(number, int | np.integer) and not isinstance(number, bool)
    if not whole or number < least:
        raise ValueError(f"{what} is a whole number from {least} up, got {number!r}")


def check_examples(examples: Any) -> None:
    """Refuse what is no data set.

    Raises:
        TypeError: it is something else, such as an array.
    """
    if not isinstance(examples, Examples):
        raise TypeError(
            f"examples are a data set, aann.from_arrays(name, inputs) or zoo.data(...); got "
            f"{type(examples).__name__}"
        )


def by_name(examples: Examples) -> np.ndarray:
    """(n,) positions in the order of names, which is the same however the examples come."""
    return np.asarray(sorted(range(len(examples)), key=lambda i: examples.names[i]))


def check_enough(n: int, setting: Setting) -> None:
    """Refuse so few examples, or groups, that nothing has an interval.

    Raises:
        ValueError: there are too few.
    """
    mean_interval(np.zeros(n), dataclasses.replace(setting, draws=LEAST_DRAWS))


def check_losses(
    name: str, losses: Mapping[str, Mapping[str, np.ndarray]], names: Sequence[str]
) -> None:
    """Refuse losses that cannot be averaged.

    Args:
        name: of the hypothesis.
        losses: what ran -> metric -> (scrubs, n).
        names: of the examples.

    Raises:
        ValueError: some are NaN or infinite.
    """
    lines = []
    for ran, found in losses.items():
        for metric, loss in found.items():
            bad = np.flatnonzero(~np.isfinite(loss).all(0))
            if len(bad):
                shown = ", ".join(repr(names[i]) for i in bad[:5]) + ", ..." * (len(bad) > 5)
                lines.append(
                    f"- {ran}: {metric} is NaN or infinite for {len(bad)} of {len(names)} "
                    f"examples: {shown}"
                )
    if lines:
        raise ValueError(
            f"hypothesis {name!r}: losses must be finite to be averaged, but\n"
            + "\n".join(lines)
            + "\nIf the model masks outputs with -inf, give it finite logits in apply, such as "
            "jnp.maximum(logits, -1e4)"
        )


def check_outputs(
    model: Model, size: int, *, ndim: tuple[int, ...] = (2, 3), examples: Examples | None = None
) -> None:
    """Refuse a model without logits, and labels that are none of its classes.

    Args:
        model: the model.
        size: of a batch.
        ndim: how many axes logits may have.
        examples: with labels, or without.

    Raises:
        TypeError: labels are not integers.
        ValueError: the outputs are no logits, or labels are out of range.
    """
    output = jax.eval_shape(model.apply, model.params, model.batch(size))
    leaves = jax.tree.leaves(output)
    if len(leaves) != 1 or leaves[0].ndim not in ndim:
        shapes = ["(batch, classes)", "(batch, positions, classes)"][: len(ndim)]
        raise ValueError(
            f"model {model.name!r} returns {', '.join(str(x.shape) for x in leaves)}; expected "
            f"logits of shape {' or '.join(shapes)}: aann.Model of a function that gives those"
        )
    if examples is not None and examples.labels is not None:
        check_labels(examples.labels, leaves[0].shape[-1], examples.names)
