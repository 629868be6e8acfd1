"""Programs, and models, compute each example from that example alone.

Losses are resampled by example, so what looks across the batch (statistics of a norm layer, a rank
among the others) would get a number that depends on how the data was batched.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from numpy.typing import ArrayLike

from aann.bench.workbench import Workbench
from aann.data.batches import load
from aann.data.examples import Examples
from aann.model import Model
from aann.program.replacement import Replacement

TOLERANCE = 1e-3
"""Relative to the largest value: rounding moves with the order of examples, looks do not hide."""


def check_apart(bench: Workbench, program: Replacement, reads: Sequence[Any]) -> None:
    """Run a program on a batch in another order, with one example in place of another.

    Args:
        bench: where its compiled form is kept.
        program: the program.
        reads: a batch of the values that it reads.

    Raises:
        ValueError: what it says of an example depends on the others in the batch, or on chance.
    """
    leaves = jax.tree.leaves(list(reads))
    n = len(leaves[0])
    if n < 2:
        return
    order = jnp.arange(n).at[-1].set(0)[::-1]
    straight = np.asarray(bench.run(program, reads))
    turned = np.asarray(bench.run(program, jax.tree.map(lambda x: x[order], list(reads))))
    apart = difference(straight[np.asarray(order)], turned)
    if apart > 0:
        if program.host and not np.array_equal(straight, np.asarray(bench.run(program, reads))):
            raise ValueError(
                f"program {program.name!r} gives other values when it runs again on the same "
                "batch: it must be a function of what it reads, without randomness or memory"
            )
        raise ValueError(
            f"program {program.name!r} mixes examples: in a batch with another order, and without "
            f"its last example, its values differ by up to {apart:.3g}. Compute each example "
            "(the first axis) from its own values alone"
        )


def check_model(bench: Workbench, examples: Examples) -> None:
    """Run the model on a batch, and on copies of its first example.

    Args:
        bench: with the model.
        examples: to take the batch from.

    Raises:
        ValueError: what it says of an example depends on the others in the batch, or on where it
            stands in it.
    """
    check_run(functools.partial(_outputs, bench), bench.model, examples, bench.batch_size)


def check_run(run: Callable[[Any], Any], model: Model, examples: Examples, size: int) -> None:
    """``check_model`` of a model that runs on batches of ``size``, or of two if that is one.

    Raises:
        ValueError: as ``check_model``.
    """
    n = min(max(2, size), len(examples))
    rows = np.arange(max(2, size)) % n
    names = [examples.names[i] for i in rows.tolist()]
    check_batch(run, load(examples, range(n), model)[rows], model.name, names)


def check_batch(run: Callable[[Any], Any], inputs: Any, model: str, names: Sequence[str]) -> None:
    """Run a model on a batch, and on copies of its first, smallest and largest example.

    What depends on the largest example of the batch alone (a scale for all of them) does not show
    on copies of that one.

    Args:
        run: inputs to outputs, for batches of one size.
        inputs: (batch, ...), of whatever structure; of two examples at least.
        model: its name, for the message.
        names: of the examples.

    Raises:
        ValueError: as ``check_model``.
    """
    straight = jax.tree.leaves(run(inputs))
    for i in telling(inputs):
        copied = run(jax.tree.map(lambda x, i=i: x[np.full(len(x), i)], inputs))
        alone = [x[i : i + 1] for x in straight]
        apart = max(map(difference, alone, jax.tree.leaves(copied)), default=0.0)
        if apart > 0:
            raise ValueError(
                f"model {model!r} mixes the examples of a batch: its outputs for {names[i]!r} "
                f"differ by up to {apart:.3g} when others stand beside it. Losses are of single "
                "examples. Put it into evaluation mode: norm layers with running statistics "
                "instead of those of the batch, no dropout, no scale taken from the batch"
            )


def telling(inputs: Any) -> list[int]:
    """The first example of a batch, and those with the smallest and the largest numbers."""
    rows = [np.asarray(x).reshape(len(x), -1) for x in jax.tree.leaves(inputs)]
    sizes = sum(np.abs(np.nan_to_num(x.astype(np.float32))).sum(axis=1) for x in rows)
    return sorted({0, int(np.argmin(sizes)), int(np.argmax(sizes))})


def difference(expected: ArrayLike, got: ArrayLike) -> float:
    """The largest difference of finite values, or 0 where it may be rounding.

    Args:
        expected: values, (1, ...) for all examples or (n, ...).
        got: (n, ...).
    """
    apart, size = _difference(jnp.asarray(expected), jnp.asarray(got))
    return float(apart) if float(apart) > TOLERANCE * float(size) else 0.0


@jax.jit
def _difference(expected: Array, got: Array) -> tuple[Array, Array]:
    """The largest difference, and the largest value."""
    known = jnp.isfinite(expected) & jnp.isfinite(got)
    apart = jnp.where(known, got - jnp.where(known, expected, 0), 0)
    return jnp.abs(apart).max(initial=0), jnp.abs(jnp.where(known, expected, 0)).max(initial=0)


def _outputs(bench: Workbench, inputs: np.ndarray) -> Any:
    """The model's outputs, from what is compiled already if the batch is not of one example."""
    if len(inputs) == bench.batch_size:
        started = bench.start(bench.machine.spread(inputs))
        _, outputs = bench.flow(started, lambda i, natural, reads: natural)
        return outputs
    return jax.jit(bench.model.apply)(bench.model.params, inputs)
