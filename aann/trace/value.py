"""Names for the values in the middle of a program.

``s = aann.value("s", x)`` returns ``x``, like ``aann.site``, and marks it as what the program calls
``s``. A hypothesis says which of a network's activations each such value stands for; scrubbing and
interchange interventions read the values and what is computed from which.

The mark is a site called ``value.s``: names of values never clash with those of a model's sites,
and of a model with the program spliced in the values can be captured like any site.
"""

import re
from typing import TypeVar

from aann.trace.site import site_p

T = TypeVar("T")

PREFIX = "value."
"""In a traced program the value ``s`` is the site ``value.s``."""


def value(name: str, x: T) -> T:
    """Mark ``x`` as what a program calls ``name`` and return it unchanged.

    Args:
        name: how a hypothesis speaks of it; letters, digits and ``_``.
        x: an array with the batch as its first axis.

    Raises:
        ValueError: the name is empty or has other characters.
        TypeError: the name is not a string, or ``x`` is not one array.
    """
    if not isinstance(name, str):
        raise TypeError(f"a value's name is a string, got {name!r}")
    if not re.fullmatch(r"\w+", name):
        raise ValueError(f"a value's name has letters, digits and '_', got {name!r}")
    if not hasattr(x, "shape") or not hasattr(x, "dtype"):
        raise TypeError(
            f"value {name!r} is one array, got {type(x).__name__}; mark each array of a structure "
            "under a name of its own"
        )
    marked: T = site_p.bind(x, name=f"{PREFIX}{name}", mapped=())
    return marked
