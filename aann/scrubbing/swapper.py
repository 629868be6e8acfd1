"""A network and a program, both given values of other examples."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.data.batches import load
from aann.data.examples import Examples
from aann.evaluation.apart import check_run
from aann.model import Model
from aann.scrubbing.bound import Bound
from aann.scrubbing.interpretation import reads_of
from aann.scrubbing.kept import padded
from aann.scrubbing.runner import Runner
from aann.scrubbing.values import reads_on
from aann.splicing.splice import capture, trace_model
from aann.trace import run as running
from aann.trace.value import PREFIX

Answer = Callable[[Any], Any]
BINARY = 2
"""Classes of a network of which a number says one by its sign."""


class Swapper:
    """Answers to base examples with values taken from source examples."""

    def __init__(
        self, model: Model, bound: Bound, examples: Examples, size: int, memory: int,
        answer: Answer | None,
    ) -> None:  # fmt: skip
        """Cut the model and compile the program.

        Args:
            model: the network.
            bound: the hypothesis on it.
            examples: bases and sources.
            size: of a batch.
            memory: bytes of activations that may be kept.
            answer: see ``interchange``.
        """
        self.model, self.examples, self.size = model, examples, size
        self.runner = Runner(bound, examples, size, memory)
        if size > 1:
            check_run(self.runner.intact, model, examples, size)
        program = bound.graph.as_model
        reads = jax.jit(reads_on(model, reads_of(bound.hypothesis.program)))

        def of(names: tuple[str, ...], base: Any, sources: Mapping[str, Any]) -> Any:
            marks = [PREFIX + name for name in names]
            values = {
                mark: capture(program, [mark])(sources[name])[1][mark]
                for mark, name in zip(marks, names, strict=True)
            }
            return as_answer(_with_values(program, base, values), answer, self.classes)

        self.classes = _classes(model, size)
        self._reads: Callable[[Any], Any] = lambda inputs: reads(model.params, inputs)
        self._of = jax.jit(of, static_argnums=0)
        self._check_apart(bound.hypothesis.name)

    def _check_apart(self, name: str) -> None:
        """Refuse a program whose answers depend on the other examples of the batch."""
        rows = np.arange(self.size) % len(self.examples)
        half = self.size // 2
        for other in (rows[0], rows[half]):
            beside = np.where(np.arange(self.size) < half, rows, other)
            straight, copied = (np.asarray(self._of((), self._read(r), {})) for r in (rows, beside))
            if not np.array_equal(straight[:half], copied[:half]):
                raise ValueError(
                    f"hypothesis {name!r}: the program mixes the examples of a batch: its answers "
                    "are others when others stand beside them"
                )

    def answers(self, names: tuple[str, ...], sources: Mapping[str, np.ndarray]) -> np.ndarray:
        """(2, n): the network's and the program's answers.

        Args:
            names: the values that are taken from sources.
            sources: value -> (n,) positions of the examples that it is taken from.

        Raises:
            ValueError: the program's answers are not (batch,) classes.
        """
        n = len(self.examples)
        found = []
        for start in range(0, n, self.size):
            rows = padded(start, self.size, n)
            given = {p: source[rows] for p, source in sources.items()}
            logits = self.runner.swapped(names, rows, given)
            read = {name: self._read(given[name]) for name in names}
            theirs = self._of(names, self._read(rows), read)
            found.append(np.stack([self._best(logits, rows), np.asarray(theirs)]))
        answers = np.concatenate(found, axis=1)[:, :n]
        if wrong := sorted({*answers[1].tolist()} - {*range(self.classes)})[:5]:
            raise ValueError(
                f"the program's answers are classes of the network, 0 to {self.classes - 1}, or "
                f"numbers that are finite; got {', '.join(map(str, wrong))}: pass answer=, a "
                "function of the program's output"
            )
        return answers

    def _best(self, logits: Any, rows: np.ndarray) -> np.ndarray:
        """The network's answers."""
        logits = np.asarray(logits)
        bad = [self.examples.names[i] for i in rows[~np.isfinite(logits).all(axis=1)]]
        if bad:
            raise ValueError(
                f"the network's logits are NaN or infinite for {bad[0]!r}"
                + (f" and {len({*bad}) - 1} more" if len({*bad}) > 1 else "")
            )
        best: np.ndarray = np.argmax(logits, axis=-1)
        return best

    def _read(self, rows: np.ndarray) -> Any:
        return self._reads(load(self.examples, rows.tolist(), self.model))


def _classes(model: Model, size: int) -> int:
    """How many classes the network has."""
    return int(jax.eval_shape(model.apply, model.params, model.batch(size)).shape[-1])


def as_answer(output: Any, answer: Answer | None, classes: int) -> jax.Array:
    """The class that a program's output (batch, ...) stands for; -1 where that is no number.

    Args:
        output: of the program.
        answer: what makes classes of it; None is the rule of ``interchange``.
        classes: of the network.

    Raises:
        ValueError: there is none, or ``answer`` gives no (batch,) classes.
    """
    found = output if answer is None else answer(output)
    shape, dtype = np.shape(found), getattr(found, "dtype", None)
    if dtype is not None and len(shape) == 1:
        if not jnp.issubdtype(dtype, jnp.floating):
            return jnp.asarray(found, jnp.int32)
        if answer is None and classes == BINARY:
            return jnp.where(jnp.isnan(found), -1, (found > 0).astype(jnp.int32))
    if dtype is not None and answer is None and len(shape) == 2 and shape[1] == classes:
        best = jnp.argmax(found, axis=-1).astype(jnp.int32)
        return jnp.where(jnp.isnan(found).any(axis=-1), -1, best)
    raise ValueError(
        f"an answer is one class of {classes} an example, integers of shape (batch,) or numbers "
        f"(batch, {classes}), got {dtype} {shape}: pass answer=, a function of the program's output"
    )


def _with_values(program: Model, reads: Any, values: Mapping[str, Any]) -> Any:
    """The program's output with some of its values given."""
    graph = trace_model(program, program.params, reads, list(values))
    changes = {
        mark: running.Change(lambda natural, value=value: value) for mark, value in values.items()
    }
    order = running.schedule(graph, graph.outvars, changes)
    start = running.start(graph, program.params, reads)
    return running.outputs(graph, running.run(graph, start, order, changes, graph.outvars))
