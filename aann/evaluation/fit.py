"""Everything that is fitted: one pass over the design examples, and over nothing else.

``fit`` takes a ``Design`` by type; no other function of aann fits, and ``measure``, which sees the
held-out examples, only reads what ``fit`` returned.
"""

import dataclasses
import functools
import hashlib
import operator
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from aann.bench import linear
from aann.bench.workbench import Workbench
from aann.data.batches import Batch, batches
from aann.data.examples import Design
from aann.evaluation.finite import check_finite
from aann.evaluation.fit_state import SUMS, FitState
from aann.evaluation.linear_rows import Rows
from aann.store import key
from aann.store.partial import Partial
from aann.store.prefixes import Prefixes
from aann.store.room import DONORS, donor_bytes


@dataclasses.dataclass(frozen=True, eq=False)
class Fitted:
    """What the ladder knows of the design examples.

    Attributes:
        mean: of each unit, (*positions, units), the same at every position.
        position_mean: of each unit at each position.
        donors: natural values of some design examples, in an order set by the seed.
        donor_outputs: what the program says for them.
        slope, offset: affine recalibration of the program, (units,).
        linear: the linear prediction, or None.
    """

    mean: Float[Array, "*positions units"]
    position_mean: Float[Array, "*positions units"]
    donors: Float[Array, "donors *positions units"]
    donor_outputs: Float[Array, "donors *positions units"]
    slope: Float[Array, " units"]
    offset: Float[Array, " units"]
    linear: linear.Linear | None


def fit(
    bench: Workbench,
    design: Design,
    *,
    seed: int = 0,
    with_linear: bool = True,
    stratum: int | None = None,
    progress: bool = False,
) -> tuple[Fitted, ...]:
    """Fit the ladder's rungs, for each replacement of the bench.

    Args:
        bench: the replacements, ready to run.
        design: examples to fit on.
        seed: picks the donors, and the positions that the linear prediction is fitted on.
        with_linear: whether to fit the linear prediction.
        stratum: the linear prediction is fitted on equally many positions of every so many
            examples; by default of every batch.
        progress: show a bar.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: NaN or infinity from the program or the model.
    """
    if not isinstance(design, Design):
        raise TypeError(
            f"fits take design examples only, got the {design.split!r} part of {design.name!r}: "
            "aann.split(examples) makes the halves"
        )
    donors = donor_order(design.names, seed)[:DONORS]
    label = f"design: {design.name}" if progress else ""
    rows = Rows(len(design), stratum or bench.batch_size, seed)
    partial = Partial(
        bench.machine,
        lambda: key.digest(
            "fit", key.of_bench(bench), key.of_examples(design), seed, with_linear, rows.stratum
        ),
    )
    whole = _whole(bench) if with_linear else [[] for _ in bench.replacements]
    listed = any(map(any, whole))
    with Prefixes(bench, again=listed, reserved=donor_bytes(bench, len(design))) as prefixes:
        tokens = _tokens(bench, design, whole, prefixes, partial) if listed else [() for _ in whole]
        parts = [_Part(bench, i, donors, rows, tokens[i]) for i in range(len(bench.replacements))]
        state = FitState(partial, parts, bench.machine.process)
        for batch in state.left(functools.partial(_batches, bench, design, label)):
            names = [design.names[i] for i in batch.indices]
            started = prefixes.start(batch)
            natural, reads = _look(bench, started)
            output = _compute(bench, started)
            for part in parts:
                i = part.i
                part.add(natural[i], output[i], batch.indices, names)
                if with_linear:
                    part.add_rows(reads[i], natural[i], batch.indices)
            state.after(batch)
        state.save()
    for part in parts:
        part.gather()
    return tuple(part.fitted(with_linear) for part in parts)


def _batches(bench: Workbench, design: Design, label: str = "") -> Iterator[Batch]:
    size, machine = bench.batch_size, bench.machine
    return batches(design, size, bench.model, progress=label, machine=machine)


