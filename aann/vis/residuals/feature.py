"""The residual's own feature visualisation: pictures on which a program misses most."""

from typing import Any

from aann.model import Model
from aann.program.replacement import Replacement
from aann.vis.features.objectives.program import natural_minus_artificial
from aann.vis.features.visualise import visualise
from aann.vis.features.visualised import Visualised


def residual_feature(
    model: Model,
    program: Replacement,
    unit: int | None = None,
    *,
    over: bool = False,
    **options: Any,
) -> Visualised:
    """Pictures with the largest mean over positions of natural minus artificial, or its opposite.

    Args:
        model: takes pictures.
        program: a replacement of it; it reads the intact model.
        unit: one of its units; by default the mean of all.
        over: whether pictures are wanted on which the program fires and the units do not.
        **options: of ``aann.vis.visualise``.

    Raises:
        ValueError: the program runs on the host, so that it has no gradient; it does not replace
            the unit; the model takes no pictures.
    """
    if program.host:
        raise ValueError(
            f"program {program.name!r} runs on the host, so that nothing can be optimised through "
            "it: look at lab.worst(...) instead, or write it with jax.numpy"
        )
    objective = natural_minus_artificial(program, unit)
    return visualise(model, -objective if over else objective, **options)
