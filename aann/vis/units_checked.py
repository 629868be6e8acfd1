"""Units, data and numbers of a page, checked before minutes of work, not after."""

from collections.abc import Sequence

from aann.data.batches import batches
from aann.data.examples import Examples
from aann.model import Model
from aann.vis.features.given import (
    count_problems,
    input_problems,
    range_problems,
    refuse,
    site_problems,
)
from aann.vis.features.settings import slope_problems, unit_problems


def checked(
    model: Model, site: str, units: Sequence[int], data: Examples | None,
    low_high: tuple[float, float], *, several: int, **counts: int,
) -> tuple[int, ...]:  # fmt: skip
    """The units, if everything fits.

    Args:
        model: takes pictures.
        site: of the units.
        units: in any form of indices, one at least, each once.
        data: pictures for the model, if there are any.
        low_high: what black and white are for it.
        several: a whole number from 0 up.
        counts: name -> a whole number from 1 up.

    Raises:
        ValueError: with all problems; or data of another shape.
    """
    found, problems = unit_problems(units)
    chosen = found or ()
    problems += input_problems(model) + range_problems(low_high) + count_problems(**counts)
    problems += count_problems(several=several) if several != 0 else []
    problems += site_problems(model, site, chosen) + slope_problems(model)
    if len(set(chosen)) < max(len(chosen), 1) and not problems:
        problems.append(f"units are one at least, each once, got {list(chosen)}")
    refuse(problems)
    if data is not None:
        next(iter(batches(data.take(range(1)), 1, model)))  # refuses data of another shape
    return chosen
