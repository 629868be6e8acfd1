"""The loss that errors are judged by, and what it is with anything in place of the units.

``"kl"`` and ``"nll"`` are those of a report. A user's own is a function of the model's outputs, see
``aann.evaluation.answer``: a loss, lower is better.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float32

from aann.bench.workbench import Choose, Workbench
from aann.data.batches import Batch
from aann.data.examples import Examples
from aann.evaluation.answer import Metric, as_metric, check_metric
from aann.evaluation.metrics import per_example
from aann.machine.processes import in_order
from aann.residuals.observed import Observed
from aann.shown.brief import brief
from aann.store.passes import Pass

NAMED = ("kl", "nll")
"""Losses that have a name and a gradient."""

Given = str | Metric | Callable[[Any], Any]
"""What a user may pass for a loss."""

Chosen = Callable[["Seen"], Choose]
"""What to put in place of the units in a batch."""


@dataclasses.dataclass(frozen=True, eq=False)
class Loss:
    """A loss of the bench's outputs.

    Attributes:
        name: what tables call it.
        metric: a user's own, of all examples, or None.
    """

    name: str
    metric: Metric | None

    __repr__ = brief

    def of(self, batch: Batch, rows: np.ndarray) -> Callable[[Array, Array], Array]:
        """``(outputs, outputs of the intact model) -> (batch,)``, of one batch.

        Args:
            batch: whose labels and masks count.
            rows: (batch,) which examples its rows are.
        """
        if self.metric is not None:
            mine = self.metric.take(rows)
            return lambda outputs, intact: _own(mine, outputs)
        return lambda outputs, intact: _named(
            self.name, outputs, intact, batch.labels, batch.scored
        )


@jax.jit
def _own(metric: Metric, outputs: Any) -> Array:
    value: Array = metric(outputs).astype(jnp.float32)
    return value


@functools.partial(jax.jit, static_argnums=0)
def _named(
    name: str, outputs: Array, intact: Array, labels: Array | None, scored: Array | None
) -> Array:
    here = labels >= 0 if labels is not None and labels.ndim > 1 else scored
    if here is not None and outputs.ndim > 2:  # NaN at padding has a slope of NaN, masked or not
        outputs, intact = (jnp.where(here[..., None], x, 0.0) for x in (outputs, intact))
    return per_example(outputs, intact, labels, scored)[name]


def loss_of(bench: Workbench, examples: Examples, given: Given) -> Loss:
    """The loss that was asked for, checked.

    Raises:
        TypeError: it is neither a name nor a function.
        ValueError: there is none of this name, it needs labels, or is not one number an example.
    """
    if isinstance(given, str):
        if given not in NAMED:
            raise ValueError(
                f"metric is 'kl', 'nll' or a function outputs -> (batch,) float, got {given!r}"
            )
        if given == "nll" and examples.labels is None:
            raise ValueError(
                f"metric 'nll' needs labels, and data set {examples.name!r} has none: 'kl' does not"
            )
        return Loss(given, None)
    metric = as_metric(given)
    if problems := check_metric(metric, bench.outputs, len(examples), bench.batch_size):
        raise ValueError("; ".join(problems))
    return Loss(str(getattr(metric.function, "__name__", "metric")), metric)


@dataclasses.dataclass(frozen=True, eq=False)
class Seen:
    """One batch on its way.

    Attributes:
        rows: (batch,) which examples its rows are; those after ``n`` repeat the first.
        n: how many rows count.
        names: of these examples.
        started: the values before the first replaced site.
        intact: outputs of the intact model.
        loss: ``(outputs, intact) -> (batch,)``.
        bench: that runs it.
    """

    rows: np.ndarray
    n: int
    names: Sequence[str]
    started: Any
    intact: Any
    loss: Callable[[Any, Any], Array]
    bench: Workbench

    __repr__ = brief

    def natural(self, part: Observed, i: int) -> Array:
        """(batch, *places, *coordinates, units) of the intact model, units of replacement ``i``."""
        return self._there(part.natural, i)

    def artificial(self, part: Observed, i: int) -> Array:
        """Likewise what the program puts there, with all programs in place."""
        return self._there(part.artificial, i)

    def _there(self, values: np.ndarray, i: int) -> Array:
        return self.bench.machine.spread(values[self.rows].astype(self.bench.naturals[i].dtype))

    def judged(self, choose: Choose) -> Float32[np.ndarray, " n"]:
        """The examples' losses with chosen values in place of the units."""
        _, outputs = self.bench.flow(self.started, choose)
        return np.asarray(self.loss(outputs, self.intact), np.float32)[: self.n]


def intact_run(seen: Seen) -> Choose:
    """What leaves the model as it is."""
    return lambda i, natural, reads: natural


def batches_of(
    bench: Workbench, examples: Examples, loss: Loss, progress: bool = False
) -> Iterator[Seen]:
    """All batches of this process, the intact model run in each."""
    with Pass(bench, examples, progress=progress) as run:
        for batch in run.batches():
            rows = np.arange(bench.batch_size)
            rows[len(batch.indices) :] = 0
            rows += batch.indices[0]
            started = run.start(batch)
            _, intact = bench.flow(started, lambda i, natural, reads: natural)
            yield Seen(
                rows, len(batch.names), batch.names, started, intact, loss.of(batch, rows), bench
            )


def losses(
    bench: Workbench,
    examples: Examples,
    loss: Loss,
    choices: Sequence[Chosen],
    *,
    progress: bool = False,
) -> Float32[np.ndarray, "choices n"]:
    """The loss of every example for each choice: the prefix once a batch, the suffix once a choice.

    Args:
        bench: the replacements, ready to run.
        examples: all of them.
        loss: to judge by.
        choices: what to put in place of the units.
        progress: show it.

    Raises:
        ValueError: a loss is NaN or infinite.
    """
    found: dict[int, np.ndarray] = {}
    for seen in batches_of(bench, examples, loss, progress):
        found[int(seen.rows[0])] = np.stack([seen.judged(choose(seen)) for choose in choices])
        check(found[int(seen.rows[0])], loss.name, seen.names)
    return joined(bench, found)


def joined(bench: Workbench, found: dict[int, np.ndarray]) -> np.ndarray:
    """What all processes found of their batches, by first example, as (..., n)."""
    return np.concatenate(in_order(bench.machine.gather(found)), axis=-1)


def check(values: np.ndarray, name: str, names: Sequence[str]) -> None:
    """Refuse losses (..., n) that are not finite.

    Raises:
        ValueError: with the examples.
    """
    bad = np.unique(np.nonzero(~np.isfinite(values))[-1])
    if len(bad):
        shown = ", ".join(repr(names[i]) for i in bad[:5]) + ", ..." * (len(bad) > 5)
        raise ValueError(
            f"{name} is NaN or infinite for {len(bad)} of {len(names)} examples of a batch: "
            f"{shown}; a model with masked outputs (-inf) gives an infinite KL where the mask "
            "moves: give it finite logits in apply, such as jnp.maximum(logits, -1e4)"
        )
