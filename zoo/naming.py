"""Names that are looked up, and the error that lists what there is."""

import difflib
from collections.abc import Collection
from typing import Any


def known(name: Any, names: Collection[str], message: str) -> None:
    """Refuse a name that is not among ``names``.

    Args:
        name: what the user gave.
        names: what there is.
        message: the error's start, ``"no model is called"``, say.

    Raises:
        ValueError: with all names, and those close to ``name``.
    """
    if isinstance(name, str) and name in names:
        return
    if not isinstance(name, str):
        hint = f"; a name is a string, got {type(name).__name__}"
    else:
        close = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
    raise ValueError(f"{message} {name!r}; there are {', '.join(names)}{hint}")
