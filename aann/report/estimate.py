"""Numbers of a report with their intervals."""

import dataclasses

from aann.shown.brief import brief
from aann.shown.digits import bracketed
from aann.statistics.interval import Interval


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A number with its interval; the numbers are None where it is not identified."""

    estimate: float | None
    low: float | None
    high: float | None
    identified: bool = True

    __repr__ = brief

    def __str__(self) -> str:
        if self.estimate is None or self.low is None or self.high is None:
            return "not identified"
        return bracketed(self.estimate, self.low, self.high, 3)

    @classmethod
    def of(cls, interval: Interval) -> "Estimate":
        """From the interval of one number."""
        if not interval.identified:
            return cls(None, None, None, identified=False)
        return cls(float(interval.estimate), float(interval.low), float(interval.high))


@dataclasses.dataclass(frozen=True)
class Damage:
    """The mean loss that zero-ablation adds, with its interval."""

    mean: float
    low: float
    high: float

    __repr__ = brief

    def __str__(self) -> str:
        return bracketed(self.mean, self.low, self.high, 4)

    @classmethod
    def of(cls, interval: Interval) -> "Damage":
        """From the interval of one number."""
        return cls(float(interval.estimate), float(interval.low), float(interval.high))
