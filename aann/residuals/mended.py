"""What mending errors gives, as plain data that shows itself as a table."""

import dataclasses

import numpy as np
from jaxtyping import Float32, Int

from aann.report.estimate import Estimate
from aann.shown.brief import brief
from aann.shown.screen import Shown, Tabular
from aann.statistics.interval import Setting


@dataclasses.dataclass(frozen=True)
class Mended:
    """What mending some errors gives.

    Attributes:
        name: which errors: ``"1% costliest"``, ``"1% at random"`` or ``"unit 379 of ours"``.
        share: of the positions that are mended; None for a unit.
        count: positions that are mended, over all examples.
        closed: share of the gap that is closed.
        loss: mean.
    """

    name: str
    share: float | None
    count: int
    closed: Estimate
    loss: float

    __repr__ = brief


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Gains(Tabular):
    """Gains from mending.

    Attributes:
        metric: the loss that is measured.
        ranked_by: the loss by whose costs positions and units are ranked.
        names: of the examples.
        split: of the examples.
        costliest: by share.
        random: likewise, as many positions at random.
        units: units mended one by one, the costliest first.
        which: (k, 2) integers: of each of ``units`` the replacement and the unit's place in it.
        intact: (n,) losses of the intact model.
        spliced: (n,) with the programs in place.
        losses: (shares + shares + units, n) with some errors mended.
        setting: of the intervals.
    """

    metric: str
    ranked_by: str
    names: tuple[str, ...]
    split: str
    costliest: tuple[Mended, ...]
    random: tuple[Mended, ...]
    units: tuple[Mended, ...]
    which: Int[np.ndarray, "k 2"]
    intact: Float32[np.ndarray, " n"]
    spliced: Float32[np.ndarray, " n"]
    losses: Float32[np.ndarray, "rows n"]
    setting: Setting

    def _shown(self) -> Shown:
        rows = [
            [m.name, f"{m.count:,}", str(m.closed), f"{m.loss:.4g}"]
            for pair in zip(self.costliest, self.random, strict=True)
            for m in pair
        ]
        rows += [[m.name, f"{m.count:,}", str(m.closed), f"{m.loss:.4g}"] for m in self.units]
        return Shown(
            [f"gap in {self.metric} closed by mending: {len(self.names):,} {self.split} examples",
             f"intact {self.intact.mean():.4g}, program {self.spliced.mean():.4g}; ranked by costs "
             f"in {self.ranked_by}"],
            [["mended", "positions", "closed", "loss"], *rows],
            ["mended: natural values there, the program everywhere else"],
        )  # fmt: skip
