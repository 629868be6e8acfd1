"""What a wing asks for and a higher one gives: the door of ``aann`` says where, by name.

Imports run one way, so that a report cannot import what draws it. It asks for it by a name; which
module that is stands in ``aann/__init__.py``, above all wings, and it is imported when needed.
"""

import importlib
from typing import Any

_PLACES: dict[str, str] = {}


def provide(name: str, place: str) -> None:
    """Say where a thing is.

    Args:
        name: of the thing, for example ``figures of a report``.
        place: module and attribute, as ``aann.vis.pictures:pictures``.
    """
    _PLACES[name] = place


def provided() -> dict[str, str]:
    """Name -> place of all that was said."""
    return dict(_PLACES)


def get(name: str) -> Any:
    """The thing itself.

    Raises:
        LookupError: nobody said where it is.
    """
    if name not in _PLACES:
        raise LookupError(f"nothing provides {name!r}; known are {', '.join(_PLACES) or 'none'}")
    module, _, attribute = _PLACES[name].partition(":")
    return getattr(importlib.import_module(module), attribute)
