"""A program's residual on some examples: observed once, then looked at from all sides."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from aann.bench.suited import check_programs
from aann.bench.workbench import Workbench, workbench
from aann.data.batches import size_for
from aann.data.examples import Examples
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


@dataclasses.dataclass(frozen=True, eq=False)
class Lab:
    """What was observed of some programs, and how to ask about it.

    Attributes:
        bench: the model cut at the units, compiled.
        examples: that are looked at.
        parts: what was observed, one for each replacement.
    """

    bench: Workbench
    examples: Examples
    parts: tuple[Observed, ...]

    __repr__ = brief

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
        examples: to look at: a ``Design``.
        batch_size: of the compiled functions; by default by the size of an example.
        progress: show it.
        machine: devices, processes, memory and disk to use.

    Raises:
        TypeError: a program returns another dtype or cannot be traced.
        ValueError: unknown sites, units out of range, wrong shapes; NaN or infinity; more values
            than ``machine.memory``.
    """
    machine = machine or Machine()
    bench = workbench(
        model, replacements, size_for(len(examples), model, batch_size, machine), machine
    )
    check_programs(bench, [bench.replacements])
    check_scoring(bench, examples)
    return Lab(bench, examples, tuple(observe(bench, examples, progress=progress)))
