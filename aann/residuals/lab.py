"""A program's residual on some examples: observed once, then looked at from all sides."""

import dataclasses
from collections.abc import Sequence
from typing import Any
import warnings
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from aann.bench.suited import check_programs
from aann.bench.workbench import Workbench, workbench
from aann.data.batches import size_for
from aann.data.examples import Design, Examples
from aann.evaluation.scoring import check_scoring
from aann.machine.machine import Machine
from aann.machine.processes import ends_together
from aann.model import Model
from aann.program.replacement import Replacement
from aann.residuals.nearest import neighbours
from aann.residuals.observed import Observed, observe
from aann.residuals.predictable import predictability
from aann.residuals.predicted import Predictability
from aann.residuals.predictor import Predictors, network
from aann.residuals.reach import Bracket, bracket
from aann.residuals.unknowable import Unknowable
from aann.shown.brief import brief
from aann.residuals import peeking
from aann.residuals.about import ratio, shown
from aann.residuals.calibration import Calibration, calibration
from aann.residuals.components import Components, over_places, over_units
from aann.residuals.kinds import Kinds, kinds
from aann.residuals.observed import Observed, observe
from aann.residuals.quantiles import ErrorByQuantile, by_quantile
from aann.residuals.spectrum import Spectrum, spectrum
from aann.residuals.units import Units, agreement, units
from aann.residuals.where import Where, where
from aann.residuals.worst import Worst, worst
from aann.shown.brief import clip, counted
from aann.shown.screen import Shown, Tabular


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Lab(Tabular):
    """What was observed of some programs, and how to ask about it.

    Attributes:
        bench: the model cut at the units, compiled.
        examples: that are looked at.
        parts: what was observed, one for each replacement.
        kept: what was measured and is asked for again.
    """

    bench: Workbench
    examples: Examples
    parts: tuple[Observed, ...]
    kept: dict[Hashable, Any] = dataclasses.field(default_factory=dict, repr=False)

    def part(self, name: str | None = None) -> Observed:
        """What was observed of one replacement.

        Args:
            name: of the replacement; may be left out where there is one.

        Raises:
            KeyError: there is none of this name, or there are several and none was named.
        """
        names = [p.replacement.name for p in self.parts]
        if name is None and len(names) == 1:
            return self.parts[0]
        if name not in names:
            raise KeyError(f"name one of {', '.join(names)}; got {name!r}")
        return self.parts[names.index(name)]

    def network(self, size: Any, name: str | None = None, **more: Any) -> Predictors:
        """See ``aann.residuals.predictor.network``, of one replacement."""
        return network(*self._one(name), size=size, **more)

    def predictability(self, name: str | None = None, **more: Any) -> Predictability:
        """See ``aann.residuals.predictable.predictability``: beside one replacement."""
        model, program, design = self._one(name)
        return predictability(model, None, program, design=design, program=program, **more)

    def neighbours(self, name: str | None = None, **more: Any) -> Unknowable:
        """See ``aann.residuals.nearest.neighbours``, of one replacement and its residual."""
        return neighbours(*self._one(name), **more)

    def bracket(self, name: str | None = None, **more: Any) -> Bracket:
        """See ``aann.residuals.reach.bracket``, of one replacement."""
        return bracket(*self._one(name), **more)

    def _one(self, name: str | None) -> tuple[Model, Replacement, Any]:
        """The model, a replacement and the examples, of which nothing fits but a ``Design``."""
        return self.bench.model, self.part(name).replacement, self.examples
    def units(self, name: str | None = None) -> Units:
        """See ``aann.residuals.units.units``; ``name`` is that of a replacement, here and below."""
        return units(self.part(name))

    def by_quantile(self, name: str | None = None, *, bins: int = 10) -> ErrorByQuantile:
        """See ``aann.residuals.quantiles.by_quantile``."""
        return by_quantile(self.part(name), bins)

    def calibration(self, name: str | None = None, *, bins: int = 10) -> Calibration:
        """See ``aann.residuals.calibration.calibration``."""
        return calibration(self.part(name), bins)

    def worst(self, name: str | None = None, *, n: int = 10, per_example: int = 2) -> Worst:
        """See ``aann.residuals.worst.worst``."""
        return worst(self.part(name), n, per_example)

    def where(self, name: str | None = None) -> Where:
        """See ``aann.residuals.where.where``."""
        return where(self.part(name))

    def over_units(self, name: str | None = None, *, most: int = 10) -> Components:
        """See ``aann.residuals.components.over_units``."""
        return over_units(self.part(name), most)

    def over_places(
        self, name: str | None = None, *, most: int = 6, patch: int | None = None
    ) -> Components | None:
        """See ``aann.residuals.components.over_places``."""
        return over_places(self.part(name), most, patch)

    def spectrum(self, name: str | None = None) -> Spectrum | None:
        """See ``aann.residuals.spectrum.spectrum``."""
        return spectrum(self.part(name))

    def kinds(
        self, name: str | None = None, *, reach: int = 2, unknowable: float | None = None
    ) -> Kinds:
        """See ``aann.residuals.kinds.kinds``."""
        part = self.part(name)
        key = ("kinds", part.replacement.name, reach)
        found: Kinds = self.once(key, lambda: kinds(part, reach=reach))
        return found.joined(unknowable)

    def _shown(self) -> Shown:
        examples = self.examples
        rows = []
        for part in self.parts:
            r2, correlation = agreement(part)
            error = float(ratio(np.square(part.residual(), dtype=np.float64).sum(),
                                part.here.sum() * part.columns))  # fmt: skip
            r = part.replacement
            rows.append([r.name, r.site, str(len(r.units)),
                         *(shown(float(x.mean()), ".2f") for x in (correlation, r2)),
                         shown(error)])  # fmt: skip
        return Shown(
            [
                *peeking.head(examples.split),
                f"residual lab of {clip(self.bench.model.name, 40)}: "
                f"{counted(len(examples), 'example')} of {clip(examples.name, 40)} "
                f"({examples.split})",
            ],
            [["program", "site", "units", "correlation", "R2", "squared error"], *rows],
            ["correlation and R2: means over units; - where those of one are not defined"],
            left=2,
        )

    def once(self, key: Hashable, measure: Callable[[], Any]) -> Any:
        """What a measurement that takes long has found, or finds now.

        Args:
            key: its name and all that it depends on.
            measure: makes it.
        """
        if key not in self.kept:
            self.kept[key] = measure()
        return self.kept[key]


