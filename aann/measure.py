"""Per-example losses of every row: the prefix once a batch, the suffix once a row."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from aann import metrics
from aann.ablation import Row, View, intact
from aann.batches import Batch, batches
from aann.examples import HeldOut
from aann.finite import check_finite
from aann.fit import donor_of
from aann.workbench import Workbench

INTACT = Row("intact", "ablation", intact)


@dataclasses.dataclass(frozen=True, eq=False)
class Measured:
    """What the runs gave.

    Attributes:
        losses: metric -> (rows + 1, n) losses of the examples; the last run is the intact model.
        r2: (rows, units), over all examples and positions.
        correlation: (rows, units), Pearson's; NaN where a row is constant.
    """

    losses: dict[str, Float[np.ndarray, "runs n"]]
    r2: Float[np.ndarray, "rows units"]
    correlation: Float[np.ndarray, "rows units"]


def measure(
    bench: Workbench,
    rows: Sequence[Row],
    heldout: HeldOut,
    *,
    seed: int = 0,
    progress: bool = False,
) -> Measured:
    """Run every row, and the intact model, on all held-out examples.

    Args:
        bench: the replacement, ready to run.
        rows: what to put in place of its units, one after the other.
        heldout: examples to report on.
        seed: as for ``fit``: it decides which example gets which donor.
        progress: show a bar.

    Raises:
        TypeError: ``heldout`` is not a ``HeldOut``.
        ValueError: NaN or infinity from a program or from the model itself; labels out of range.
    """
    if not isinstance(heldout, HeldOut):
        raise TypeError(
            f"results are reported on held-out examples only, got the {heldout.split!r} part of "
            f"{heldout.name!r}: aann.split(examples) makes the halves"
        )
    classes = _classes(bench)
    if heldout.labels is not None:
        metrics.check_labels(heldout.labels, classes, heldout.names)
    donors = donor_of(heldout.names, seed)
    losses: list[list[dict[str, np.ndarray]]] = []
    moments = np.zeros((len(rows), 7, len(bench.replacement.units)))
    label = f"heldout: {heldout.name}" if progress else ""
    for batch in batches(heldout, bench.batch_size, bench.model, progress=label):
        names = [heldout.names[i] for i in batch.indices]
        batch_losses, batch_moments = _measure_batch(bench, rows, batch, names, donors)
        losses.append(batch_losses)
        moments += batch_moments
    r2, correlation = _agreement(moments)
    joined = {
        metric: np.stack(
            [np.concatenate([b[r][metric] for b in losses]) for r in range(len(rows) + 1)]
        )
        for metric in losses[0][0]
    }
    return Measured(losses=joined, r2=r2, correlation=correlation)


def _classes(bench: Workbench) -> int:
    """How many output units the model has."""
    logits = jax.eval_shape(bench.model.apply, bench.model.params, bench.model.batch(1))
    if not hasattr(logits, "shape") or len(logits.shape) != 2:
        raise ValueError(
            f"model {bench.model.name!r} must return logits (batch, classes), got "
            f"{jax.tree.map(lambda x: x.shape, logits)}"
        )
    return int(logits.shape[-1])


def _measure_batch(
    bench: Workbench,
    rows: Sequence[Row],
    batch: Batch,
    names: Sequence[str],
    donors: Int[np.ndarray, " n"],
) -> tuple[list[dict[str, np.ndarray]], np.ndarray]:
    n = len(names)
    site_value, reads, crossing = bench.prefix(bench.prepared, batch.inputs)
    natural = bench.pick(site_value)
    natural_on_host = np.asarray(natural[:n])
    check_finite(natural_on_host, names, bench.replacement, "the intact model")
    intact_logits = bench.suffix(bench.prepared, site_value, natural, crossing)
    padded = np.resize(donors[list(batch.indices)], bench.batch_size)
    outputs: dict[int, Array] = {}
    losses = []
    moments = []
    for row in [*rows, INTACT]:
        if row.program is not None and id(row.program) not in outputs:
            outputs[id(row.program)] = bench.run(row.program, reads)
        output = outputs.get(id(row.program))
        view = View(natural, bench.channels_last(reads), jnp.asarray(padded), output)
        values = _run_rung(row.rung)(row.state, view)
        logits = bench.suffix(bench.prepared, site_value, values, crossing)
        per_example = _losses(logits, intact_logits, batch.labels)
        losses.append({metric: np.asarray(x)[:n] for metric, x in per_example.items()})
        on_host = np.asarray(values[:n])
        check_finite(on_host, names, bench.replacement, f"row {row.name!r}")
        moments.append(_moments(natural_on_host, on_host))
    return losses, np.stack(moments[:-1])


_losses = jax.jit(metrics.per_example)


@functools.cache
def _run_rung(rung: Any) -> Any:
    return jax.jit(rung)


def _moments(natural: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sums over examples and positions of 1, y, p, yy, pp, yp and (y - p)^2, in float64."""
    y, p = (v.reshape(-1, v.shape[-1]).astype(np.float64) for v in (natural, values))
    products = [np.einsum("nu,nu->u", a, b) for a, b in ((y, y), (p, p), (y, p), (y - p, y - p))]
    return np.stack([np.full(y.shape[1], float(len(y))), y.sum(0), p.sum(0), *products])


def _agreement(moments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """R2 and correlation of each row and unit."""
    n, y, p, yy, pp, yp, squares = np.moveaxis(moments, 1, 0)
    variance_y = yy / n - (y / n) ** 2
    variance_p = pp / n - (p / n) ** 2
    covariance = yp / n - (y / n) * (p / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        r2 = 1.0 - squares / n / variance_y
        spread = np.sqrt(np.maximum(variance_y, 0) * np.maximum(variance_p, 0))
        # Rounding leaves a constant a variance of about 1e-16 of its square.
        constant = variance_p <= 1e-13 * pp / n
        correlation = np.where(constant, np.nan, covariance / spread)
    return r2, correlation
