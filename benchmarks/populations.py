"""What experiments are drawn from: damages, and what programs leave of them, with known means.

``lognormal`` (sigma 1.5), ``pareto`` (tail index 2.5) and ``zero-inflated`` damages (four of five
examples are not damaged) are left to a share, times lognormal noise of sigma 0.8 for each example;
``normal`` ones have normal noise. The others are losses of our own evaluations, see
``benchmarks.losses``.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from aann.shown.brief import brief
from benchmarks import losses

SHARES = (0.0, 0.87, 0.99, 1.0, 0.9)
"""What programs recover of made-up damages; the last is what 0.87 is compared with."""
PAIR = (1, 4)
MADE = ("lognormal", "pareto", "zero-inflated", "normal")
REAL = ("curve_detectors", "induction", "max_of_k", "modular_addition")


class Drawn(NamedTuple):
    """Experiments.

    Attributes:
        damage: (experiments, n).
        left: (programs, experiments, n).
        mean: of the damage.
        truth: (programs,), what they recover.
        pair: the two that are compared.
    """

    damage: np.ndarray
    left: np.ndarray
    mean: float
    truth: tuple[float, ...]
    pair: tuple[int, int]

    def __repr__(self) -> str:
        return brief(self)


def draw(name: str, rng: np.random.Generator, experiments: int, n: int) -> Drawn:
    """Experiments from a population.

    Args:
        name: of ``MADE`` or ``REAL``.
        rng: random numbers.
        experiments: how many.
        n: examples of each.
    """
    shape = (experiments, n)
    if name in REAL:
        found = losses.load()[name]
        at = rng.integers(0, len(found.damage), shape)
        mean = float(found.damage.mean())
        truth = tuple((1 - found.left.mean(axis=1) / mean).tolist())
        return Drawn(found.damage[at], found.left[:, at], mean, truth, (0, 1))
    damage, mean = DAMAGES[name](rng, shape)
    left = np.stack([_left(name, rng, damage, share) for share in SHARES])
    return Drawn(damage, left, mean, SHARES, PAIR)


def _left(name: str, rng: np.random.Generator, damage: np.ndarray, share: float) -> np.ndarray:
    if share == 1:
        return damage * rng.normal(0, 0.1, damage.shape)
    if name == "normal":
        return (1 - share) * (damage + rng.normal(0, 0.5, damage.shape))
    return (1 - share) * damage * rng.lognormal(-0.32, 0.8, damage.shape)


def _lognormal(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[np.ndarray, float]:
    return rng.lognormal(0, 1.5, shape), math.exp(1.125)


def _pareto(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[np.ndarray, float]:
    return rng.pareto(2.5, shape) + 1, 2.5 / 1.5


def _zero_inflated(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[np.ndarray, float]:
    return (rng.random(shape) < 0.2) * rng.lognormal(0, 1, shape), 0.2 * math.exp(0.5)


def _normal(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[np.ndarray, float]:
    return rng.normal(1, 0.5, shape), 1.0


DAMAGES: dict[str, Callable[..., tuple[np.ndarray, float]]] = {
    "lognormal": _lognormal, "pareto": _pareto, "zero-inflated": _zero_inflated, "normal": _normal,
}  # fmt: skip
