"""How deep the containers of a pickle are nested, known while they are built."""

from collections.abc import Iterable
from typing import Any, Final

from zoo.checkpoints.placeholder import DEEPEST, TOO_DEEP

_CONTAINERS: Final = (list, tuple, dict)


class Nesting:
    """Refuses deep nesting before millions of levels have been built.

    Sharp edge: what is put into a container that lies in another one already is not counted there.
    ``zoo.checkpoints.placeholder.settle`` finds that at the end.
    """

    def __init__(self) -> None:
        # the container is kept alive, so that its id stays its own
        self._levels: dict[int, tuple[Any, int]] = {}

    def put(self, items: Iterable[Any], container: Any) -> None:
        """Note that ``items`` are in ``container`` now.

        Raises:
            ValueError: it has more than ``DEEPEST`` levels below it.
        """
        inside = [self._below(item) for item in items if type(item) in _CONTAINERS]
        if inside:
            levels = max(self._below(container), 1 + max(inside))
            if levels > DEEPEST:
                raise ValueError(TOO_DEEP)
            self._levels[id(container)] = container, levels

    def _below(self, container: Any) -> int:
        return self._levels.get(id(container), (None, 0))[1]
