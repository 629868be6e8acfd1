"""What may give labels: a function, a replacement, another model, thresholds, or labels themselves.

A function takes a batch of the model's inputs and returns (batch,) integers: in ``jax.numpy``, or
with ``host=True`` in NumPy or plain Python, with read-only arrays. Replacements and models give
logits, whose largest is the label.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.data.batches import Batch
from aann.labelling.observed import label_of
from aann.machine.machine import Machine
from aann.model import Model
from aann.program.replacement import Replacement, listed
from aann.program.traceable import traceable
from aann.shown.brief import brief, word
from aann.splicing.splice import splice


@dataclasses.dataclass(frozen=True, eq=False)
class Labeller:
    """Something that gives labels, ready to run.

    Attributes:
        name: what tables call it.
        run: a batch to its (batch,) labels; of a host program to those of the examples alone.
        apart: whether ``run`` sees nothing but an example's place, so that it cannot mix them.
    """

    name: str
    run: Callable[[Batch], Any]
    apart: bool = False

    __repr__ = brief


def labeller(
    program: Any, model: Model, n: int, *, host: bool, name: str, machine: Machine
) -> Labeller:
    """Make whatever was passed ready.

    Args:
        program: see the module.
        model: what replacements are put into.
        n: number of examples.
        host: whether a function is to run on the host.
        name: what to call it; by default its own name.
        machine: where it runs.

    Raises:
        TypeError: it is none of these.
        ValueError: labels of another number, or that are no integers; replacements that do not fit.
    """
    if isinstance(program, Model):
        return Labeller(name or program.name or "model", _of_logits(program, machine))
    if isinstance(program, Replacement) or _are_replacements(program):
        rows = listed(program)
        spliced = splice(model, program)
        return Labeller(name or " + ".join(r.name for r in rows), _of_logits(spliced, machine))
    if callable(program):
        own = getattr(program, "__name__", None) or getattr(program, "name", "program")
        run = on_host(program) if host or getattr(program, "host", False) else traced(program)
        return Labeller(name or str(own), run)
    return Labeller(name or "labels", _known(program, n), apart=True)


def traced(function: Callable[[Any], Any]) -> Callable[[Batch], Any]:
    """A function in JAX of a batch of inputs, compiled."""
    compiled = jax.jit(function)

    def run(batch: Batch) -> Any:
        with traceable(
            called(function), "Write it with jax.numpy, or pass host=True to run it as it is."
        ):
            return compiled(batch.inputs)

    return run


def on_host(function: Callable[[Any], Any]) -> Callable[[Batch], Any]:
    """A function in NumPy or plain Python, of the examples of a batch without its padding."""

    def run(batch: Batch) -> Any:
        inputs = np.asarray(batch.inputs)[: len(batch.indices)]
        inputs.flags.writeable = False
        return np.asarray(function(inputs))

    return run


def called(function: Any) -> str:
    """What messages call a function."""
    name = getattr(function, "__name__", None) or getattr(function, "name", None)
    return f"program {name!r}" if name else "the program"


def _of_logits(model: Model, machine: Machine) -> Callable[[Batch], Any]:
    running = machine.runs(model)
    run = jax.jit(lambda params, inputs: _labels(running.apply(params, inputs)))
    return lambda batch: run(running.params, batch.inputs)


def _labels(logits: Any) -> Any:
    """Labels of logits, -1 where they are not finite: no label, which is refused as such."""
    labels, margin = label_of(logits)
    return jnp.where(jnp.isnan(margin), jnp.int32(-1), labels)


def _known(program: Any, n: int) -> Callable[[Batch], Any]:
    """Labels that were computed before, one an example."""
    labels = np.asarray(program)
    if labels.dtype == object or labels.dtype.kind in "US":
        raise TypeError(
            "a program of labels is a function of a batch of inputs, a replacement, a model, or an "
            f"array with a label for each example: got {word(program)}"
        )
    if labels.shape != (n,) or labels.dtype.kind not in "biu":
        raise ValueError(
            f"labels in place of a program are ({n},) integers, one an example in their order: got "
            f"{labels.dtype} of shape {labels.shape}"
        )
    return lambda batch: labels[np.asarray(batch.indices)]


def _are_replacements(program: Any) -> bool:
    several = isinstance(program, list | tuple) and len(program) > 0
    return several and any(isinstance(x, Replacement) for x in program)
