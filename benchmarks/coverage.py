"""How often 95% intervals hold the truth, how wide they are, and on which side they miss.

    python -m benchmarks.coverage [--short] [--save FILE]

Experiments with few examples are drawn from populations whose truth is known (``populations``),
and each gets the intervals that ``aann`` gives: of what programs recover, of the difference of two,
of the damage. Coverage counts experiments whose damage is identified, which alone are reported. It
also measures how often a damage of exactly zero is identified (skewed losses that help now and then
a lot), what choosing the best of 20 equal programs costs, and what the pool of donors of resample
ablation does, whose choice all examples share.

``--short`` is a quick look. The full form takes some minutes on 2 cores.
"""

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple, get_args

import numpy as np

from aann.shown.brief import brief
from aann.statistics.bootstrap import difference, mean_interval, recovered
from aann.statistics.interval import Interval, Method, Setting, rerank
from aann.statistics.resample import draw_counts
from aann.statistics.simultaneous import simultaneous
from benchmarks import correlations, populations, saving
from zoo.scripts import script

METHODS: tuple[Method, ...] = get_args(Method)
ALL_OF = ("lognormal recovered n=", "agreement", "zero ", "best", "donors")
MAIN = ("recovered", "difference", "damage")
SIZES = (20, 50, 100, 200, 500, 2000)
FEWEST = 50
"""Identified experiments; of fewer coverage says nothing."""
BEST_OF = 20
POOLS = (12, 50, 250)


class Plan(NamedTuple):
    """How much to draw: sizes of experiments, how many (a multiple of a batch), resamples."""

    sizes: tuple[int, ...]
    experiments: int
    batch: int
    draws: int

    def __repr__(self) -> str:
        return brief(self)


FULL = Plan(SIZES, 800, 200, 600)
SHORT = Plan((50,), 60, 60, 200)


def main(argv: list[str] | None = None) -> None:
    parser = script.parser("benchmarks.coverage", __doc__)
    parser.add_argument("--short", action="store_true", help="a quick look")
    saving.add(parser)
    args = parser.parse_args(argv)
    plan = SHORT if args.short else FULL
    numbers: dict[str, float] = {"experiments": plan.experiments, "draws": plan.draws}
    error = 100 * math.sqrt(0.95 * 0.05 / plan.experiments)
    numbers["error"] = error
    print(f"{plan.experiments:,} experiments a line: 95% is known to within {error:.1f}%")
    others = (part(plan) for part in (zero, best, donors, calibrated))
    agreements = correlations.covered(plan.sizes, plan.experiments)
    for found in itertools.chain(covered(plan), agreements, others):
        for name, value in found.items():
            print(f"{name:58s} {value:8.3g}", flush=True)
        numbers |= found
    saving.save(args, {n: float(f"{x:.4g}") for n, x in numbers.items() if _kept(n)})


def _kept(name: str) -> bool:
    """Whether a number is saved: of all populations coverage, of one of them all there is."""
    if name.startswith(ALL_OF) or " n=" not in name:
        return True
    statistic, _, of = name.partition(" n=")
    wanted = ["studentised"]
    if statistic.split(" ", 1)[-1] in MAIN:
        wanted += ["bca", "percentile", "studentised width"]
    return of.partition(" ")[2] in wanted


