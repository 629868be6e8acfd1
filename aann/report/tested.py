"""The plain data of a test of one loss: is a row at least as good as the original?"""

import dataclasses
from typing import Literal

from aann.shown.brief import brief

Unit = Literal["damage", "loss"]
"""What a margin is given in: a share of the damage, or the loss's own unit (nats, error rates)."""


@dataclasses.dataclass(frozen=True)
class EquivalenceTest:
    """One row against the intact model by one loss, see ``aann.statistics.equivalence``.

    Attributes:
        row: name of the row.
        against: what it is tested against.
        metric: the loss.
        gap: mean loss of the row less that of the other.
        low: lower end of the interval behind the tests (of 2 * confidence - 1).
        high: upper end.
        margin: a share of the damage, or a loss, as ``unit`` says.
        unit: one of ``Unit``.
        allowed: the margin as a loss.
        confidence: of each one-sided bound.
        power: chance to decide with as many examples as below.
        verdict: ``"equivalent"``, ``"non-inferior"``, ``"worse"`` or ``"undecided"``.
        needed: examples for non-inferiority if the gap is as seen; None where it is not below the
            margin, or examples are in groups.
        needed_equivalent: likewise for equivalence.
        simulated: whether these come from simulation, or from the delta method.
    """

    row: str
    against: str
    metric: str
    gap: float
    low: float
    high: float
    margin: float
    unit: str
    allowed: float
    confidence: float
    power: float
    verdict: str
    needed: int | None
    needed_equivalent: int | None
    simulated: bool = False

    __repr__ = brief

    def __str__(self) -> str:
        if self.verdict != "undecided":
            return self.verdict
        if self.allowed <= 0:
            return "undecided: zeroing does no damage here, of which a share is no margin"
        if self.gap >= self.allowed:
            return "undecided: the gap seen is above the margin"
        if self.needed is None:
            return "undecided"
        return f"undecided: n = {self.needed:,} would decide with {self.power:.0%} power"
