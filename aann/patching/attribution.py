"""Attribution patching: activation patching to first order, and how wrong that is.

The change of the metric from patching a place is estimated by the metric's gradient at the patched
run times the difference of the two runs' values (Nanda 2023, "Attribution patching"; Syed et al.
2023, arXiv:2310.10348): two forward passes and one backward pass for all places of all sites. An
estimate alone cannot be trusted (saturated softmaxes, large differences), so the exact changes of
all or some places are measured beside it and the error is part of the result.

Sharp edges: examples must not influence one another (as batch normalisation in training does), for
the gradient is of a sum over examples. Where values are not smooth, at a ReLU's kink, the
gradient is one-sided.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Unpack

import jax
import jax.numpy as jnp
import numpy as np

from aann.evaluation.answer import Metric, as_metric
from aann.model import Model
from aann.patching.judge import Arrays
from aann.patching.look import check_finite
from aann.patching.options import PatchingOptions, with_options
from aann.patching.pairs import Pairs, pairs
from aann.patching.patch import patch_places
from aann.shown.brief import brief
from aann.shown.listing import Listing
from aann.shown.screen import Shown, Tabular
from aann.splicing.splice import capture, trace_model
from aann.trace import run as running
from aann.trace.focus import focused
from aann.trace.reuse import Reuse


@dataclasses.dataclass(frozen=True)
class EstimateError:
    """How far estimates are from exact changes, over the places measured and all examples.

    Attributes:
        places: how many were measured exactly.
        mean_absolute: of estimate minus exact, in the metric's unit.
        scale: mean absolute exact change, to judge that by.
        correlation: between estimates and exact changes; None where either does not vary.
        worst: indices of the place with the largest mean absolute error over examples.
        worst_absolute: that error.
    """

    places: int
    mean_absolute: float
    scale: float
    correlation: float | None
    worst: tuple[int, ...]
    worst_absolute: float

    __repr__ = brief


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Attributed(Tabular):
    """Estimated changes, and exact ones where they were measured.

    Attributes:
        direction: as in ``aann.patching.patch.Patched``.
        estimates: site -> (*places, n) float32, estimated changes of the metric.
        measured: site -> (k, axes) integers, indices of the places that were patched exactly.
        exact: site -> (k, n) float32, their changes.
        errors: site -> error of the estimates; empty where nothing was measured.
        clean: (n,) the metric of the clean run; empty where nothing was measured.
        corrupted: (n,) the metric of the corrupted run; likewise.
    """

    direction: str
    estimates: dict[str, np.ndarray]
    measured: dict[str, np.ndarray]
    exact: dict[str, np.ndarray]
    errors: dict[str, EstimateError]
    clean: np.ndarray
    corrupted: np.ndarray

    def _shown(self) -> Shown:
        header = ["site", "places", "mean |error|", "mean |exact|", "correlation", "worst"]
        rows = [
            [
                site, str(e.places), f"{e.mean_absolute:.4g}", f"{e.scale:.4g}",
                "-" if e.correlation is None else f"{e.correlation:.3f}",
                f"{e.worst}: {e.worst_absolute:.4g}",
            ]
            for site, e in self.errors.items()
        ]  # fmt: skip
        places = sum(x[..., 0].size for x in self.estimates.values())
        head = f"estimated changes of {places:,} places at {len(self.estimates)} sites"
        measured = "their error:" if rows else "none of them was measured"
        return Shown([f"{head} ({self.direction}); {measured}"], [header, *rows])


@with_options
def attribution_patching(
    model: Model,
    clean: Any,
    corrupted: Any,
    sites: str | Sequence[str],
    metric: Metric | Callable[[Any], Any],
    *,
    exact: int | None = None,
    seed: int = 0,
    **options: Unpack[PatchingOptions],
) -> Attributed:
    """Estimate the effect of patching every place of the sites, and measure the error.

    Args:
        model: the model.
        clean: inputs (n, ...).
        corrupted: inputs of the same shape and dtype.
        sites: floating-point sites.
        metric: differentiable ``outputs -> (batch,) float``, see ``aann.evaluation.answer``.
        exact: how many places of each site to patch exactly, drawn at random; None is all of them
            and 0 none, which leaves the error unknown.
        seed: of the draw.
        **options: ``by`` (the rest is summed), ``direction``, ``batch_size``, ``at_once`` (for the
            exact changes), ``axes``: see ``PatchingOptions``.

    Raises:
        ValueError: as ``activation_patching``; a site is not of a floating-point dtype; ``exact``
            is negative.
    """
    names = [sites] if isinstance(sites, str) else list(sites)
    if exact is not None and exact < 0:
        raise ValueError(f"exact is a number of places, 0 for none or None for all: got {exact}")
    pieces = Reuse(model)
    checked = pairs(pieces, clean, corrupted, names, as_metric(metric), options, differentiate=True)
    estimates = _estimates(pieces, checked)
    rng = np.random.default_rng(seed)
    chosen = {name: _choose(places.all(), exact, rng) for name, places in checked.places.items()}
    ends = (np.zeros(0, np.float32),) * 2
    measured: dict[str, np.ndarray] = {}
    if exact != 0:
        measured, *found = patch_places(pieces, checked, chosen)
        ends = (found[0], found[1])
        for name, change in measured.items():
            check_finite(change, f"the metric with {name!r} patched")
    direction = checked.direction
    clean_metric, corrupted_metric = ends[::-1] if direction == "denoise" else ends
    return Attributed(
        direction=direction,
        estimates=Listing(estimates),
        measured=Listing({n: chosen[n] for n in measured}),
        exact=Listing(measured),
        errors={n: _error(estimates[n][_at(chosen[n])], x, chosen[n]) for n, x in measured.items()},
        clean=clean_metric,
        corrupted=corrupted_metric,
    )


def _estimates(pieces: Reuse, checked: Pairs) -> dict[str, np.ndarray]:
    parts: dict[str, list[np.ndarray]] = {name: [] for name in checked.places}
    for base, other, arrays, count in checked.batches("attribution"):
        run = pieces.get(("attribute", checked.key), lambda model: _estimate(model, checked), base)
        found = jax.device_get(run(pieces.model.params, base, other, arrays))
        for name, part in found.items():
            parts[name].append(part[..., :count])
    joined = {name: np.concatenate(x, axis=-1) for name, x in parts.items()}
    for name, values in joined.items():
        check_finite(values, f"the gradient of the metric at {name!r} times the difference")
    return joined


def _estimate(model: Model, checked: Pairs) -> Callable[..., Any]:
    """Compiled: ``(params, base, other, arrays) -> {site: (*places, batch)}``."""
    names, judge, places = list(checked.places), checked.judge.function, checked.places

    def estimate(params: Any, base: Any, other: Any, arrays: Arrays) -> dict[str, Any]:
        here = dataclasses.replace(model, params=params)
        _, values = capture(here, names)(base)
        _, others = capture(here, names)(other)

        def total(nudges: dict[str, Any]) -> Any:
            return focused(lambda added: judge(_nudged(here, base, added), arrays))(nudges).sum()

        gradients = jax.grad(total)(jax.tree.map(jnp.zeros_like, values))
        return {n: places[n].total(_product(gradients[n], others[n] - values[n])) for n in names}

    return jax.jit(estimate)


def _product(gradient: Any, difference: Any) -> Any:
    """Their product; 0 where the metric does not look, whatever is there (NaN under a mask)."""
    found = jnp.where(gradient == 0, jnp.zeros_like(difference), gradient * difference)
    return found.astype(jnp.float32)


def _nudged(model: Model, inputs: Any, nudges: Mapping[str, Any]) -> Any:
    """The outputs with something added at each site: one backward pass reaches nested sites."""
    graph = trace_model(model, model.params, inputs, list(nudges))

    def plus(nudge: Any) -> running.Change:
        return running.Change(lambda natural: natural + nudge)

    changes = {name: plus(nudge) for name, nudge in nudges.items()}
    order = running.schedule(graph, graph.outvars, changes)
    env = running.start(graph, model.params, inputs)
    return running.outputs(graph, running.run(graph, env, order, changes, graph.outvars))


def _choose(indices: np.ndarray, count: int | None, rng: np.random.Generator) -> np.ndarray:
    if count is None or count >= len(indices):
        return indices
    return indices[np.sort(rng.choice(len(indices), size=count, replace=False))]


def _at(indices: np.ndarray) -> Any:
    """An index of arrays (*places, n) that gives (k, n)."""
    return tuple(indices.T) if indices.shape[1] else (None,)


def _error(estimate: np.ndarray, exact: np.ndarray, indices: np.ndarray) -> EstimateError:
    gap = np.abs(estimate.astype(np.float64) - exact)
    by_place = gap.mean(axis=1)
    worst = int(by_place.argmax())
    varies = min(np.ptp(estimate), np.ptp(exact)) > 0
    return EstimateError(
        places=len(indices),
        mean_absolute=float(gap.mean()),
        scale=float(np.abs(exact).mean()),
        correlation=float(np.corrcoef(estimate.ravel(), exact.ravel())[0, 1]) if varies else None,
        worst=tuple(int(i) for i in indices[worst]),
        worst_absolute=float(by_place[worst]),
    )
