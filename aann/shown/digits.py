"""Numbers as text that keep the digits that say something."""


def bracketed(estimate: float, low: float, high: float, digits: int) -> str:
    """``0.870 [0.810, 0.910]``; numbers that so few digits cannot tell from 0 get an exponent."""
    largest = max(abs(estimate), abs(low), abs(high))
    mark = ".1e" if vanishes(largest, digits) else f".{digits}f"
    return f"{estimate:{mark}} [{low:{mark}}, {high:{mark}}]"


def short(number: float, digits: int) -> str:
    """``number`` with so many decimals, or with an exponent where these would say 0."""
    return f"{number:.1e}" if vanishes(abs(number), digits) else f"{number:.{digits}f}"


def vanishes(size: float, digits: int) -> bool:
    """Whether a size that is not 0 has no good digit among so many decimals."""
    return 0 < size < 5 * 10.0**-digits
