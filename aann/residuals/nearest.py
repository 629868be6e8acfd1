"""Nearest neighbours in the reads: how much of units no smooth function of the reads could know.

Where two places look alike to the reads and the units differ, a smooth function of the reads cannot
be right about both. For places of design examples the nearest ones of other examples are found, by
the 3 x 3 cells of the reads around them (or the whole reads where they are on no grid), brought to
a few whitened principal components. The variance of the units among neighbours, taken to distance 0
(``aann.residuals.gamma``), is the share that cannot be known: 1 less it bounds R2 from above.

What the number means. A network computes its units exactly from all that lies upstream, so that
where the reads hold that, nothing is noise, and what is measured is how far apart the neighbours
are. Where the reads, or the components, leave something out, it is what those do not tell. In many
dimensions all points are far from each other and everything looks like noise. Controls say when
that is so:

    linear    the units' linear prediction from the same rows: it is a function of the reads, so
              that its true share is 0. Where it is above the limit, distances are too large to say
              anything (``aann.residuals.unknowable``).
    ranked    the units' own values in the order of that prediction: a function of the reads too,
              as rarely active as the units are.
    shuffled  the units of other examples: nothing is known of them, so that the share is 1.

The components are chosen by these: the most of ``dims`` where they are right, or those where the
first two are least. A unit may still bend more between neighbours than they do: where a network
reaches more than the bound (``aann.residuals.bracket`` shows both), it is none.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from aann.bench.workbench import Workbench, workbench
from aann.data.batches import size_for
from aann.data.examples import Design
from aann.evaluation.seen import Seen, check_design, see
from aann.machine.machine import Machine
from aann.machine.processes import ends_together
from aann.model import Model
from aann.program.replacement import Replacement
from aann.residuals.drawn_rows import drawn
from aann.residuals.gamma import Neighbours, nearest, noise
from aann.residuals.observed import observe
from aann.residuals.placed import Units, placed
from aann.residuals.predicted import Ends
from aann.residuals.rows import rows_of
from aann.residuals.unknowable import Unknowable
from aann.shown.brief import word
from aann.statistics.indices import as_indices, is_count

DIMS = (2, 4, 8, 16, 32)
"""Principal components that are tried."""

PENALTIES = (1e-3, 1e-2, 1e-1, 1.0)
"""Of the linear control, times the mean variance of the features."""

CONFIDENCE = 0.95


@ends_together
def neighbours(
    model: Model,
    to_units: Units,
    design: Design,
    *,
    from_sites: str | Sequence[str] | None = None,
    rows: int = 3000,
    k: int = 10,
    dims: Sequence[int] = DIMS,
    seed: int = 0,
    batch_size: int | None = None,
    progress: bool = True,
    machine: Machine | None = None,
) -> Unknowable:
    """How much of some units near places of the reads leave open.

    Args:
        model: the pretrained network.
        to_units: a program, whose residual is looked at too; or units.
        design: examples.
        from_sites: the sites to look at; by default what the program reads.
        rows: places that are drawn, equally many of each example.
        k: neighbours of each.
        dims: numbers of principal components to try.
        seed: of the draws.
        batch_size: of the compiled functions; by default by the size of an example.
        progress: show it.
        machine: devices, processes, memory and disk to use.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: too few examples or rows; unknown sites or units; wrong k, rows or dims: all.
    """
    check_design(design, "a search of neighbours")
    wanted = _checked(rows, k, dims)
    machine = machine or Machine()
    place = placed(model, from_sites, to_units)
    size = size_for(len(design), model, batch_size, machine)
    bench = workbench(model, place, size, machine)
    (seen,), _ = see(bench, design, seed=seed, progress=progress)
    residual = None
    if isinstance(to_units, Replacement):
        (part,) = observe(workbench(model, to_units, size, machine), seen.design)
        residual = seen.table - part.artificial.reshape(seen.table.shape)
    return look(bench, seen, residual, rows=rows, k=k, dims=wanted, seed=seed)


def look(
    bench: Workbench,
    seen: Seen,
    residual: Float[np.ndarray, "n places columns"] | None,
    *,
    rows: int,
    k: int,
    dims: Sequence[int],
    seed: int,
) -> Unknowable:
    """The same of what was seen already.

    Args:
        bench: with the one place that ``seen`` is of.
        seen: values at reads and units.
        residual: of a program, or None.
        rows: places that are drawn.
        k: neighbours of each.
        dims: numbers of components.
        seed: of the draws.
    """
    place = bench.replacements[0]
    units = seen.natural.shape[-1]
    x, values, belongs = drawn(rows_of(seen), rows, seed)
    targets = values(seen.table)
    rng = np.random.default_rng([seed, 2])
    linear = _linear(x, targets, belongs)
    ranked = np.take_along_axis(np.sort(targets, 0), linear.argsort(0).argsort(0), 0)
    points, kept = _components(x, max(dims), seed)
    found: dict[str, list[np.ndarray]] = {
        n: [] for n in ("share", "first", "left", "lin", "rank", "shuf")
    }
    for d in dims:
        near = nearest(points[:, : min(d, points.shape[1])], belongs, k)
        share, first = _by_unit(targets, near, belongs, units)
        found["share"].append(share)
        found["first"].append(first)
        found["lin"].append(_by_unit(linear, near, belongs, units)[0])
        found["rank"].append(_by_unit(ranked, near, belongs, units)[0])
        mixed = targets[rng.permutation(len(x))]
        found["shuf"].append(_by_unit(mixed, near, belongs, units)[0][:, 0])
        if residual is not None:
            found["left"].append(_by_unit(values(residual), near, belongs, units, about=0.0)[0])
    squares = None
    if residual is not None:
        squares = np.square(values(residual)).mean(0).reshape(-1, units).sum(0)
    return Unknowable(
        reads=place.reads, site=place.site, units=place.units, dims=tuple(dims),
        share=np.stack(found["share"]), first=np.stack(found["first"]),
        residual=np.stack(found["left"]) if residual is not None else None,
        linear=np.stack(found["lin"]), ranked=np.stack(found["rank"]),
        shuffled=np.stack(found["shuf"]),
        kept=np.asarray([kept[: min(d, len(kept))].sum() for d in dims]),
        rows=len(x), n=len(seen.design), k=k, seed=seed, data=seen.design.name, squares=squares,
    )  # fmt: skip


def _by_unit(
    values: np.ndarray,
    near: Neighbours,
    belongs: np.ndarray,
    units: int,
    about: float | None = None,
) -> tuple[Ends, np.ndarray]:
    found = noise(values, near, belongs, CONFIDENCE, units=units, about=about)
    return found.share, found.first


def _checked(rows: int, k: int, dims: Sequence[int]) -> tuple[int, ...]:
    problems = [
        f"{name} is a whole number of at least {least}, got {word(value)}"
        for name, value, least in (("rows", rows, 50), ("k", k, 2))
        if not is_count(value) or value < least
    ]
    wanted: tuple[int, ...] = ()
    try:
        wanted = as_indices(dims, "dims")
    except ValueError as error:
        problems.append(str(error))
    if not wanted or min(wanted) < 1 or len(set(wanted)) < len(wanted):
        problems.append(f"dims are different whole numbers above 0, got {word(dims)}")
    if problems:
        raise ValueError("; ".join(problems))
    return tuple(sorted(wanted))


def _linear(x: np.ndarray, y: np.ndarray, belongs: np.ndarray) -> np.ndarray:
    """A linear function of the features that is like the values: fitted to half of the groups."""
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - when it is needed

    fit = belongs % 2 == 0
    if not fit.any() or fit.all():
        fit = np.ones(len(x), bool)
    scale = max(float(x[fit].var(0).mean()), 1e-12) * fit.sum()
    tried = [Ridge(alpha=p * scale).fit(x[fit], y[fit]) for p in PENALTIES]
    errors = [np.square(m.predict(x).reshape(y.shape) - y)[~fit | fit.all()].sum() for m in tried]
    best = tried[int(np.argmin(errors))]
    return np.asarray(best.predict(x), np.float64).reshape(y.shape)


def _components(
    x: np.ndarray, most: int, seed: int
) -> tuple[Float[np.ndarray, "rows dims"], np.ndarray]:
    """The first whitened principal components, and the shares of variance that they have."""
    from sklearn.decomposition import PCA  # noqa: PLC0415 - when it is needed

    found = PCA(min(most, *x.shape), whiten=True, svd_solver="randomized", random_state=seed)
    points = found.fit_transform(x)
    moving = found.explained_variance_ > 1e-10 * max(found.explained_variance_[0], 1e-30)
    return points[:, moving], found.explained_variance_ratio_[moving]
