"""Numbers of a report as people read them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

SHOWN_UNITS = 20


def some(units: Sequence[int]) -> str:
    """The units, or the first of many."""
    shown = [str(u) for u in units[:SHOWN_UNITS]]
    return ", ".join(shown) + (", ..." if len(units) > SHOWN_UNITS else "")


def count(x: int | float | None) -> str:
    """A count with separators, rounded where it is large."""
    if x is None:
        return "-"
    return f"{x:,.0f}" if x < 1e7 else f"{x:.2g}"


def share(x: float | None) -> str:
    """Two decimals."""
    return "-" if x is None else f"{x:.2f}"


def numbers(value: Any) -> str:
    """The numbers in a constant."""
    return " ".join(f"{v:g}" for v in np.ravel(value))
