"""``aann.residuals`` as it is used at the keyboard: call it, or ask it by name.

The names come when they are asked for, so that ``import aann`` stays light.
"""

import types
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aann.data.examples import Design, Examples
    from aann.machine.machine import Machine
    from aann.model import Model
    from aann.program.replacement import Replacement
    from aann.residuals.lab import Lab
    from aann.residuals.placed import Units
    from aann.residuals.predicted import Predictability
    from aann.residuals.predictor import Predictors
    from aann.residuals.reach import Bracket
    from aann.residuals.unknowable import Unknowable


class Door(types.ModuleType):
    """The package ``aann.residuals``, which can be called."""

    def __call__(
        self,
        model: "Model",
        replacements: "Replacement | Sequence[Replacement]",
        examples: "Examples",
        *,
        batch_size: int | None = None,
        progress: bool = True,
        machine: "Machine | None" = None,
    ) -> "Lab":
        """See ``aann.residuals.opened.open_lab``."""
        from aann.residuals.opened import open_lab  # noqa: PLC0415 - when it is asked for

        return open_lab(
            model, replacements, examples, batch_size=batch_size, progress=progress, machine=machine
        )

    def network(
        self, model: "Model", to_units: "Units", design: "Design", *, size: Any, **more: Any
    ) -> "Predictors":
        """See ``aann.residuals.predictor.network``."""
        from aann.residuals.predictor import network  # noqa: PLC0415 - when it is asked for

        return network(model, to_units, design, size=size, **more)

    def predictability(
        self,
        model: "Model",
        from_sites: str | Sequence[str] | None,
        to_units: "Units",
        *,
        design: "Design",
        **more: Any,
    ) -> "Predictability":
        """See ``aann.residuals.predictable.predictability``."""
        from aann.residuals.predictable import predictability  # noqa: PLC0415 - likewise

        return predictability(model, from_sites, to_units, design=design, **more)

    def neighbours(
        self, model: "Model", to_units: "Units", design: "Design", **more: Any
    ) -> "Unknowable":
        """See ``aann.residuals.nearest.neighbours``."""
        from aann.residuals.nearest import neighbours  # noqa: PLC0415 - likewise

        return neighbours(model, to_units, design, **more)

    def bracket(
        self, model: "Model", program: "Replacement", design: "Design", **more: Any
    ) -> "Bracket":
        """See ``aann.residuals.reach.bracket``."""
        from aann.residuals.reach import bracket  # noqa: PLC0415 - likewise

        return bracket(model, program, design, **more)


if TYPE_CHECKING:
    residuals: Door
