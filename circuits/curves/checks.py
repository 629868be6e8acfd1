"""What calibration refuses, and what it warns of: no family, another grid, silence, the mean."""

import warnings
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

import aann
from circuits.curves import placed
from circuits.curves.cells import Cells
from circuits.curves.family import Family
from circuits.fitting.descent import BATCH, Evidence
from circuits.fitting.loudness import Loudness


def check(model: aann.Model, family: Family) -> placed.Placing:
    """Check that the program fits the site, and how it is placed there.

    Raises:
        ValueError: with all problems.

    Warns:
        UserWarning: some units are not tuned.
    """
    cells = family.cells
    picture = family.inputs.shape(model)
    problems = placed.spacing_problems(cells)
    if not family.exists:
        problems.append(str(family))
    found = jax.eval_shape(aann.capture(model, [cells.site]), model.batch(1))[1][cells.site].shape
    if found != cells.shape:
        problems.append(
            f"{cells.site!r} of {model.name!r} is {found}, but the family was found on "
            f"{cells.shape}"
        )
    if problems:
        raise ValueError("cannot calibrate: " + "; ".join(problems))
    if strange := [u for u in family.units if u not in family.tuned]:
        warnings.warn(
            f"units {strange} of {cells.site!r} are not tuned to the direction of curves: "
            "calibrated all the same; ask find_family for fewer units to leave them out",
            stacklevel=3,
        )
    return placed.placing(family.inputs, picture, cells)


def check_grids(below: Cells, above: Cells) -> None:
    """Check that two sites have one grid and one layout.

    Raises:
        ValueError: they have not.
    """
    one, other = ((c.rows, c.columns, c.axis) for c in (below, above))
    away = max(abs(a - b) for a, b in zip(below.first, above.first, strict=True))
    if one != other or placed.spacing_problems(below) or away > placed.STEP / 2:
        raise ValueError(
            f"{below.site!r} and {above.site!r} have to share a grid of cells {placed.STEP} pixels "
            f"apart; they are {below} and {above}"
        )


def warn_of_the_mean(chosen: Loudness, family: Family) -> None:
    """Warn where a program is not worth more than numbers that do not look at the picture."""
    if chosen.kl >= min(chosen.mean, chosen.zero):
        warnings.warn(
            f"no gain makes the program of {family.site!r} better than constant units: on "
            f"{chosen.images} design images KL(intact || spliced) is {chosen.kl:.3g}, with the "
            f"units at their means {chosen.mean:.3g}, at zero {chosen.zero:.3g}",
            stacklevel=3,
        )


def check_fires(
    family: Family, program: Callable[[jax.Array], jax.Array], evidence: Evidence
) -> None:
    """Check that no unit is zero everywhere.

    Args:
        family: the units.
        program: from what was seen to their maps, (batch, row, column, unit).
        evidence: of the design images.

    Raises:
        ValueError: with all that are.
    """
    run, seen = jax.jit(lambda x: program(x).max((0, 1, 2))), evidence.seen
    blocks = [run(jnp.asarray(seen[k : k + BATCH])) for k in range(0, len(seen), BATCH)]
    best = np.max(np.asarray(blocks), 0)
    if silent := [u for u, x in zip(family.units, best, strict=True) if not x > 0]:
        raise ValueError(
            f"the program is exactly 0 for units {silent} of {family.site!r}, on all "
            f"{len(seen)} design images: are pictures from {family.inputs.low:g} to "
            f"{family.inputs.high:g}, as the family says? Leave out what is no curve detector"
        )
