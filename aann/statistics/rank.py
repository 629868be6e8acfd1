"""Where one value stands among draws of a reference distribution: a Monte-Carlo p-value.

p = (1 + number of draws at least as good) / (1 + number of draws) counts the value itself among the
draws, so that under exchangeability P(p <= a) <= a for every a (Davison and Hinkley, "Bootstrap
Methods and their Application", 1997, section 4.2). Other draws would give another p: the interval
is Wilson's (1927) for the share of all possible draws that are at least as good.
"""

from typing import NamedTuple

from aann.shown.brief import brief


class Rank(NamedTuple):
    """Where a value stands.

    Attributes:
        quantile: the share of draws that it beats.
        p: one-sided.
        low: lower end of the interval of the p that infinitely many draws would give; p itself
            where nothing is left to draw.
        high: upper end.
    """

    quantile: float
    p: float
    low: float
    high: float

    def __repr__(self) -> str:
        return brief(self)


def rank(as_good: int, n: int, *, enumerated: bool = False, confidence: float = 0.95) -> Rank:
    """Where a value stands among ``n`` draws of which ``as_good`` are at least as good.

    Args:
        as_good: how many; ties count.
        n: draws.
        enumerated: the draws are all that there are.
        confidence: of the interval.

    Raises:
        ValueError: there are no draws, or more are as good than there are.
    """
    if not 0 <= as_good <= n or n < 1:
        raise ValueError(f"of at least one draw some are as good, got {as_good} of {n}")
    p = (1 + as_good) / (1 + n)
    low, high = (p, p) if enumerated else wilson(as_good, n, confidence)
    return Rank(1 - as_good / n, p, low, high)


def wilson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval for a probability."""
    from scipy.stats import binomtest  # noqa: PLC0415 - when it is needed

    ends = binomtest(successes, n).proportion_ci(confidence, method="wilson")
    return float(ends.low), float(ends.high)
