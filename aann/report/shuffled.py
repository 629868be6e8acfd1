"""Where a program stands among wrong programs of its form: the plain data."""

import dataclasses
from collections.abc import Mapping, Sequence

from aann.shown.brief import brief


@dataclasses.dataclass(frozen=True)
class Standing:
    """A program among shuffles, by one metric.

    Attributes:
        program: what it recovers of these examples; None where zero-ablation does no damage.
        draws: what each shuffle recovers, in the order of their draws; None likewise.
        as_good: how many have at most the program's loss.
        quantile: the share that it beats.
        p: one-sided, (1 + as_good) / (1 + n).
        low: lower end of the 95% interval of the p that infinitely many draws would give; p
            itself where the shuffles are all there are.
        high: upper end.
    """

    program: float | None
    draws: Sequence[float | None]
    as_good: int
    quantile: float
    p: float
    low: float
    high: float

    __repr__ = brief


@dataclasses.dataclass(frozen=True)
class Shuffled:
    """A program and wrong programs of its form, run on the same examples.

    Attributes:
        program: its name.
        kind: ``units``, ``constants`` or ``drawn``, see ``aann.shuffles``.
        what: what was shuffled, in words.
        n: shuffles.
        enumerated: whether they are all there are.
        examples: held-out examples that all of them ran on.
        of: how many there are.
        seed: of the draws and of the choice of examples.
        metrics: name -> where the program stands.
    """

    program: str
    kind: str
    what: str
    n: int
    enumerated: bool
    examples: int
    of: int
    seed: int
    metrics: Mapping[str, Standing]

    __repr__ = brief
