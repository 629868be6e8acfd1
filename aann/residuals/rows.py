"""What a linear prediction sees, row by row: features as a report's row ``linear`` has them.

On a grid a row is a place with the 3 x 3 cells of the reads around it; else it is an example, with
all of its reads. See ``aann.bench.linear``.
"""

import dataclasses
import functools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float32

from aann.bench import linear
from aann.evaluation.seen import Seen
from aann.shown.brief import brief

AT_ONCE = 2**25
"""Numbers of features that are made at once."""


@dataclasses.dataclass(frozen=True, eq=False)
class Rows:
    """Rows of features and targets of what was seen.

    Attributes:
        seen: the values.
        grid: whether a row is a place.
        each: rows of an example.
        width: features of a row, the constant 1 last.
        outputs: values that are predicted from a row.
    """

    seen: Seen
    grid: bool
    each: int
    width: int
    outputs: int

    __repr__ = brief

    def features(
        self, examples: Sequence[int] | np.ndarray
    ) -> Iterator[tuple[np.ndarray, Float32[np.ndarray, "some each width"]]]:
        """The features of some examples, a few at a time: which, and theirs."""
        examples = np.asarray(examples)
        size = int(np.clip(AT_ONCE // (self.each * self.width), 1, max(len(examples), 1)))
        run, tokens = _run(self), _tokens(self.seen)
        for k in range(0, len(examples), size):
            at = examples[k : k + size]
            full = np.concatenate([at, np.repeat(at[:1], size - len(at))])
            x = run([jnp.asarray(read[full]) for read in self.seen.reads], tokens)
            yield at, np.asarray(x).reshape(size, self.each, self.width)[: len(at)]

    def targets(self) -> Float32[np.ndarray, "n each outputs"]:
        """The units' values, row by row."""
        return self.seen.table.reshape(len(self.seen.natural), self.each, self.outputs)

    def here(self) -> Bool[np.ndarray, "n each outputs"]:
        """Which of them count."""
        shape = (*self.seen.here.shape, self.seen.table.shape[-1])
        every = np.broadcast_to(self.seen.here[..., None], shape)
        return every.reshape(len(every), self.each, self.outputs)


def rows_of(seen: Seen) -> Rows:
    """How linear predictions see some reads."""
    natural = jax.ShapeDtypeStruct(seen.natural.shape, np.dtype(np.float32))
    shapes = [jax.ShapeDtypeStruct(x.shape, x.dtype) for x in seen.reads]
    made = jax.eval_shape(lambda *reads: linear.features(reads, natural, _tokens(seen)), *shapes)
    n = len(seen.natural)
    each = made.shape[0] // n
    return Rows(
        seen, linear.on_grid(shapes, natural), each, made.shape[1],
        math.prod(seen.natural.shape[1:]) // each,
    )  # fmt: skip


def _run(rows: Rows) -> Any:
    natural, padded = rows.seen.natural.shape, rows.seen.present is not None

    @functools.partial(jax.jit)
    def run(reads: Sequence[jax.Array], tokens: Sequence[jax.Array]) -> jax.Array:
        shape = jax.ShapeDtypeStruct((len(reads[0]), *natural[1:]), np.dtype(np.float32))
        return linear.features(reads, shape, tokens, padded)

    return run


def _tokens(seen: Seen) -> tuple[jax.Array, ...]:
    whole = [x for x in seen.reads if np.issubdtype(x.dtype, np.integer)]
    return tuple(jnp.asarray(np.unique(x), jnp.int32) for x in whole)
