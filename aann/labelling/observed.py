"""What is computed of every example, batch by batch, together on the host in their order."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from aann.data.batches import Batch, batches
from aann.data.check import some
from aann.data.examples import Examples
from aann.machine.machine import Machine
from aann.model import Model
from aann.trace.reuse import Reuse

Look = Callable[[Batch], Mapping[str, np.ndarray]]
"""Of a batch: name -> (k, ...), its first k rows being the examples."""


def observed(
    examples: Examples, model: Model, look: Look, size: int, machine: Machine, progress: str = ""
) -> dict[str, np.ndarray]:
    """What ``look`` gives, of all examples.

    Args:
        examples: all of them.
        model: what takes their inputs.
        look: at a batch.
        size: of batches.
        machine: which devices and processes share them.
        progress: what the bar is called.

    Returns:
        name -> (n, ...), the same in every process.
    """
    parts = {}
    for batch in batches(examples, size, model, progress=progress, machine=machine):
        n = len(batch.indices)
        parts[batch.indices[0]] = {name: np.asarray(x)[:n] for name, x in look(batch).items()}
    everyone = {start: part for theirs in machine.gather(parts) for start, part in theirs.items()}
    found = [everyone[start] for start in sorted(everyone)]
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]}


def network(model: Model, machine: Machine) -> Look:
    """The network's labels and how sure it is of them.

    Returns:
        a look: ``labels`` int32, the class with the largest logit (of equal ones the first), and
        ``margin`` float32, that logit less the largest other one.
    """
    running = machine.runs(model)
    reuse = Reuse(running)

    def look(batch: Batch) -> dict[str, np.ndarray]:
        run = reuse.get("labels", _make, like=batch.inputs)
        labels, margin = (np.asarray(x) for x in run(running.params, batch.inputs))
        return {"labels": labels, "margin": margin}

    return look


def label_of(logits: Array) -> tuple[Array, Array]:
    """Label and margin of logits (batch, classes); NaN or infinity in them makes the margin NaN."""
    labels = logits.argmax(axis=-1).astype(jnp.int32)
    top = jax.lax.top_k(logits.astype(jnp.float32), 2)[0]
    finite = jnp.isfinite(logits).all(axis=-1)
    return labels, jnp.where(finite, top[:, 0] - top[:, 1], jnp.float32(jnp.nan))


def check_finite(margin: np.ndarray, examples: Examples, model: str) -> None:
    """Refuse logits that are not finite.

    Raises:
        ValueError: some are, with their examples.
    """
    bad = [examples.names[i] for i in np.flatnonzero(np.isnan(margin)).tolist()]
    if bad:
        raise ValueError(
            f"model {model!r} gives NaN or infinite logits for {len(bad)} of {len(examples)} "
            f"examples: {some(bad, 5)}; a label is that of the largest of finite ones"
        )


def _make(shell: Model) -> Any:
    return jax.jit(lambda params, inputs: label_of(shell.apply(params, inputs)))
