"""Options that activation, path and attribution patching share, settled in one place."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict, TypeVar

from aann.program.axes import AXES
from aann.statistics.indices import is_count

DIRECTIONS = ("denoise", "noise")


class PatchingOptions(TypedDict, total=False):
    """Keywords that activation, path and attribution patching share.

    Attributes:
        by: axes of the patched sites along which places lie, as names or numbers:
            ``("position",)``, ``("head",)``, ``(1, 2)``. Without any the whole site is one place.
        direction: ``"denoise"``, the default, puts clean values into the corrupted run;
            ``"noise"`` corrupted ones into the clean run.
        batch_size: examples at a time; all of them by default.
        at_once: places at a time, 1 by default. More pays off on accelerators and on small batches.
        axes: last word of a site's name -> names of its axes; ``AXES`` by default.
    """

    by: Sequence[int | str]
    direction: str
    batch_size: int | None
    at_once: int
    axes: Mapping[str, Sequence[str]]


DEFAULTS: PatchingOptions = {
    "by": (), "direction": DIRECTIONS[0], "batch_size": None, "at_once": 1, "axes": AXES,
}  # fmt: skip
"""What options are where they are not given."""

Function = TypeVar("Function", bound=Callable[..., Any])


def with_options(function: Function) -> Function:
    """Name the options in a function's signature, where ``help`` and notebooks look for them."""
    own = inspect.signature(function)
    named = [p for p in own.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=value)
        for name, value in DEFAULTS.items()
    ]
    function.__signature__ = own.replace(parameters=[*named, *options])  # type: ignore[attr-defined]
    return function


def settled(options: PatchingOptions) -> tuple[PatchingOptions, list[str]]:
    """All options, defaults included, and what is wrong with them, whatever the sites are.

    Raises:
        TypeError: there are no such options.
    """
    known = PatchingOptions.__annotations__
    if unknown := sorted(options.keys() - known):
        raise TypeError(
            f"patching takes no {', '.join(unknown)}: its options are {', '.join(known)}"
        )
    chosen: PatchingOptions = {**DEFAULTS, **options}
    problems = []
    if (direction := chosen["direction"]) not in DIRECTIONS:
        problems.append(f"direction is 'denoise' or 'noise', got {direction!r}")
    if (size := chosen["batch_size"]) is not None and not is_count(size):
        problems.append(f"batch_size is at least 1, got {size!r}")
    if not is_count(at_once := chosen["at_once"]):
        problems.append(f"at_once is the number of places at a time, at least 1: got {at_once!r}")
    return chosen, problems