def covered(plan: Plan) -> Iterator[dict[str, float]]:
    """By population, n, statistic and method: coverage, misses and width."""
    for name in (*populations.MADE, *populations.REAL):
        for n in plan.sizes:
            rng = np.random.default_rng([n, len(name)])
            found: dict[str, list[tuple[Interval, float]]] = {}
            for seed in range(plan.experiments // plan.batch):
                for what, interval, truth in _experiments(name, rng, n, plan, seed):
                    found.setdefault(what, []).append((interval, truth))
            yield {
                f"{name} {what} n={n} {of}": value
                for what, intervals in found.items()
                for of, value in _summary(intervals, _methods(what)).items()
            }


def _experiments(
    name: str, rng: np.random.Generator, n: int, plan: Plan, seed: int
) -> Iterator[tuple[str, Interval, float]]:
    drawn = populations.draw(name, rng, plan.batch, n)
    found = recovered(np.zeros(n), drawn.left, drawn.damage, Setting(plan.draws, seed))
    first, second = drawn.pair
    for i, truth in enumerate(drawn.truth):
        if i != second:
            yield ("recovered" if i == first else f"recovered {truth:g}"), found.ratio[i], truth
    gap = difference(found.ratio[first], found.ratio[second])
    yield "difference", gap, drawn.truth[first] - drawn.truth[second]
    if name in populations.MADE:  # our own are nearly the same for every example
        yield "damage", found.damage, drawn.mean


def _methods(what: str) -> tuple[Method, ...]:
    """All for the main statistics, for the others those that reports show or have shown."""
    return METHODS if what in MAIN else ("studentised", "percentile", "bca")


def _summary(found: list[tuple[Interval, float]], methods: tuple[Method, ...]) -> dict[str, float]:
    """Percentages and relative widths by each method; nothing where too few are identified."""
    known = np.concatenate([interval.identified for interval, _ in found])
    numbers = {"identified": 100.0 * float(known.mean())}
    if known.sum() < min(FEWEST, len(known) // 2):
        return numbers
    widths = {}
    for method in methods:
        ends = [(rerank(interval, method), truth) for interval, truth in found]
        low = np.concatenate([x.low - truth for x, truth in ends])[known]
        high = np.concatenate([x.high - truth for x, truth in ends])[known]
        numbers[method] = 100.0 * float(((low <= 0) & (high >= 0)).mean())
        numbers[f"{method} too low"] = 100.0 * float((high < 0).mean())
        numbers[f"{method} too high"] = 100.0 * float((low > 0).mean())
        widths[method] = float(np.median(high - low))
    plain = widths["percentile"]
    return numbers | {f"{m} width": w / plain for m, w in widths.items() if plain > 0}


def zero(plan: Plan) -> dict[str, float]:
    """How often a damage of zero is identified, as now and by BCa's lower end alone."""
    numbers = {}
    for name in populations.MADE:
        for n in plan.sizes:
            rng, now, before = np.random.default_rng(n), [], []
            for seed in range(plan.experiments // plan.batch):
                harm, mean = populations.DAMAGES[name](rng, (plan.batch, n))
                found = recovered(np.zeros(n), np.zeros(n), mean - harm, Setting(plan.draws, seed))
                now.append(found.ratio.identified)
                before.append(rerank(found.damage, "bca").low > 0)
            numbers[f"zero {name} n={n}"] = 100.0 * float(np.mean(now))
            numbers[f"zero {name} n={n} before"] = 100.0 * float(np.mean(before))
    return numbers


def best(plan: Plan) -> dict[str, float]:
    """Of 20 equal programs the best: its own interval, that of all at once, that on other data."""
    n, rng = 200, np.random.default_rng(0)
    shape = (BEST_OF, plan.batch // 5, n)
    hits: dict[str, list[np.ndarray]] = {"own": [], "at once": [], "held out": []}
    for seed in range(plan.experiments // plan.batch):
        halves = []
        for _ in range(2):
            harm = rng.gamma(1.0, 1.0, shape[1:])
            left = 0.13 * harm * rng.lognormal(-0.32, 0.8, shape)
            halves.append(recovered(np.zeros(n), left, harm, Setting(plan.draws, seed)).ratio)
        pick = (np.argmax(halves[0].estimate, axis=0), np.arange(shape[1]))
        for name, of in (("own", halves[0]), ("at once", simultaneous(halves[0])),
                         ("held out", halves[1])):  # fmt: skip
            hits[name].append((of.low[pick] <= 0.87) & (of.high[pick] >= 0.87))
    return {f"best of {BEST_OF}, {name}": 100.0 * float(np.mean(x)) for name, x in hits.items()}


def donors(plan: Plan) -> dict[str, float]:
    """Coverage where each example's loss depends as much on its donor as on itself."""
    n, numbers = 500, {}
    for pool in POOLS:
        rng, hits = np.random.default_rng(pool), []
        for seed in range(plan.experiments // plan.batch):
            of_donors = rng.gamma(1.0, 1.0, (plan.batch, pool))
            chosen = rng.integers(0, pool, (plan.batch, n))
            values = np.take_along_axis(of_donors, chosen, axis=1) + rng.gamma(
                1.0, size=chosen.shape
            )
            found = mean_interval(values, Setting(plan.draws, seed))
            hits.append((found.low <= 2) & (found.high >= 2))
        numbers[f"donors {pool}"] = 100.0 * float(np.mean(hits))
    return numbers


def calibrated(plan: Plan) -> dict[str, float]:
    """Percentile intervals whose level a second bootstrap sets (Hall, 1986), in a plain loop."""
    numbers = {}
    outer, inner = plan.draws, max(100, plan.draws // 5)
    for name in ("lognormal", "zero-inflated"):
        for n in [n for n in plan.sizes if 50 <= n <= 200]:
            rng = np.random.default_rng(n)
            drawn = populations.draw(name, rng, plan.batch, n)
            at, counts = rng.integers(0, n, (outer, n)), draw_counts(rng, inner, n).T
            hits, widths = [], []
            for damage, left in zip(drawn.damage, drawn.left[drawn.pair[0]], strict=True):
                with np.errstate(divide="ignore", invalid="ignore"):
                    draws = left[at].mean(axis=1) / damage[at].mean(axis=1)
                    again = (left[at] @ counts) / (damage[at] @ counts)  # (outer, inner)
                place = (again <= left.mean() / damage.mean()).mean(axis=1)
                low, high = np.nanquantile(draws, np.quantile(place, [0.025, 0.975]))
                plain = np.subtract(*np.nanquantile(draws, [0.975, 0.025]))
                hits.append(low <= 0.13 <= high)
                widths.append((high - low) / plain)
            numbers[f"{name} recovered n={n} calibrated"] = 100.0 * float(np.mean(hits))
            numbers[f"{name} recovered n={n} calibrated width"] = float(np.median(widths))
    return numbers


if __name__ == "__main__":
    main()
