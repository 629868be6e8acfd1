"""A part of the page of a residual lab, and what such a page shows."""

import dataclasses
from collections.abc import Callable
from typing import TypeVar

from matplotlib.figure import Figure

from aann.evaluation.network_settings import Networks
from aann.shown.brief import brief
from aann.shown.screen import Tabular
from aann.vis.features.given import PIXELS

NETWORKS = Networks(weights=(300, 1_000, 3_000), steps=600)
"""What a page has time for."""
STEPS = 96
"""Of the optimiser of pictures, likewise."""

Found = TypeVar("Found")


@dataclasses.dataclass(frozen=True)
class PageSettings:
    """What a page of a lab shows.

    Attributes:
        metric: the loss whose gap is looked into: ``"kl"`` or ``"nll"``.
        sizes: networks from the same reads to stand beside the program; None leaves out all that
            is trained on them.
        low_high: what black and white are for a model of pictures.
        steps: of the optimiser of pictures; 0 leaves those out.
        seed: of everything that is random.
        progress: show bars on a terminal, lines in the log elsewhere.
    """

    metric: str = "kl"
    sizes: Networks | None = NETWORKS
    low_high: tuple[float, float] = PIXELS
    steps: int = STEPS
    seed: int = 0
    progress: bool = True

    __repr__ = brief


@dataclasses.dataclass
class Chapter:
    """Tables and figures that belong together, and what could not be had.

    Attributes:
        heading: a few words.
        tables: that print themselves.
        figures: name -> figure with a caption.
        notes: what was left out, and why.
    """

    heading: str
    tables: list[Tabular] = dataclasses.field(default_factory=list)
    figures: dict[str, Figure] = dataclasses.field(default_factory=dict)
    notes: list[str] = dataclasses.field(default_factory=list)

    __repr__ = brief

    def tried(self, what: str, measure: Callable[[], Found]) -> Found | None:
        """What is measured, or None and a note where it cannot be."""
        try:
            return measure()
        except (ValueError, TypeError) as error:
            first = (str(error).splitlines() or [type(error).__name__])[0]
            self.notes.append(f"Left out: {what} ({first.rstrip('.')}).")
            return None
