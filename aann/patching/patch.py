"""Activation patching: one run's values put into another, one place at a time.

Two inputs differ in what a question is about. The model runs on one of them with the value that
one place (a site, or a position or head of it) has in the run on the other; how far the metric
moves says how much that place carries (Vig et al. 2020, arXiv:2004.12265; Meng et al. 2022,
arXiv:2202.05262). Each site is cut once: what lies above runs once a batch for all places, and what
lies below is compiled once and runs once a place.

Sharp edges: effects of places do not add up where the model is not linear, and a place that has an
effect in one direction need not have one in the other. Changes are measured against the same
compiled function with nothing patched, so that a place with equal values changes exactly 0.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Unpack

import jax
import jax.numpy as jnp
import numpy as np

from aann.evaluation.answer import Metric, as_metric
from aann.model import Model
from aann.patching.pairs import (
    Pairs,
    PatchingOptions,
    check_finite,
    like_batch,
    pairs,
    with_options,
)
from aann.shown.brief import brief
from aann.shown.listing import Listing
from aann.splicing.cut import cut


@dataclasses.dataclass(frozen=True, eq=False)
class Patched:
    """What patching changes.

    Attributes:
        direction: ``"denoise"``: clean values in the corrupted run; ``"noise"``: the other way.
        changes: site -> (*places, n) float32: the metric with the place patched minus without.
        clean: (n,) the metric of the clean run.
        corrupted: (n,) the metric of the corrupted run.
    """

    direction: str
    changes: dict[str, np.ndarray]
    clean: np.ndarray
    corrupted: np.ndarray

    __repr__ = brief

    @property
    def base(self) -> np.ndarray:
        """(n,) the metric of the run that is patched."""
        return self.corrupted if self.direction == "denoise" else self.clean

    def values(self, site: str) -> np.ndarray:
        """(*places, n) the metric with each place patched."""
        values: np.ndarray = self.base + self.changes[site]
        return values

    def effect(self, site: str) -> np.ndarray:
        """(*places,) the mean change, in units of the mean difference between the two runs.

        0 is no effect; 1 turns the patched run's metric into the other run's. A ratio of means
        over examples, never clipped.

        Raises:
            ValueError: the two runs have the same mean metric, so that there is no unit.
        """
        other = self.clean if self.direction == "denoise" else self.corrupted
        gap = float(other.mean(dtype=np.float64) - self.base.mean(dtype=np.float64))
        if gap == 0.0:
            raise ValueError(
                "the clean and the corrupted run have the same mean metric: there is nothing to "
                "normalise by; look at changes, or corrupt the inputs in a way that matters"
            )
        return np.asarray(self.changes[site].mean(axis=-1, dtype=np.float64) / gap)

    def table(self) -> np.ndarray:
        """(sites, *places) the effects, sites in the order given, such as one row a layer.

        Raises:
            ValueError: the sites have different numbers of places.
        """
        shapes = {site: x.shape[:-1] for site, x in self.changes.items()}
        if len(set(shapes.values())) > 1:
            raise ValueError(f"sites have different places, which make no table: {shapes}")
        return np.stack([self.effect(site) for site in self.changes])


@with_options
def activation_patching(
    model: Model,
    clean: Any,
    corrupted: Any,
    sites: str | Sequence[str],
    metric: Metric | Callable[[Any], Any],
    **options: Unpack[PatchingOptions],
) -> Patched:
    """Patch every place of the sites, one at a time.

    Args:
        model: the model.
        clean: inputs (n, ...).
        corrupted: inputs of the same shape and dtype; row i is compared with row i of ``clean``.
        sites: where to patch, such as every layer's ``resid_pre``.
        metric: ``outputs -> (batch,) float``, see ``aann.evaluation.answer``.
        **options: ``by``, ``direction``, ``batch_size``, ``at_once``, ``axes``: see
            ``PatchingOptions``.

    Returns:
        Changes of the metric for every site, place and example.

    Raises:
        ValueError: unknown or constant sites, inputs that do not match, unknown axes, a metric
            that does not give one float an example: all problems. Or a result is not finite.
    """
    names = [sites] if isinstance(sites, str) else list(sites)
    metric = as_metric(metric)
    checked = pairs(model, clean, corrupted, names, metric, options)
    chosen = {name: places.all() for name, places in checked.places.items()}
    flat, base, other = patch_places(model, checked, metric, chosen)
    shaped = Listing({n: x.reshape(*checked.places[n].sizes, checked.n) for n, x in flat.items()})
    for name, change in shaped.items():
        check_finite(change, f"the metric with {name!r} patched")
    direction = checked.direction
    clean_metric, corrupted_metric = (other, base) if direction == "denoise" else (base, other)
    return Patched(direction, shaped, clean_metric, corrupted_metric)


def patch_places(
    model: Model, checked: Pairs, metric: Metric, chosen: Mapping[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Patch the chosen places of each site.

    Args:
        model: the model.
        checked: inputs and places.
        metric: of the outputs.
        chosen: site -> (k, axes) integers, indices of places.

    Returns:
        site -> (k, n) changes of the metric, and the metric of the base and of the other run, (n,).

    Raises:
        ValueError: the metric of an unpatched run is not finite.
    """
    sweep = _sweep(model, checked)
    changes: dict[str, list[np.ndarray]] = {name: [] for name in chosen}
    ends: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for base, other, judge, count in checked.batches(metric):
        above = sweep.above(model.params, base)
        values = {name: value for name, (value, _) in sweep.above(model.params, other).items()}
        for end, inputs in zip(ends, (base, other), strict=True):
            end.append(np.asarray(sweep.judged(model.params, inputs, judge))[:count])
        for name, where in chosen.items():
            part = sweep.below[name](sweep.prepared[name], above[name], values[name], where, judge)
            changes[name].append(np.asarray(part)[:, :count])
    both = tuple(np.concatenate(end) for end in ends)
    for whole, run in zip(both, ("patched", "other"), strict=True):
        check_finite(whole, f"the metric of the {run} run, with nothing patched,")
    return {name: np.concatenate(x, axis=1) for name, x in changes.items()}, both[0], both[1]