def _look(bench: Workbench, started: Any) -> tuple[list[Array], list[Any]]:
    """Natural values of the units and at the reads."""
    reads: list[Any] = [()] * len(bench.replacements)

    def look(i: int, natural: Array, at: tuple[Any, ...]) -> Array:
        reads[i] = at
        return natural

    return bench.values(started, look), reads


def _compute(bench: Workbench, started: Any) -> list[Array]:
    """What the programs put in place of the units.

    A lower program reads what the programs above it put there, as it will when it is measured.
    """
    return bench.values(started, lambda i, natural, at: bench.run(bench.replacements[i], at))


def _whole(bench: Workbench) -> list[list[bool]]:
    """For each replacement, which of its reads are integers."""
    return [
        [np.issubdtype(getattr(read, "dtype", np.float32), np.integer) for read in reads]
        for reads in bench.reads
    ]


def _tokens(
    bench: Workbench,
    design: Design,
    whole: Sequence[Sequence[bool]],
    prefixes: Prefixes,
    partial: Partial,
) -> list[tuple[Array, ...]]:
    """For each replacement, the values that its integer reads take on the design examples."""

    def found(batch: Batch) -> dict[str, np.ndarray]:
        _, reads = _look(bench, prefixes.start(batch))
        return {
            f"{i}/{j}": np.unique(np.asarray(read))
            for i, row in enumerate(reads)
            for j, read in enumerate(r for r, w in zip(row, whole[i], strict=True) if w)
        }

    seen: list[list[set[int]]] = [[set() for w in row if w] for row in whole]
    for batch in _batches(bench, design):
        values = partial.recall("tokens", batch, functools.partial(found, batch))
        for i, sets in enumerate(seen):
            for j, known in enumerate(sets):
                known.update(values[f"{i}/{j}"].tolist())
    for theirs in bench.machine.gather(seen):
        for sets, others in zip(seen, theirs, strict=True):
            for known, more in zip(sets, others, strict=True):
                known.update(more)
    return [tuple(jnp.asarray(sorted(s), np.int32) for s in sets) for sets in seen]


