"""The true gain: natural values spliced in where errors cost most, the program everywhere else.

Costs are attributed along a line, one number an error; what mending an error gives is measured
here. A curve says how much of the gap is closed as more positions are mended, the costliest first,
beside as many positions drawn at random; and units are mended one by one.

A program that stands below another reads what is there once the upper one is mended.

Sharp edges: errors cancel and add up to more than their sum, so that mending some of them, even
costly ones, may leave the loss worse than before. Positions are ranked over all examples, so that a
few costly examples may be mended whole. They are ranked by costs of the very examples that they are
measured on: the curve says where the loss lies in these, not what a rule for finding such positions
would reach on others.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Int

from aann.bench.workbench import Choose, Workbench
from aann.data.examples import Examples
from aann.report.estimate import Estimate
from aann.residuals.costed import Costs
from aann.residuals.loss import Chosen, Given, Seen, intact_run, loss_of, losses
from aann.residuals.mended import Gains, Mended
from aann.residuals.observed import Observed
from aann.shown.brief import word
from aann.statistics.bootstrap import MINIMUM, recovered
from aann.statistics.indices import is_seed, is_share
from aann.statistics.interval import Setting

SHARES = (0.01, 0.03, 0.1, 0.3, 1.0)
UNITS = 16


def gains(
    bench: Workbench,
    examples: Examples,
    parts: Sequence[Observed],
    found: Costs,
    metric: Given = "kl",
    *,
    shares: float | Sequence[float] = SHARES,
    units: int = UNITS,
    confidence: float = 0.95,
    seed: int = 0,
    progress: bool = False,
) -> Gains:
    """Mend the costliest positions, as many random ones, and the costliest units.

    Args:
        bench: the replacements, ready to run.
        examples: that were observed.
        parts: what was.
        found: costs, of the same examples.
        metric: the loss to measure.
        shares: of the positions of all replacements, over all examples: above 0 and up to 1.
        units: how many of the costliest are mended one by one.
        confidence: of the intervals, paired over examples or their groups.
        seed: of the random positions and the intervals.
        progress: show it.

    Raises:
        TypeError: ``metric`` is neither a name nor a function.
        ValueError: numbers out of range; costs of other examples; fewer examples than an interval
            needs; a loss is NaN or infinite.
    """
    loss = loss_of(bench, examples, metric)
    shares = shares_of(shares)
    _check(examples, found, shares, units, seed)
    setting = Setting(seed=seed, confidence=confidence, groups=examples.groups)
    ranks, counts = _ranked(found), [_count(share, found) for share in shares]
    drawn = np.random.default_rng(seed).permutation(len(ranks))
    chosen = [_masks(ranks[:k], found) for k in counts]
    chosen += [_masks(ranks[drawn[:k]], found) for k in counts]
    which = _units(found)[:units]
    sets: list[Chosen] = [_mend(parts, masks, None) for masks in chosen]
    sets += [_mend(parts, None, (int(i), int(u))) for i, u in which]
    sets += [_mend(parts, [np.zeros_like(p.here) for p in found.parts], None)]
    measured = losses(bench, examples, loss, [*sets, intact_run],
                      progress=progress)  # fmt: skip
    *_, spliced, intact = measured
    closed = recovered(intact, measured[:-2], spliced, setting).ratio
    names = [f"{share:.3g}% {kind}" for kind in ("costliest", "at random")
             for share in (100 * s for s in shares)]  # fmt: skip
    names += [f"unit {found.parts[i].units[u]} of {found.parts[i].program}" for i, u in which]
    counts = [*counts, *counts, *(int(found.parts[i].here.sum()) for i, _ in which)]
    rows = [
        Mended(name, None if k >= 2 * len(shares) else float(shares[k % len(shares)]), count,
               Estimate.of(closed[k]), float(measured[k].mean(dtype=np.float64)))
        for k, (name, count) in enumerate(zip(names, counts, strict=True))
    ]  # fmt: skip
    first, second = len(shares), 2 * len(shares)
    return Gains(
        metric=loss.name, ranked_by=found.metric, names=tuple(examples.names),
        split=examples.split, costliest=tuple(rows[:first]), random=tuple(rows[first:second]),
        units=tuple(rows[second:]), which=which, intact=intact, spliced=spliced,
        losses=measured[:-2], setting=setting,
    )  # fmt: skip


def shares_of(given: Any) -> tuple[Any, ...]:
    """Shares of positions that were asked for, one or several, unchecked."""
    found = given.tolist() if isinstance(given, np.ndarray) else given
    return tuple(found) if isinstance(found, tuple | list) else (found,)


def _check(
    examples: Examples, found: Costs, shares: tuple[Any, ...], units: int, seed: int
) -> None:
    problems = []
    if tuple(examples.names) != found.names:
        problems.append("the costs are of other examples than the lab's")
    if not shares or not all(is_share(share) and share > 0 for share in shares):
        problems.append(f"shares of positions lie between 0 and 1, got {word(list(shares))}")
    if isinstance(units, bool) or not isinstance(units, int) or units < 0:
        problems.append(f"units is how many are mended one by one, 0 or more, got {units!r}")
    if not is_seed(seed):
        problems.append(f"seed is a whole number, 0 or more, got {seed!r}")
    resampled = len(set(examples.clusters))
    if resampled < MINIMUM:
        what = "examples" if examples.groups is None else "groups"
        problems.append(f"an interval needs at least {MINIMUM} {what}, got {resampled}: add {what}")
    if problems:
        raise ValueError("; ".join(problems))


def _ranked(found: Costs) -> Int[np.ndarray, " positions"]:
    """Positions that count, of all replacements one after the other, the costliest first."""
    cost = np.concatenate([p.by_position.reshape(-1) for p in found.parts])
    here = np.flatnonzero(np.concatenate([p.here.reshape(-1) for p in found.parts]))
    return here[np.argsort(-cost[here], kind="stable")]


def _count(share: float, found: Costs) -> int:
    """How many positions a share is, at least one."""
    return max(1, round(share * sum(int(p.here.sum()) for p in found.parts)))


def _masks(positions: Int[np.ndarray, " k"], found: Costs) -> list[Bool[np.ndarray, "n places"]]:
    flat = np.zeros(sum(p.here.size for p in found.parts), bool)
    flat[positions] = True
    ends = np.cumsum([p.here.size for p in found.parts])[:-1]
    return [
        mask.reshape(p.here.shape)
        for mask, p in zip(np.split(flat, ends), found.parts, strict=True)
    ]


def _units(found: Costs) -> Int[np.ndarray, "k 2"]:
    """Replacement and unit of each, the costliest first."""
    pairs = [(i, u) for i, p in enumerate(found.parts) for u in range(len(p.units))]
    cost = np.concatenate([p.by_unit for p in found.parts])
    return np.asarray(pairs, np.int64).reshape(-1, 2)[np.argsort(-cost, kind="stable")]


def _mend(
    parts: Sequence[Observed],
    masks: Sequence[Bool[np.ndarray, "n places"]] | None,
    unit: tuple[int, int] | None,
) -> Chosen:
    """Natural values at some positions, or of one unit; the programs' elsewhere."""

    def of(seen: Seen) -> Choose:
        def choose(i: int, natural: Array, reads: tuple[Any, ...]) -> Array:
            program = programs(seen, parts, i, reads)
            truth = seen.natural(parts[i], i)
            if unit is not None:
                chosen = np.zeros(natural.shape[-1:], bool)
                if unit[0] == i:
                    chosen[unit[1]] = True
                here = jnp.asarray(chosen).reshape((1,) * (natural.ndim - 1) + (-1,))
                mended: Array = _where(here, truth, program)
                return mended
            assert masks is not None
            mask = masks[i][seen.rows].reshape(
                len(seen.rows), *parts[i].places, *[1] * (1 + parts[i].coordinates)
            )
            found: Array = _where(seen.bench.machine.spread(mask), truth, program)
            return found

        return choose

    return of


def programs(seen: Seen, parts: Sequence[Observed], i: int, reads: tuple[Any, ...]) -> Array:
    """What a program says: as observed where nothing above it can have changed."""
    if i in seen.bench.levels[0].members:
        return seen.artificial(parts[i], i)
    return seen.bench.run(parts[i].replacement, reads)


@jax.jit
def _where(here: Array, natural: Array, artificial: Array) -> Array:
    return jnp.where(here, natural, artificial)
