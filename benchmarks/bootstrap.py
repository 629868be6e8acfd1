"""Time of 10,000 bootstrap draws over 50,000 examples and 5 metrics.

    python -m benchmarks.bootstrap [--examples N] [--metrics M] [--draws D] [--repeats R]

Times all of ``recovered`` (paired resamples of 2 x 5 columns, ratios, intervals) and compares
it with ``scipy.stats.bootstrap`` on a hundredth of the work, scaled up. The goal is less than 2 s
on 2 free cores. Processor time is printed too, because other processes do not slow it as much.
"""

import time

import numpy as np
from scipy import stats

from aann.statistics.bootstrap import recovered
from aann.statistics.interval import Setting
from benchmarks import saving
from zoo.scripts import script
from zoo.scripts.integers import positive


def main(argv: list[str] | None = None) -> None:
    parser = script.parser("benchmarks.bootstrap", __doc__)
    parser.add_argument("--examples", type=positive, default=50_000)
    parser.add_argument("--metrics", type=positive, default=5)
    parser.add_argument("--draws", type=positive, default=10_000)
    parser.add_argument("--repeats", type=positive, default=5)
    saving.add(parser)
    args = parser.parse_args(argv)
    rng = np.random.default_rng(0)
    shape = (args.metrics, args.examples)
    intact, hurt = rng.exponential(size=shape), rng.gamma(0.5, size=shape)
    spliced = intact + 0.2 * hurt + 0.1 * rng.normal(size=shape)
    losses = (intact, spliced, intact + hurt)

    setting = Setting(draws=args.draws)
    wall, processor = [], []
    for _ in range(args.repeats):
        start, used = time.perf_counter(), time.process_time()
        found = recovered(*losses, setting=setting).ratio
        wall.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
    print(f"recovered, first metric: {found[0]}")
    what = f"{args.draws:,} draws, {args.examples:,} examples, {args.metrics} metrics"
    print(f"aann   {what}: best {min(wall):.2f} s, median {np.median(wall):.2f} s")
    print(f"       processor time of the best: {min(processor):.2f} s")

    few = max(100, args.draws // 100)
    start = time.perf_counter()
    stats.bootstrap(losses, ratio, paired=True, n_resamples=few, method="percentile", axis=-1)
    scipy = (time.perf_counter() - start) * args.draws / few
    print(f"scipy  the same, extrapolated: {scipy:.0f} s")
    found = {"best": min(wall), "median": float(np.median(wall)), "processor": min(processor)}
    size = {n: getattr(args, n) for n in ("draws", "examples", "metrics", "repeats")}
    saving.save(args, {**found, "scipy": scipy, **size})


def ratio(intact, spliced, zero, axis):
    return 1 - (spliced - intact).mean(axis=axis) / (zero - intact).mean(axis=axis)


if __name__ == "__main__":
    main()
