"""What a program's named values are on every example."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.data.batches import Batch, batches
from aann.data.examples import Examples
from aann.evaluation.apart import difference, telling
from aann.model import Model
from aann.scrubbing.bound import Bound
from aann.scrubbing.interpretation import OUTPUT, reads_of
from aann.splicing.splice import capture
from aann.trace.site import INPUT
from aann.trace.value import PREFIX


def values(bound: Bound, model: Model, examples: Examples, size: int) -> Mapping[str, np.ndarray]:
    """Value -> (n, ...) of all examples, and of the output (name ``OUTPUT``) if it is one too.

    Args:
        bound: the hypothesis.
        model: whose sites the program reads.
        examples: all of them.
        size: of a batch.

    Raises:
        ValueError: a value is not finite on some example, or mixes examples.
    """
    names = [name for name in bound.graph.nodes if name != OUTPUT]
    program, reads = bound.graph.as_model, reads_on(model, reads_of(bound.hypothesis.program))

    @jax.jit
    def of(params: Any, constants: Any, inputs: Any) -> tuple[Any, dict[str, Any]]:
        here = dataclasses.replace(program, params=constants)
        return capture(here, [PREFIX + n for n in names])(reads(params, inputs))

    found: dict[str, list[np.ndarray]] = {name: [] for name in [*names, OUTPUT]}
    for batch in batches(examples, size, model):
        if size > 1 and batch.indices[0] == 0:
            _check_apart(functools.partial(of, model.params, program.params), batch, program.name)
        output, marked = of(model.params, program.params, batch.inputs)
        count = len(batch.indices)
        for name in names:
            found[name].append(_plain(marked[PREFIX + name])[:count])
        leaves = jax.tree.leaves(output)
        if len(leaves) == 1 and np.shape(leaves[0])[:1] == (size,):
            found[OUTPUT].append(_plain(leaves[0])[:count])
    whole = {name: np.concatenate(parts) for name, parts in found.items() if parts}
    _check(bound, whole, examples)
    return whole


def reads_on(model: Model, names: Sequence[str]) -> Callable[[Any, Any], tuple[Any, ...]]:
    """``(params, inputs) -> values`` of the intact model at sites, or ``input``, in this order."""
    below = [name for name in names if name != INPUT]

    def read(params: Any, inputs: Any) -> tuple[Any, ...]:
        seen = {INPUT: inputs}
        if below:
            seen |= capture(dataclasses.replace(model, params=params), below)(inputs)[1]
        return tuple(seen[name] for name in names)

    return read


def _check_apart(
    run: Callable[..., tuple[Any, Mapping[str, Any]]], batch: Batch, program: str
) -> None:
    """Refuse values of an example that are others where copies of it stand beside it."""
    _, straight = run(batch.inputs)
    for i in telling(batch.inputs):
        _, copied = run(batch.inputs[np.full(len(batch.inputs), i)])
        for name, value in straight.items():
            expected, got = np.asarray(value[i : i + 1]), np.asarray(copied[name])
            floats = jnp.issubdtype(expected.dtype, jnp.floating)
            if difference(expected, got) if floats else (expected != got).any():
                raise ValueError(
                    f"program {program!r} mixes the examples of a batch: its value "
                    f"{name.removeprefix(PREFIX)!r} of {batch.names[i]!r} is another one when "
                    "others stand beside it. Compute each example (the first axis) from its own "
                    "numbers alone"
                )


def _plain(value: Any) -> np.ndarray:
    """As an array of NumPy's own dtypes."""
    plain = jnp.issubdtype(value.dtype, jnp.floating) and value.dtype.kind != "f"
    return np.asarray(value, np.float32 if plain else None)


def _check(bound: Bound, found: Mapping[str, np.ndarray], examples: Examples) -> None:
    problems = []
    for name, value in found.items():
        if name == OUTPUT or not np.issubdtype(value.dtype, np.inexact):
            continue
        bad = np.flatnonzero(~np.isfinite(value.reshape(len(value), -1)).all(1))
        if len(bad):
            shown = ", ".join(examples.names[i] for i in bad[:5])
            problems.append(
                f"value {name!r} is NaN or infinite on {len(bad)} of {len(value)} examples: {shown}"
                + (", ..." if len(bad) > 5 else "")
            )
    if problems:
        raise ValueError(f"hypothesis {bound.hypothesis.name!r}: " + "; ".join(problems))