@ends_together
def open_lab(
    model: Model,
    replacements: Replacement | Sequence[Replacement],
    examples: Examples,
    *,
    batch_size: int | None = None,
    progress: bool = True,
    machine: Machine | None = None,
) -> Lab:
    """Observe a program, or several that are spliced in together.

    Args:
        model: the pretrained network.
        replacements: the program or programs.
        examples: to look at: a ``Design``. Others, held-out ones or such as were not divided, can
            be looked at, too: every later report of these programs on any of them says so.
        batch_size: of the compiled functions; by default by the size of an example.
        progress: show it.
        machine: devices, processes, memory and disk to use.

    Raises:
        TypeError: a program returns another dtype or cannot be traced.
        ValueError: unknown sites, units out of range, wrong shapes; NaN or infinity; more values
            than ``machine.memory``.

    Warns:
        UserWarning: these are no design examples.
    """
    machine = machine or Machine()
    bench = workbench(
        model, replacements, size_for(len(examples), model, batch_size, machine), machine
    )
    check_programs(bench, [bench.replacements])
    check_scoring(bench, examples)
    if not isinstance(examples, Design):
        warnings.warn(peeking.warning(bench.replacements, examples), UserWarning, stacklevel=4)
    parts = observe(bench, examples, progress=progress)
    if not isinstance(examples, Design) and machine.process[0] == 0:
        peeking.keep(bench.replacements, examples)
    return Lab(bench, examples, tuple(parts))
