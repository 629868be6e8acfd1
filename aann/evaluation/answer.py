"""What a run is judged by: one number an example, from the model's outputs.

A ``Metric`` is a function of the outputs together with the arrays that it needs for each example
(the right answer, a wrong one), so that examples can be taken in batches and other answers do not
compile again. Every technique also takes a plain function ``outputs -> (batch,) float``.

Sharp edges: a plain function sees one batch at a time. If it closes over arrays of all examples,
make it a ``Metric`` with those arrays as ``data``, or run all examples in one batch.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from aann.shown.brief import brief


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Metric:
    """A number for each example.

    Attributes:
        function: ``(outputs, *data) -> (batch,) float``, traceable by JAX.
        data: arrays whose first axis is the examples.
    """

    function: Callable[..., Any] = dataclasses.field(metadata={"static": True})
    data: tuple[Any, ...] = ()

    __repr__ = brief

    def __call__(self, outputs: Any) -> Any:
        """The numbers of the examples with these outputs."""
        return self.function(outputs, *self.data)

    def take(self, rows: np.ndarray) -> "Metric":
        """The metric of some of the examples."""
        return dataclasses.replace(self, data=jax.tree.map(lambda x: x[rows], self.data))


def as_metric(metric: Metric | Callable[[Any], Any]) -> Metric:
    """A ``Metric`` from a plain function of the outputs; a ``Metric`` stays what it is.

    Raises:
        TypeError: it cannot be called.
    """
    if not callable(metric):
        raise TypeError(
            f"a metric is a function outputs -> (batch,) float, got {type(metric).__name__}: see "
            "aann.evaluation.answer.logit_difference"
        )
    return metric if isinstance(metric, Metric) else Metric(metric)


def check_metric(metric: Metric, outputs: Any, examples: int, batch: int) -> list[str]:
    """What is wrong with a metric of some examples, for a batch of outputs (shapes suffice)."""
    sizes = [np.shape(x)[:1] for x in jax.tree.leaves(metric.data)]
    if any(size != (examples,) for size in sizes):
        found = ", ".join(str(size[0]) if size else "no axis" for size in sizes)
        return [f"the metric's data are of {found} examples, the inputs are {examples}"]
    try:
        result = jax.eval_shape(metric.take(np.arange(batch)), outputs)
    except Exception as error:  # the user's own code: any error of it is reported with context
        shapes = jax.tree.map(lambda x: x.shape, outputs)
        return [f"the metric cannot take outputs of shape {shapes}: {error}"]
    shape, dtype = getattr(result, "shape", None), getattr(result, "dtype", np.dtype(object))
    if shape != (batch,) or not jnp.issubdtype(dtype, jnp.floating):
        return [
            f"the metric must give one float an example, shape ({batch},): got shape {shape}, "
            f"dtype {dtype}; do not average over examples"
        ]
    return []


def logit_difference(answers: Any, wrong: Any, position: Any = -1) -> Metric:
    """Logit of the right answer minus that of a wrong one: linear in the logits.

    Args:
        answers: (n,) integers, classes or tokens.
        wrong: (n,) integers.
        position: where to look if the logits are (batch, position, class): one or (n,) integers.

    Raises:
        ValueError: not one integer an example in each.
    """
    return Metric(_logit_difference, _indices(answers=answers, wrong=wrong, position=position))


def log_probability(answers: Any, position: Any = -1) -> Metric:
    """Log-probability of the answer in nats.

    Args:
        answers: (n,) integers.
        position: see ``logit_difference``.

    Raises:
        ValueError: not one integer an example.
    """
    return Metric(_log_probability, _indices(answers=answers, position=position))


def rank(answers: Any, position: Any = -1) -> Metric:
    """How many other classes have a logit at least as large: 0 is the best. It has no gradient.

    Args:
        answers: (n,) integers.
        position: see ``logit_difference``.

    Raises:
        ValueError: not one integer an example.
    """
    return Metric(_rank, _indices(answers=answers, position=position))


def _indices(**given: Any) -> tuple[Any, ...]:
    arrays = {name: np.asarray(value) for name, value in given.items()}
    n = arrays["answers"].size
    if not n:
        raise ValueError("answers are empty: one integer an example")
    if arrays["position"].ndim == 0:
        arrays["position"] = np.full(n, arrays["position"])
    problems = [
        f"{name} must be ({n},) integers, one an example: got shape {x.shape}, dtype {x.dtype}"
        for name, x in arrays.items()
        if x.shape != (n,) or not np.issubdtype(x.dtype, np.integer)
    ]
    if problems:
        raise ValueError("; ".join(problems))
    return tuple(jnp.asarray(x, dtype=jnp.int32) for x in arrays.values())


def _at(
    logits: Float[Array, "batch *position classes"], position: Int[Array, " batch"]
) -> Float[Array, "batch classes"]:
    """Logits at one position of each example; NaN where there is no such position."""
    if logits.ndim == 2:
        return logits
    if logits.ndim != 3:
        raise ValueError(f"logits are (batch, [position,] class), got shape {logits.shape}")
    return jnp.take_along_axis(logits, position[:, None, None], axis=1, mode="fill")[:, 0]


def _of(
    logits: Float[Array, "batch classes"], classes: Int[Array, " batch"]
) -> Float[Array, " batch"]:
    """Each example's logit of one class; NaN where there is no such class."""
    classes = jnp.where(classes < 0, logits.shape[-1], classes)
    return jnp.take_along_axis(logits, classes[:, None], axis=-1, mode="fill")[:, 0]


def _logit_difference(logits: Array, answers: Array, wrong: Array, position: Array) -> Array:
    here = _at(logits, position)
    return _of(here, answers) - _of(here, wrong)


def _log_probability(logits: Array, answers: Array, position: Array) -> Array:
    return _of(jax.nn.log_softmax(_at(logits, position), axis=-1), answers)


def _rank(logits: Array, answers: Array, position: Array) -> Array:
    here = _at(logits, position)
    own = _of(here, answers)
    ahead = (here >= own[:, None]).sum(axis=-1) - 1
    return jnp.where(jnp.isnan(own), jnp.nan, ahead.astype(jnp.float32))
