"""The best constant: the value of each unit that, put in its place everywhere, costs least.

Mean ablation asks how far the units' averages go; the network may like another constant better. The
one of least loss is optimal ablation (Li and Janson, "Optimal ablation for interpretability", 2024,
arXiv:2409.09951). What a program recovers above it is what it knows of the inputs.

The loss is KL(intact || ablated), the first of a report, averaged over some design examples that
names and seed pick. L-BFGS goes downhill from the mean, or from zero where that is better, on the
scale of each unit's standard deviation. The best of all that was tried is kept, so that on those
examples it is never worse than the mean.

Sharp edge: the search is short where a network is large (``plan``), and finds a local minimum.
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from aann.bench.workbench import Workbench
from aann.counting.complexity import flops
from aann.data.examples import Design
from aann.evaluation.constant_loss import ConstantLoss, Constants, no_slope, parts_of
from aann.evaluation.donors import donor_order
from aann.evaluation.fitted import Fitted
from aann.machine.progress import progress as progress_of
from aann.shown.brief import brief
from aann.store import key
from aann.store.digest import digest
from aann.store.passes import Pass
from aann.store.room import donor_bytes

NAME = "best constant"

FEWEST, MOST = 128, 4096
"""Design examples to fit on, if there are as many."""

SHORTEST, LONGEST = 8, 40
"""Slopes of the loss to work out."""

EACH, ALL = 4e9, 8e10
"""Flops of the model that examples, and slopes of all of them, may take beyond the fewest."""


class Plan(NamedTuple):
    """How much work goes into the search: ``slopes`` of the loss over ``examples``."""

    examples: int
    slopes: int

    def __repr__(self) -> str:
        return brief(self)


def with_best(
    bench: Workbench,
    design: Design,
    fitted: Sequence[Fitted],
    *,
    seed: int = 0,
    stratum: int | None = None,
    progress: bool = False,
) -> tuple[Fitted, ...]:
    """The same with the best constants, or with a remark why there are none.

    The arguments are those of ``best_constant``.
    """
    constants, problem = best_constant(
        bench, design, fitted, seed=seed, stratum=stratum, progress=progress
    )
    if problem:
        return tuple(dataclasses.replace(f, remarks=(*f.remarks, problem)) for f in fitted)
    return tuple(
        dataclasses.replace(f, best=best) for f, best in zip(fitted, constants, strict=True)
    )


def best_constant(
    bench: Workbench,
    design: Design,
    fitted: Sequence[Fitted],
    *,
    seed: int = 0,
    stratum: int | None = None,
    slopes: int | None = None,
    progress: bool = False,
) -> tuple[list[Array], str]:
    """The best constant of each replacement's units, all found together.

    Args:
        bench: the replacements, ready to run.
        design: examples to fit on.
        fitted: what is known of them: the means to start from, and the donors' spread.
        seed: picks the examples.
        stratum: at least so many examples are taken; by default a batch.
        slopes: of the loss to work out; by default by the size of the model.
        progress: show it, see ``aann.machine.progress``.

    Returns:
        Arrays (*positions, units), the same at every position, and an empty text; or none, and why.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: NaN or infinity in inputs.
    """
    if not isinstance(design, Design):
        raise TypeError(f"fits take design examples only, got the {design.split!r} part")
    if (problem := no_slope(bench)) is not None:
        return [], f"row {NAME} is left out: {problem}"
    found = plan(bench, len(design), stratum)
    few = design.take(donor_order(design.names, seed)[: found.examples])
    start = [_once(np.asarray(f.mean), bench, i) for i, f in enumerate(fitted)]
    scale = [_spread(np.asarray(f.donors), bench, i) for i, f in enumerate(fitted)]

    def section() -> str:
        return digest(NAME, key.of_bench(bench), key.of_examples(few), start, scale, found, slopes)

    reserved = donor_bytes(bench, len(design))
    with Pass(bench, few, section, again=True, reserved=reserved) as run:
        known = bench.machine.gather(run.results.load("constants"))
        if all(arrays is not None for arrays in known):
            flat = known[0]["flat"]
        else:
            flat = _search(
                ConstantLoss(bench, run, start), start, scale, slopes or found.slopes, progress
            )
            run.results.save("constants", "", {"flat": flat})
    if not np.isfinite(flat).all():
        return [], f"row {NAME} is left out: the loss with a constant is not finite"
    shapes = [x.shape[1:] for x in bench.naturals]
    values = [
        jnp.asarray(np.broadcast_to(x, shape), bench.naturals[i].dtype)
        for i, (x, shape) in enumerate(zip(parts_of(flat, start), shapes, strict=True))
    ]
    return list(bench.machine.everywhere(values)), ""


def plan(bench: Workbench, most: int, stratum: int | None = None) -> Plan:
    """How many examples and slopes a model can afford: the same on every machine.

    Args:
        bench: with the model, whose forward pass is counted.
        most: examples that there are.
        stratum: at least so many are taken; by default a batch.
    """
    model = bench.model
    params = jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype), model.params)
    one = max(1.0, flops(model.apply, params, model.batch(1)))
    examples = max(int(np.clip(EACH / one, FEWEST, MOST)), min(stratum or bench.batch_size, MOST))
    examples = min(examples, most)
    return Plan(examples, int(np.clip(ALL / (one * examples), SHORTEST, LONGEST)))


def _search(
    loss: ConstantLoss, start: Constants, scale: Constants, slopes: int, progress: bool
) -> np.ndarray:
    """The best constants of all that were tried, flat; NaN where no loss is finite."""
    from scipy.optimize import minimize  # noqa: PLC0415 - when it is needed

    mean, spread = (
        np.concatenate([x.ravel() for x in y]).astype(np.float64) for y in (start, scale)
    )
    tried: list[tuple[float, np.ndarray]] = []
    shown = iter(_shown(slopes, progress))

    def of(x: np.ndarray, slope: bool = True) -> tuple[float, np.ndarray]:
        flat = mean + spread * x
        value, downhill = loss(flat, slope)
        tried.append((value if np.isfinite(value) else np.inf, flat))
        if slope:
            next(shown, None)
        return tried[-1][0], np.nan_to_num(downhill * spread, nan=0.0, posinf=0.0, neginf=0.0)

    at_mean, at_zero = np.zeros_like(mean), -mean / spread
    first = min(at_mean, at_zero, key=lambda x: of(x, slope=False)[0])
    if np.isfinite(min(value for value, _ in tried)):
        minimize(of, first, jac=True, method="L-BFGS-B", options={"maxfun": slopes - 1})
    best, flat = min(tried, key=lambda one: one[0])
    list(shown)
    return flat if np.isfinite(best) else np.full_like(flat, np.nan)


def _shown(slopes: int, progress: bool) -> Iterator[int]:
    steps: Callable[..., Iterator[int]] = progress_of if progress else lambda x, *_, **__: iter(x)
    return steps(range(slopes), "fitting the best constant", unit="step")


def _once(mean: np.ndarray, bench: Workbench, i: int) -> np.ndarray:
    """Of values that are the same at every position those of one."""
    places = mean.ndim - 1 - bench.coordinates(i)
    found: np.ndarray = mean[(0,) * places].astype(np.float64)
    return found


def _spread(donors: np.ndarray, bench: Workbench, i: int) -> np.ndarray:
    """Standard deviations over examples and positions; 1 where nothing varies."""
    places = donors.ndim - 2 - bench.coordinates(i)
    found = donors.astype(np.float64).std(axis=tuple(range(1 + places)))
    return np.where(found > 0, found, 1.0)
