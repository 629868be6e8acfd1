"""How small networks are made and trained, checked before any work starts."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from aann.bench.network import MIXING
from aann.shown.brief import brief, word
from aann.statistics.indices import is_count

Sizes = int | Sequence[int]

LARGEST = 10**8
"""Weights or channels that nobody calls small."""


@dataclasses.dataclass(frozen=True)
class Networks:
    """Small networks from a program's reads to its units.

    Attributes:
        weights: numbers that each may know, about: the nearest width is taken; of each
            replacement, where several are evaluated together.
        widths: or channels inside, instead.
        depth: blocks: dense layers, 3 x 3 convolutions, or attention with a dense layer.
        mixing: along a sequence, which other places a place sees: ``none``, ``causal`` (those
            before it, the default) or ``full``, which sees padding too.
        steps: of AdamW, at most; the rate falls to 0 along a cosine.
        patience: stop after so many looks at the examples kept apart without a new best.
        rate: of learning, at the start.
        decay: of weights.
        apart: share of the design examples that are kept apart to stop by.

    Raises:
        ValueError: sizes are missing or no whole numbers, or other settings are out of range: all
            problems.
    """

    weights: Sizes = ()
    widths: Sizes = ()
    depth: int = 2
    mixing: str | None = None
    steps: int = 2000
    patience: int = 12
    rate: float = 4e-3
    decay: float = 1e-3
    apart: float = 0.2

    __repr__ = brief

    def __post_init__(self) -> None:
        problems = []
        for field in ("weights", "widths"):
            given: Any = getattr(self, field)
            several = given if isinstance(given, tuple | list | range) else (given,)
            if not all(is_count(x) and x <= LARGEST for x in several):
                problems.append(
                    f"{field} of small networks are whole numbers from 1 to {LARGEST:,}, got "
                    f"{word(given)}"
                )
            else:
                object.__setattr__(self, field, tuple(sorted({int(x) for x in several})))
        if not problems and bool(self.weights) == bool(self.widths):
            problems.append(
                "small networks need weights= (about so many numbers each) or widths= (channels "
                f"inside), one of the two: got {word(self.weights)} and {word(self.widths)}"
            )
        for field in ("depth", "steps", "patience"):
            if not is_count(getattr(self, field)):
                problems.append(
                    f"{field} is a whole number above 0, got {word(getattr(self, field))}"
                )
        if self.mixing is not None and self.mixing not in MIXING:
            problems.append(f"mixing is one of {', '.join(MIXING)}, got {word(self.mixing)}")
        for field, low, high in (("rate", 0.0, 1.0), ("decay", -1e-12, 1.0), ("apart", 0.0, 0.9)):
            if not _between(getattr(self, field), low, high):
                problems.append(
                    f"{field} is a number from {max(low, 0):g} to {high:g}, got "
                    f"{word(getattr(self, field))}"
                )
        if problems:
            raise ValueError("; ".join(problems))

    @property
    def sizes(self) -> tuple[int, ...]:
        """What was asked for: weights, or widths."""
        found = self.weights or self.widths
        assert isinstance(found, tuple)
        return found


def networks(given: Sizes | Networks | None) -> Networks | None:
    """Settings, or numbers of weights; None is none.

    Raises:
        ValueError: see ``Networks``.
    """
    if given is None or isinstance(given, Networks):
        return given
    return Networks(weights=given)


def _between(x: Any, low: float, high: float) -> bool:
    if isinstance(x, bool) or not isinstance(x, int | float):
        return False
    return low < x <= high