@dataclasses.dataclass(frozen=True, eq=False)
class _Sweep:
    """A model cut at each site, compiled.

    Attributes:
        prepared: site -> what the suffix needs that depends on parameters alone.
        above: ``(params, inputs) -> {site: (value, crossing)}``, all sites in one program and from
            the same parameters, so that XLA computes what their prefixes share once.
        judged: ``(params, inputs, metric) -> (batch,)``, the whole model.
        below: site -> ``(prepared, (value, crossing), other value, places, metric) ->
            (places, batch)`` changes.
    """

    prepared: dict[str, Any]
    above: Callable[..., Any]
    judged: Callable[..., Any]
    below: dict[str, Callable[..., Any]]


def _sweep(model: Model, checked: Pairs) -> _Sweep:
    batch = like_batch(checked.base, checked.size)
    pieces = {name: cut(model, name, batch) for name in checked.places}

    def above(params: Any, inputs: Any) -> Any:
        found = {}
        for name, piece in pieces.items():
            values, crossing = piece.prefix(piece.prepare(params), inputs)
            found[name] = (values[name], crossing)
        return found

    def judged(params: Any, inputs: Any, metric: Metric) -> Any:
        return metric(model.apply(params, inputs)).astype(jnp.float32)

    return _Sweep(
        prepared=jax.jit(lambda p: {n: c.prepare(p) for n, c in pieces.items()})(model.params),
        above=jax.jit(above),
        judged=jax.jit(judged),
        below={n: jax.jit(_below(n, c, checked)) for n, c in pieces.items()},
    )


def _below(name: str, piece: Any, checked: Pairs) -> Callable[..., Any]:
    """The suffix with one place patched, mapped over places; the first row patches nothing."""
    places, at_once = checked.places[name], checked.at_once

    def below(prepared: Any, above: Any, other: Any, where: Any, metric: Metric) -> Any:
        value, crossing = above

        def patched(place: Any) -> Any:
            on, index = place
            inside = places.mask(value, index) & on
            written = jnp.where(inside, other, value)
            outputs = piece.suffix(prepared, {name: written}, crossing)
            return metric(outputs).astype(jnp.float32)

        count = len(where)
        # Rows to a multiple of at_once: a remainder would be compiled again, and round otherwise.
        padding = -(count + 1) % at_once
        indices = jnp.pad(jnp.asarray(where), ((1, padding), (0, 0)))
        on = jnp.arange(len(indices)) > 0
        results = jax.lax.map(patched, (on, indices), batch_size=at_once if at_once > 1 else None)
        return results[1 : count + 1] - results[:1]

    return below
