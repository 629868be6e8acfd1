"""Looking at examples that reports are about: possible, loud, and kept in the ledger of looks."""

import warnings
from collections.abc import Sequence
from typing import Final

from aann.data.examples import Examples, HeldOut
from aann.program.replacement import Replacement
from aann.store.looked import FILE, VARIABLE, folder, looks, record

PEEKED: Final = (
    "NOT DESIGN EXAMPLES: what is changed after this is fitted to them, and reports will say so"
)


def head(split: str) -> list[str]:
    """First line of whatever is measured on examples that reports are about."""
    return [] if split == "design" else [PEEKED]


def warning(replacements: Sequence[Replacement], examples: Examples) -> str:
    """What is said before such a look."""
    names = ", ".join(repr(r.name) for r in replacements)
    before = max(len(looks(r, examples)) for r in replacements)
    which = (
        f"the HELD-OUT half of {examples.name!r}"
        if isinstance(examples, HeldOut)
        else f"{examples.name!r}, which was not divided: held-out examples are a part of it"
    )
    return (
        f"this looks at residuals of {names} on {which}. What is changed after it is fitted to "
        "these examples, and every later report of the program on any of them says that they were "
        f"looked at ({before} times before; the ledger is {folder() / FILE}). To look as often as "
        "you like, pass design examples: aann.split(examples)[0]"
    )


def keep(replacements: Sequence[Replacement], examples: Examples) -> None:
    """Write the look down.

    Warns:
        UserWarning: it cannot be written.
    """
    errors = [error for r in replacements if (error := record(r, examples)) is not None]
    if errors:
        warnings.warn(
            f"the look could not be written to {folder() / FILE} ({errors[0]}): only reports of "
            f"this process will say so. Set {VARIABLE} to a folder that can be written",
            UserWarning,
            stacklevel=3,
        )
