"""Activation patching: one run's values put into another, one place at a time.

Two inputs differ in what a question is about. The model runs on one of them with the value that
one place (a site, or a position or head of it) has in the run on the other; how far the metric
moves says how much that place carries (Vig et al. 2020, arXiv:2004.12265; Meng et al. 2022,
arXiv:2202.05262). Each site is cut once: what lies above runs once a batch for all places, and what
lies below is compiled once and runs once a place, as far as the metric looks at it.

Sharp edges: effects of places do not add up where the model is not linear, and a place that has an
effect in one direction need not have one in the other. Changes are measured against the same
compiled function with nothing patched, so that a place with equal values changes exactly 0.
"""

import dataclasses
import functools
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
from aann.program.axes import Places
from aann.shown.brief import brief
from aann.shown.listing import Listing
from aann.splicing.cut import Cut, cut
from aann.trace.focus import focused
from aann.trace.reuse import Reuse


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
    return patch_all(Reuse(model), clean, corrupted, names, metric, options)


def patch_all(
    pieces: Reuse,
    clean: Any,
    corrupted: Any,
    names: Sequence[str],
    metric: Metric | Callable[[Any], Any],
    options: PatchingOptions,
) -> Patched:
    """``activation_patching`` of the model that some pieces are of."""
    checked = pairs(pieces, clean, corrupted, names, as_metric(metric), options)
    chosen = {name: places.all() for name, places in checked.places.items()}
    flat, base, other = patch_places(pieces, checked, chosen)
    shaped = Listing({n: x.reshape(*checked.places[n].sizes, checked.n) for n, x in flat.items()})
    for name, change in shaped.items():
        check_finite(change, f"the metric with {name!r} patched")
    direction = checked.direction
    clean_metric, corrupted_metric = (other, base) if direction == "denoise" else (base, other)
    return Patched(direction, shaped, clean_metric, corrupted_metric)


def patch_places(
    pieces: Reuse, checked: Pairs, chosen: Mapping[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Patch the chosen places of each site.

    Args:
        pieces: of the model.
        checked: inputs and places.
        chosen: site -> (k, axes) integers, indices of places.

    Returns:
        site -> (k, n) changes of the metric, and the metric of the base and of the other run, (n,).

    Raises:
        ValueError: the metric of an unpatched run is not finite.
    """
    changes: dict[str, list[np.ndarray]] = {name: [] for name in chosen}
    ends: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for base, other, arrays, count in checked.batches("patching"):
        run = pieces.get(("patch", checked.key), lambda model: _sweep(model, checked), base)
        ran = run(pieces.model.params, base, other, dict(chosen), arrays)
        found, judged = jax.device_get(ran)
        for end, of_run in zip(ends, judged, strict=True):
            end.append(of_run[:count])
        for name, part in found.items():
            changes[name].append(part[:, :count])
    both = tuple(np.concatenate(end) for end in ends)
    for whole, which in zip(both, ("patched", "other"), strict=True):
        check_finite(whole, f"the metric of the {which} run, with nothing patched,")
    return {name: np.concatenate(x, axis=1) for name, x in changes.items()}, both[0], both[1]


def _sweep(model: Model, checked: Pairs) -> Callable[..., Any]:
    """Compiled: ``(params, base, other, places, arrays) -> (changes, metrics of both runs)``.

    All sites are in one program and from the same parameters, so that XLA computes once what they
    share.
    """
    places, judge, at_once = checked.places, checked.judge.function, checked.at_once

    def sweep(params: Any, base: Any, other: Any, chosen: dict[str, Any], arrays: Arrays) -> Any:
        cuts = {name: cut(model, name, base) for name in chosen}
        own, others = (_above(cuts, params, inputs) for inputs in (base, other))
        changes = {}
        for name, where in chosen.items():
            value, crossing = own[name]
            below = functools.partial(_below, cuts[name], name, params, crossing, judge, arrays)
            changes[name] = _mapped(below, (value, others[name][0]), places[name], where, at_once)
        whole = focused(lambda inputs: judge(model.apply(params, inputs), arrays))
        return changes, (whole(base), whole(other))

    return jax.jit(sweep)


def _above(cuts: Mapping[str, Cut], params: Any, inputs: Any) -> dict[str, tuple[Any, Any]]:
    """Site -> its value, and what else crosses."""
    found = {}
    for name, piece in cuts.items():
        values, crossing = piece.prefix(piece.prepare(params), inputs)
        found[name] = (values[name], crossing)
    return found


def _below(
    piece: Cut, name: str, params: Any, crossing: Any, judge: Any, arrays: Arrays, written: Any
) -> Any:
    """The metric from what is written; of the outputs no more is computed than it looks at."""
    prepared = piece.prepare(params)
    rest = focused(lambda value: judge(piece.suffix(prepared, {name: value}, crossing), arrays))
    return rest(written)


def _mapped(
    below: Callable[[Any], Any], values: tuple[Any, Any], places: Places, where: Any, at_once: int
) -> Any:
    """The suffix with one place patched, mapped over places; the first row patches nothing."""
    own, other = values

    def patched(place: Any) -> Any:
        on, index = place
        return below(jnp.where(places.mask(own, index) & on, other, own))

    count = len(where)
    # Rows to a multiple of at_once: a remainder would be compiled again, and round otherwise.
    padding = -(count + 1) % at_once
    indices = jnp.pad(jnp.asarray(where), ((1, padding), (0, 0)))
    on = jnp.arange(len(indices)) > 0
    results = jax.lax.map(patched, (on, indices), batch_size=at_once if at_once > 1 else None)
    return results[1 : count + 1] - results[:1]
