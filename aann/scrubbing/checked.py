"""What scrubs and swaps ask of a model and of numbers."""

from typing import Any

import jax
import numpy as np

from aann.data.examples import Examples
from aann.evaluation.metrics import check_labels
from aann.model import Model


def check_number(what: str, number: Any, least: int) -> None:
    """Refuse what is no whole number from ``least`` up.

    Raises:
        ValueError: it is not.
    """
    whole = isinstance(number, int | np.integer) and not isinstance(number, bool)
    if not whole or number < least:
        raise ValueError(f"{what} is a whole number from {least} up, got {number!r}")


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