class _Part:
    """Running sums for one replacement."""

    def __init__(
        self,
        bench: Workbench,
        i: int,
        donors: Sequence[int],
        rows: Rows,
        tokens: tuple[Array, ...],
    ) -> None:
        self.bench, self.i, self.rows, self.tokens = bench, i, rows, tokens
        self.sums = _Sums()
        self.equations = linear.NormalEquations()
        self.place = {int(example): k for k, example in enumerate(donors)}
        self.natural: list[np.ndarray] = [np.empty(0)] * len(donors)
        self.output: list[np.ndarray] = [np.empty(0)] * len(donors)

    def add(
        self, natural: Array, output: Array, indices: Sequence[int], names: Sequence[str]
    ) -> None:
        replacement = self.bench.replacements[self.i]
        mine, theirs = (np.asarray(x[: len(indices)]) for x in (output, natural))
        check_finite(theirs, names, replacement, "the intact model")
        check_finite(mine, names, replacement, replacement.name)
        self.sums.add(theirs.astype(np.float64), mine.astype(np.float64))
        for row, example in enumerate(indices):
            if example in self.place:
                # Copies: a view would keep its whole batch in memory.
                self.natural[self.place[example]] = theirs[row].copy()
                self.output[self.place[example]] = mine[row].copy()

    def add_rows(self, reads: Sequence[Any], natural: Array, indices: Sequence[int]) -> None:
        reads = self.bench.channels_last(self.i, reads)
        x, y = _linear_rows(reads, natural, len(indices), self.tokens)
        x, y = self.bench.machine.on_one((x, y))
        for chosen in self.rows.of(indices, len(x) // len(indices), x.shape[1]):
            self.equations.add(*((x, y) if len(chosen) == len(x) else (x[chosen], y[chosen])))

    def gather(self) -> None:
        """Put together what all processes have of their examples."""
        gather = self.bench.machine.gather
        for owner, name in SUMS:
            sums = getattr(self, owner)
            setattr(sums, name, functools.reduce(operator.add, gather(getattr(sums, name))))
        for values in (self.natural, self.output):
            for theirs in gather(values):
                for k, value in enumerate(theirs):
                    values[k] = value if value.size else values[k]

    def fitted(self, with_linear: bool) -> Fitted:
        slope, offset = self.sums.affine()
        natural = self.bench.naturals[self.i]
        mean = np.broadcast_to(self.sums.mean(), natural.shape[1:])
        arrays = {
            "mean": jnp.asarray(mean, natural.dtype),
            "position_mean": jnp.asarray(self.sums.position_mean(), natural.dtype),
            "donors": jnp.asarray(np.stack(self.natural)),
            "donor_outputs": jnp.asarray(np.stack(self.output)),
            "slope": jnp.asarray(slope, natural.dtype),
            "offset": jnp.asarray(offset, natural.dtype),
            "linear": (
                linear.Linear(jnp.asarray(self.equations.solve()), self.tokens)
                if with_linear
                else None
            ),
        }
        return Fitted(**self.bench.machine.everywhere(arrays))


def donor_order(names: Sequence[str], seed: int) -> list[int]:
    """Positions of examples in an order that depends on their names and the seed alone."""
    return sorted(range(len(names)), key=lambda i: name_hash(names[i], seed))


def donor_of(names: Sequence[str], seed: int) -> Int[np.ndarray, " names"]:
    """Which donor each example gets (modulo the number of donors): set by its name alone."""
    return np.asarray([name_hash(n, seed) % 2**31 for n in names], dtype=np.int32)


def name_hash(name: str, seed: int) -> int:
    """A number set by a name and a seed."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8])


def _linear_rows(
    reads: Sequence[Array], natural: Array, n: int, tokens: tuple[Array, ...]
) -> tuple[Array, Array]:
    shapes = [jax.ShapeDtypeStruct(r.shape, r.dtype) for r in reads]
    natural_shape = jax.ShapeDtypeStruct(natural.shape, natural.dtype)
    x = _features(tuple(reads), tokens, natural_shape)
    y = linear.targets(natural, linear.on_grid(shapes, natural_shape))
    rows = len(x) // len(natural) * n
    return x[:rows], y[:rows]


@functools.partial(jax.jit, static_argnums=2)
def _features(
    reads: tuple[Array, ...], tokens: tuple[Array, ...], natural: jax.ShapeDtypeStruct
) -> Array:
    return linear.features(reads, natural, tokens)


class _Sums:
    """Sums over examples, in float64."""

    def __init__(self) -> None:
        self.n = 0
        self.natural: np.ndarray | float = 0.0
        self.moments: np.ndarray | float = 0.0

    def add(self, natural: np.ndarray, output: np.ndarray) -> None:
        self.n += len(natural)
        self.natural = self.natural + natural.sum(0)
        y, p = (v.reshape(-1, v.shape[-1]) for v in (natural, output))
        ones = np.ones_like(y)
        pairs = [(ones, y), (ones, p), (p, p), (p, y), (y, y), (ones, ones)]
        self.moments = self.moments + np.stack([(a * b).sum(0) for a, b in pairs])

    def position_mean(self) -> np.ndarray:
        return np.asarray(self.natural) / self.n

    def mean(self) -> np.ndarray:
        y, *_, n = np.asarray(self.moments)
        mean: np.ndarray = y / n
        return mean

    def affine(self) -> tuple[np.ndarray, np.ndarray]:
        """Least-squares slope and offset of the natural values on the program's, for each unit."""
        y, p, pp, py, yy, n = np.asarray(self.moments)
        variance = pp / n - (p / n) ** 2
        covariance = py / n - (p / n) * (y / n)
        # What hardly varies, beside its own size or the units' spread, is rounding.
        least = np.maximum(1e-13 * pp / n, 1e-12 * (yy / n - (y / n) ** 2))
        slope = np.divide(covariance, variance, out=np.zeros_like(y), where=variance > least)
        return slope, y / n - slope * p / n
