"""``aann.residuals`` as it is used at the keyboard: call it, or ask it by name.

The names come when they are asked for, so that ``import aann`` stays light.
"""

import types
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aann.data.examples import Examples
    from aann.machine.machine import Machine
    from aann.model import Model
    from aann.program.replacement import Replacement
    from aann.residuals.lab import Lab


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
        """See ``aann.residuals.lab.open_lab``."""
        from aann.residuals.lab import open_lab  # noqa: PLC0415 - when it is asked for

        return open_lab(
            model, replacements, examples, batch_size=batch_size, progress=progress, machine=machine
        )


if TYPE_CHECKING:
    residuals: Door
