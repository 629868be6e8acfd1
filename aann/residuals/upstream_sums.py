"""Sums of products of upstream values and a residual, batch by batch, for each fold."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aann.bench.equations import Equations
from aann.bench.workbench import Workbench
from aann.data.batches import batches, load
from aann.data.examples import Examples
from aann.model import Model
from aann.residuals.cells import Layout, rows_of
from aann.residuals.observed import Observed
from aann.residuals.upstream_ridge import Sums, standardised
from aann.shown.brief import brief
from aann.splicing.splice import capture

AT_ONCE = 2**30
"""Bytes of sums that are kept at a time; sites beyond wait for another pass over the examples."""

STRONGEST = 64
"""Rows on which a feature that is a unit itself is told: those where the unit fires most."""


def groups_of(plans: dict[str, Layout], folds: int, outputs: int) -> list[dict[str, Layout]]:
    """Sites whose sums are kept at the same time."""
    groups: list[dict[str, Layout]] = [{}]
    used = 0
    for name, plan in plans.items():
        size = 8 * folds * (plan.width + 1) * (plan.width + 1 + outputs)
        if groups[-1] and used + size > AT_ONCE:
            groups.append({})
            used = 0
        groups[-1][name] = plan
        used += size
    return groups


class Summed(NamedTuple):
    """What one pass over the examples gives of a site.

    Attributes:
        folds: the sums of each fold.
        own: columns of the target that a feature is, before or after its rectifier.
    """

    folds: list[Sums]
    own: tuple[int, ...]

    def __repr__(self) -> str:
        return brief(self)


def sums_of(
    bench: Workbench,
    examples: Examples,
    part: Observed,
    plans: dict[str, Layout],
    parts: Sequence[np.ndarray],
    progress: bool,
) -> dict[str, Summed]:
    """What is summed of each site: one pass over the examples.

    Args:
        bench: with the model.
        examples: that were observed.
        part: what was.
        plans: site -> how its values are laid out.
        parts: indices of the examples of each fold.
        progress: show it.

    Raises:
        ValueError: values are NaN or infinite where something is.
    """
    padded = examples.present is not None
    run = jax.jit(lambda params, inputs: _captured(bench.model, params, inputs, plans, padded))
    residual, here = part.residual(), part.here
    scales, own = _first(bench, examples, part, run)
    added = {name: [Equations() for _ in parts] for name in plans}
    for k, chosen in enumerate(parts):
        label = f"upstream, fold {k + 1} of {len(parts)}" if progress else ""
        some = examples.take(chosen)
        for batch in batches(
            some, bench.batch_size, bench.model, progress=label, machine=bench.machine
        ):
            rows = np.full(bench.batch_size, chosen[batch.indices[0]])
            rows[: len(batch.indices)] = chosen[list(batch.indices)]
            counts = here[rows] & (np.arange(len(rows)) < len(batch.indices))[:, None]
            y = jnp.asarray(residual[rows].reshape(-1, residual.shape[-1]))
            for name, values in run(bench.model.params, batch.inputs).items():
                mine = bench.machine.on_one(values)
                x, target = _ready(mine, y, jnp.asarray(counts.reshape(-1)), *scales[name])
                _check(x, name, batch.names)
                added[name][k].add(x, target)
    squares = [np.square(residual[chosen], dtype=np.float64).sum(axis=(0, 1)) for chosen in parts]
    everyone = bench.machine.gather(added)
    return {
        name: Summed(
            standardised(
                [
                    Sums(
                        np.asarray(sum(theirs[name][k].gram for theirs in everyone)),
                        np.asarray(sum(theirs[name][k].cross for theirs in everyone)),
                        squares[k],
                    )
                    for k in range(len(parts))
                ]
            ),
            own[name],
        )
        for name in plans
    }


def _captured(
    model: Model, params: Any, inputs: Any, plans: dict[str, Layout], padded: bool
) -> dict[str, Array]:
    """The features of each site; with padding NaN is taken for 0, as in the linear row."""
    here = dataclasses.replace(model, params=params)
    _, values = capture(here, list(plans))(inputs)
    if padded:
        values = {n: jnp.where(jnp.isnan(x), jnp.zeros_like(x), x) for n, x in values.items()}
    return {name: rows_of(values[name], plan) for name, plan in plans.items()}


def _first(
    bench: Workbench, examples: Examples, part: Observed, run: Callable[..., dict[str, Array]]
) -> tuple[dict[str, tuple[Array, Array]], dict[str, tuple[int, ...]]]:
    """Of each site's features their scales, and which are the units themselves.

    From the first examples, which every process looks at.
    """
    n = min(len(examples), bench.batch_size)
    rows = np.resize(np.arange(n), bench.batch_size)
    inputs = load(examples, range(n), bench.model)[rows]
    found = run(bench.model.params, bench.machine.spread(inputs))
    counts = part.here[rows].reshape(-1)
    natural = part.natural[rows].reshape(len(counts), -1)[counts]
    scales, own = {}, {}
    for name, values in found.items():
        known = np.asarray(bench.machine.on_one(values))[counts]
        scales[name] = _scale(known)
        own[name] = themselves(known, natural)
    return scales, own


def themselves(
    x: Float[np.ndarray, "rows width"], natural: Float[np.ndarray, "rows columns"]
) -> tuple[int, ...]:
    """Columns of the natural values that a feature is, before or after its rectifier."""
    found = []
    for k, target in enumerate(natural.T):
        strongest = np.argsort(-np.abs(target))[:STRONGEST]
        y = target[strongest][:, None]
        size = np.abs(y).max(initial=0.0)
        if not y.size or not y.std() > 1e-3 * size:
            continue  # of what is constant nothing is told
        raw = x[strongest]
        alike = [np.abs(v - y).max(axis=0) < 1e-4 * size for v in (raw, np.maximum(raw, 0))]
        if np.any(alike):
            found.append(k)
    return tuple(found)


def _scale(known: Float[np.ndarray, "rows width"]) -> tuple[Array, Array]:
    """About where a feature is and how it spreads: sums of products then keep their digits."""
    if not len(known) or not np.isfinite(known).all():
        return jnp.zeros(known.shape[1]), jnp.ones(known.shape[1])
    mean, spread = known.mean(axis=0, dtype=np.float64), known.std(axis=0, dtype=np.float64)
    spread = np.where(spread > 1e-6 * np.abs(mean), spread, 1.0)
    return jnp.asarray(mean, jnp.float32), jnp.asarray(spread, jnp.float32)


@jax.jit
def _ready(x: Array, y: Array, here: Array, mean: Array, spread: Array) -> tuple[Array, Array]:
    """Standardised, the constant last; zero where values do not count."""
    x = jnp.concatenate([(x - mean[None]) / spread[None], jnp.ones((len(x), 1))], axis=1)
    return jnp.where(here[:, None], x, 0.0), jnp.where(here[:, None], y, 0.0)


def _check(x: Array, site: str, names: Sequence[str]) -> None:
    if not bool(jnp.isfinite(x).all()):
        raise ValueError(
            f"site {site!r} is NaN or infinite in a batch of {len(names)} examples "
            f"({names[0]!r} to {names[-1]!r}): leave it out with sites=, or mask what is padding"
        )
