"""What was passed for something else: the kinds of a replacement's parts."""

from collections.abc import Iterable, Mapping
from typing import Any

from aann.shown.brief import word


def kind_problems(replacement: Any) -> list[str]:
    """Parts of a replacement that are no function, names, axes or constants."""
    problems = []
    if not callable(replacement.program):
        problems.append(f"program is a function, got {word(replacement.program)}")
    for what in ("model", "site", "name"):
        value = getattr(replacement, what)
        if not isinstance(value, str):
            problems.append(f"{what} is a string, got {word(value)}")
    for what in ("axis", "position_axis"):
        value = getattr(replacement, what)
        if isinstance(value, bool) or not hasattr(value, "__index__"):
            problems.append(f"{what} is the number of an axis, got {word(value)}")
    reads, constants = replacement.reads, replacement.constants
    if isinstance(reads, str) or not isinstance(reads, Iterable):
        problems.append(f"reads is a list of names of sites, got {word(reads)}")
    if not isinstance(constants, Mapping):
        problems.append(f"constants is a dict, name to number, got {word(constants)}")
    return problems
