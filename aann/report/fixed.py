"""Lists, dicts and arrays that cannot be changed, and are otherwise what they were.

What a report hands out is the report itself: a loss that is changed by accident would be saved.
"""

import dataclasses
from typing import Any, NoReturn

import numpy as np

from aann.model import fixed as unchanging
from aann.shown.listing import Listing


def _refuse(self: object, *args: object, **more: object) -> NoReturn:
    raise TypeError(
        "what a report holds cannot be changed: copy it first (dict(...), list(...), np.array(...))"
    )


class FixedList(list[Any]):
    """A list that cannot be changed."""

    append = extend = insert = pop = remove = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (list(self),))


class FixedDict(dict[Any, Any]):
    """A dict that cannot be changed."""

    update = setdefault = pop = popitem = clear = __setitem__ = __delitem__ = __ior__ = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (dict(self),))


class FixedListing(Listing):
    """A ``Listing`` that cannot be changed, of arrays that cannot either."""

    update = setdefault = pop = popitem = clear = __setitem__ = __delitem__ = __ior__ = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (dict(self),))


def fixed(value: Any) -> Any:
    """A copy of lists and dicts, and of what is in them, that cannot be changed; others as is."""
    if isinstance(value, Listing):
        return FixedListing({name: unchanging(np.asarray(x)) for name, x in value.items()})
    if isinstance(value, dict):
        return FixedDict({name: fixed(x) for name, x in value.items()})
    if isinstance(value, list):
        return FixedList([fixed(x) for x in value])
    return value


def fix(data: Any) -> None:
    """Replace the fields of a dataclass by copies that cannot be changed."""
    for field in dataclasses.fields(data):
        object.__setattr__(data, field.name, fixed(getattr(data, field.name)))
