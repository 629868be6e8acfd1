"""What stands for an object while a pickle is read, and its replacement at the end.

A tensor cannot be built when the pickle speaks of it: its numbers come later in the file. Until
then a ``Placeholder`` stands for it; ``settle`` puts the objects in their places.

Sharp edges: structures that contain themselves are refused, and so is what is nested deeper than
``DEEPEST``.
"""

import abc
from typing import Any, Final

DEEPEST: Final = 100
"""Levels of nesting; checkpoints have five or so."""

TOO_DEEP: Final = f"the pickle contains itself, or is nested deeper than {DEEPEST} levels"

_PLAIN = (str, bytes, int, float, type(None))  # bool is an int


class Placeholder(abc.ABC):
    """Stands for an object until the whole pickle has been read."""

    @abc.abstractmethod
    def value(self) -> Any:
        """The object. Raises ValueError where it cannot be built."""

    def set_state(self, state: Any) -> None:
        """What the pickle's BUILD instruction hands over; most objects have nothing to set."""
        raise ValueError(f"the pickle gives state to a {type(self).__name__}, which has none")


def settle(value: Any) -> Any:
    """Replace all placeholders inside ``value`` by what they stand for; shared parts stay shared.

    Raises:
        ValueError: the structure contains itself, or is nested deeper than ``DEEPEST``; or a
            placeholder cannot be built, or something is no data.
    """
    return value if isinstance(value, _PLAIN) else _settle(value, {}, 0)


def _settle(value: Any, done: dict[int, tuple[Any, Any]], depth: int) -> Any:
    if id(value) in done:
        return done[id(value)][1]
    if depth > DEEPEST:
        raise ValueError(TOO_DEEP)

    def inside(item: Any) -> Any:
        return item if isinstance(item, _PLAIN) else _settle(item, done, depth + 1)

    new: Any
    if isinstance(value, Placeholder):
        new = value.value()
    elif isinstance(value, dict):
        new = {key: inside(item) for key, item in value.items()}
    elif isinstance(value, list):
        new = [inside(item) for item in value]
    elif isinstance(value, tuple):
        new = tuple(inside(item) for item in value)
    else:
        raise ValueError(f"the pickle holds {str(value)[:100]} where data are expected")
    done[id(value)] = value, new  # the old value is kept alive, so that its id stays its own
    return new
