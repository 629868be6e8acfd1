"""Which half of a data set was asked for."""

from collections.abc import Callable

import aann


def choose(make: Callable[[], aann.Examples], split: str | None) -> aann.Examples:
    """All of a data set, or one of its fixed halves.

    Args:
        make: makes the data set; not called where ``split`` is wrong.
        split: ``"design"`` and ``"heldout"`` are the fixed halves (an ``aann.Design`` and an
            ``aann.HeldOut``), None is all of them.

    Raises:
        ValueError: no such split.
    """
    if split not in (None, "design", "heldout"):
        raise ValueError(f"split is 'design', 'heldout' or None, got {split!r}")
    examples = make()
    if split is None:
        return examples
    design, heldout = aann.split(examples)
    return design if split == "design" else heldout


def check_draw(n: int, seed: int, most: int | None = None) -> None:
    """Refuse numbers with which nothing can be drawn.

    Raises:
        ValueError: ``n`` is below 2 or above ``most``, or ``seed`` below 0; all are listed.
    """
    problems = []
    if n < 2 or (most is not None and n > most):
        problems.append(f"n is at least 2{f' and at most {most}' if most else ''}, got {n}")
    if not 0 <= seed < 2**31 - 1:
        problems.append(f"seed is a whole number from 0 to 2**31 - 2, got {seed}")
    if problems:
        raise ValueError("; ".join(problems))
