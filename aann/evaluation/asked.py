"""What is asked of a program beyond the ladder, checked before any work starts."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

from aann.shown.brief import brief, word
from aann.statistics.indices import is_count


@dataclasses.dataclass(frozen=True)
class Asked:
    """What to measure besides the rows of the ladder.

    Attributes:
        mixing: shares of the program, strictly between 0 and 1, in order: so much of it is mixed
            into the natural values.
        subsets: how many times to split the units at random into two halves.
        alone: whether to replace each unit alone.
    """

    mixing: tuple[float, ...] = ()
    subsets: int = 0
    alone: bool = False

    __repr__ = brief


def asked(mixing: Sequence[float] = (), subsets: int = 0, alone: bool = False) -> Asked:
    """The same, checked.

    Raises:
        ValueError: shares are not between 0 and 1 or occur twice, the number of splits is no
            number, or ``alone`` is neither True nor False: all problems.
    """
    given: Any = mixing
    other: Any = alone
    shares = [] if isinstance(given, str) or not hasattr(given, "__iter__") else list(given)
    problems = []
    if not shares and (isinstance(given, str) or not hasattr(given, "__iter__")):
        problems.append(f"mixing is a list of shares such as (0.25, 0.5, 0.75), got {word(given)}")
    if wrong := [x for x in shares if not _is_share(x)]:
        problems.append(
            "shares of mixing lie between 0 and 1, of which 0 (intact) and 1 (the program) are "
            f"always there: got {', '.join(map(word, wrong))}"
        )
    elif len({float(x) for x in shares}) < len(shares):
        problems.append(f"shares of mixing differ from each other, got {word(shares)}")
    if not (is_count(subsets) or (subsets == 0 and not isinstance(subsets, bool))):
        problems.append(
            f"subsets is how many times to split the units into halves, 0 or more: got "
            f"{word(subsets)}"
        )
    if not isinstance(other, bool):
        problems.append(f"alone is True (each unit by itself too) or False, got {word(other)}")
    if problems:
        raise ValueError("; ".join(problems))
    return Asked(tuple(sorted(map(float, shares))), int(subsets), alone)


def _is_share(x: Any) -> bool:
    if isinstance(x, bool | str):
        return False
    try:
        return math.isfinite(x) and 0 < x < 1
    except TypeError:
        return False
