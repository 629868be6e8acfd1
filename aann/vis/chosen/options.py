"""What is to be chosen, and what is wrong with that."""

from collections.abc import Collection
from typing import NamedTuple

from aann.shown.brief import brief
from aann.statistics.indices import is_count

KINDS = ("top", "bottom", "random", "quantiles")
NEEDS = {"top": "top", "bottom": "bottom", "random": "sample", "quantiles": "sample"}
"""Kind of section -> which pool of the tally it is made of."""


class Options(NamedTuple):
    """What is to be chosen.

    Attributes:
        n: positions a section.
        kinds: of sections, of ``KINDS``.
        quantiles: how many bins.
        per_example: positions that one example may have in a section.
        seed: of what is random.
    """

    n: int
    kinds: Collection[str]
    quantiles: int
    per_example: int
    seed: int

    def __repr__(self) -> str:
        return brief(self)

    @property
    def pools(self) -> tuple[str, ...]:
        """Of the tally."""
        return tuple(dict.fromkeys(NEEDS[kind] for kind in KINDS if kind in self.kinds))

    def problems(self) -> list[str]:
        """What is wrong with them."""
        counts = {"n": self.n, "quantiles": self.quantiles, "per_example": self.per_example}
        found = [
            f"{name} is a whole number from 1 up, got {value!r}"
            for name, value in counts.items()
            if not is_count(value)
        ]
        if isinstance(self.seed, bool) or not isinstance(self.seed, int):
            found.append(f"seed is a whole number, got {self.seed!r}")
        given = [self.kinds] if isinstance(self.kinds, str) else list(self.kinds)
        if isinstance(self.kinds, str) or not given or set(given) - set(KINDS):
            found.append(f"kinds are some of {', '.join(KINDS)}, got {self.kinds!r}")
        return found
