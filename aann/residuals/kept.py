"""What was measured and may be asked for again."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from aann.residuals.loss import Given

Found = TypeVar("Found")


class Kept(dict[Hashable, Any]):
    """Results by the name of a measurement and all that it depends on."""

    def once(self, key: Hashable, measure: Callable[[], Found]) -> Found:
        """What a measurement that takes long has found, or finds now.

        Args:
            key: its name and all that it depends on.
            measure: makes it.
        """
        if key not in self:
            self[key] = measure()
        found: Found = self[key]
        return found

    def loss(self, metric: Given) -> Hashable:
        """What a loss is kept under: its name, or the user's own one, which stays alive for it."""
        if isinstance(metric, str):
            return metric
        self[("metric", id(metric))] = metric
        return id(metric)
