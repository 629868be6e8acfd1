"""How often intervals of correlation and R2 hold the truth, where some examples are louder.

An example has 9 positions. Natural values are its loudness times normal noise, the program's are
0.7 of that and as much loudness times other noise as leaves the same variance: pooled correlation
is 0.7 and R2 0.4, whatever the loudness. ``benchmarks.coverage`` runs it; all experiments of a size
are units of one call.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from jaxtyping import Float

from aann.statistics.agreement import MEASURES, Part, agreement
from aann.statistics.each import each, kept, together

PLACES = 9
SHARE = 0.7
LARGE = 100_000
"""Examples that tell what the correlation within an example is on average."""


def loudness(name: str, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Of examples: all alike, lognormal (sigma 1), or a hundredth of them ten times as loud."""
    if name == "alike":
        return np.ones(shape)
    if name == "lognormal":
        return rng.lognormal(0.0, 1.0, shape)
    return np.where(rng.random(shape) < 0.01, 10.0, 1.0)


NAMES = ("alike", "lognormal", "one in a hundred louder")


def covered(sizes: tuple[int, ...], experiments: int) -> Iterator[Mapping[str, float]]:
    """``agreement NAME MEASURE n=SIZE`` -> % of experiments whose interval holds the truth."""
    rng = np.random.default_rng(0)
    y, p = _values("alike", rng, LARGE, 1)
    within = float(
        np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(y[..., 0], p[..., 0], strict=True)])
    )
    truth = {"correlation": SHARE, "r2": 2 * SHARE - 1, "robust": within}
    for name in NAMES:
        for n in sizes:
            y, p = _values(name, rng, n, experiments)
            sums = each(y, p, None, 0)
            part = Part(kept(sums, experiments), together(sums), experiments)
            ends = agreement([part], None, 0.95).units
            yield {
                f"agreement {name} {measure} n={n}": 100.0 * float(
                    ((found[:, 1] <= truth[measure]) & (found[:, 2] >= truth[measure])).mean()
                )
                for measure, found in zip(MEASURES, ends, strict=True)
            }  # fmt: skip


def _values(
    name: str, rng: np.random.Generator, n: int, experiments: int
) -> tuple[Float[np.ndarray, "n 9 experiments"], Float[np.ndarray, "n 9 experiments"]]:
    """Natural values and the program's."""
    loud = loudness(name, rng, (n, 1, experiments))
    first, second = rng.normal(size=(2, n, PLACES, experiments))
    return loud * first, loud * (SHARE * first + np.sqrt(1 - SHARE**2) * second)
