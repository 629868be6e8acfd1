"""Everything that is fitted: one pass over the design examples, and over nothing else.

``fit`` takes a ``Design`` by type; no other function of aann fits, and ``measure``, which sees the
held-out examples, only reads what ``fit`` returned.
"""

import dataclasses
import functools
import hashlib
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from aann import linear
from aann.batches import batches
from aann.examples import Design
from aann.finite import check_finite
from aann.workbench import Workbench

DONORS = 256


@dataclasses.dataclass(frozen=True, eq=False)
class Fitted:
    """What the ladder knows of the design examples.

    Attributes:
        mean: of each unit, (*positions, units), the same at every position.
        position_mean: of each unit at each position.
        donors: natural values of some design examples, in an order set by the seed.
        donor_outputs: what the program says for them.
        slope, offset: affine recalibration of the program, (units,).
        weights: of the linear prediction, or None.
    """

    mean: Float[Array, "*positions units"]
    position_mean: Float[Array, "*positions units"]
    donors: Float[Array, "donors *positions units"]
    donor_outputs: Float[Array, "donors *positions units"]
    slope: Float[Array, " units"]
    offset: Float[Array, " units"]
    weights: Float[Array, "width outputs"] | None


def fit(
    bench: Workbench,
    design: Design,
    *,
    seed: int = 0,
    with_linear: bool = True,
    progress: bool = False,
) -> Fitted:
    """Fit the ladder's rungs.

    Args:
        bench: the replacement, ready to run.
        design: examples to fit on.
        seed: picks the donors, and the positions that the linear prediction is fitted on.
        with_linear: whether to fit the linear prediction.
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
    sums = _Sums()
    equations = linear.NormalEquations()
    donors = donor_order(design.names, seed)[:DONORS]
    place = {int(i): k for k, i in enumerate(donors)}
    natural_donors: list[np.ndarray] = [np.empty(0)] * len(donors)
    output_donors: list[np.ndarray] = [np.empty(0)] * len(donors)
    rng = np.random.default_rng(seed)
    label = f"design: {design.name}" if progress else ""
    for batch in batches(design, bench.batch_size, bench.model, progress=label):
        site_value, reads, _ = bench.prefix(bench.prepared, batch.inputs)
        natural = bench.pick(site_value)
        output = bench.run(bench.replacement, reads)
        n = len(batch.indices)
        names = [design.names[i] for i in batch.indices]
        check_finite(np.asarray(natural[:n]), names, bench.replacement, "the intact model")
        check_finite(np.asarray(output[:n]), names, bench.replacement, bench.replacement.name)
        sums.add(np.asarray(natural[:n], np.float64), np.asarray(output[:n], np.float64))
        for row, i in enumerate(batch.indices):
            if i in place:
                natural_donors[place[i]] = np.asarray(natural[row])
                output_donors[place[i]] = np.asarray(output[row])
        if with_linear:
            x, y = _linear_rows(bench.channels_last(reads), natural, n)
            equations.add(*_some_rows(x, y, rng, len(design) / n))
    slope, offset = sums.affine()
    dtype = bench.natural.dtype
    return Fitted(
        mean=jnp.asarray(np.broadcast_to(sums.mean(), bench.natural.shape[1:]), dtype),
        position_mean=jnp.asarray(sums.position_mean(), dtype),
        donors=jnp.asarray(np.stack(natural_donors)),
        donor_outputs=jnp.asarray(np.stack(output_donors)),
        slope=jnp.asarray(slope, dtype),
        offset=jnp.asarray(offset, dtype),
        weights=jnp.asarray(equations.solve()) if with_linear else None,
    )


def donor_order(names: Sequence[str], seed: int) -> list[int]:
    """Positions of examples in an order that depends on their names and the seed alone."""
    return sorted(range(len(names)), key=lambda i: name_hash(names[i], seed))


def donor_of(names: Sequence[str], seed: int) -> Int[np.ndarray, " names"]:
    """Which donor each example gets (modulo the number of donors): set by its name alone."""
    return np.asarray([name_hash(n, seed) % 2**31 for n in names], dtype=np.int32)


def name_hash(name: str, seed: int) -> int:
    """A number set by a name and a seed."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8])


def _linear_rows(reads: Sequence[Array], natural: Array, n: int) -> tuple[Array, Array]:
    shapes = [jax.ShapeDtypeStruct(r.shape, r.dtype) for r in reads]
    natural_shape = jax.ShapeDtypeStruct(natural.shape, natural.dtype)
    x = _features(tuple(reads), natural_shape)
    y = linear.targets(natural, linear.on_grid(shapes, natural_shape))
    rows = len(x) // len(natural) * n
    return x[:rows], y[:rows]


@functools.partial(jax.jit, static_argnums=1)
def _features(reads: tuple[Array, ...], natural: jax.ShapeDtypeStruct) -> Array:
    return linear.features(reads, natural)


def _some_rows(
    x: Array, y: Array, rng: np.random.Generator, n_batches: float
) -> tuple[Array, Array]:
    """A random part of the rows, so that in all there are ``ROWS_PER_FEATURE`` a feature."""
    enough = int(np.ceil(linear.ROWS_PER_FEATURE * x.shape[1] / n_batches))
    if enough >= len(x):
        return x, y
    chosen = jnp.asarray(np.sort(rng.choice(len(x), enough, replace=False)))
    return x[chosen], y[chosen]


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
        self.moments = self.moments + np.stack(
            [(a * b).sum(0) for a, b in [(ones, y), (ones, p), (p, p), (p, y), (ones, ones)]]
        )

    def position_mean(self) -> np.ndarray:
        return np.asarray(self.natural) / self.n

    def mean(self) -> np.ndarray:
        y, _, _, _, n = np.asarray(self.moments)
        mean: np.ndarray = y / n
        return mean

    def affine(self) -> tuple[np.ndarray, np.ndarray]:
        """Least-squares slope and offset of the natural values on the program's, for each unit."""
        y, p, pp, py, n = np.asarray(self.moments)
        variance = pp / n - (p / n) ** 2
        covariance = py / n - (p / n) * (y / n)
        slope = np.divide(covariance, variance, out=np.zeros_like(y), where=variance > 0)
        return slope, y / n - slope * p / n
