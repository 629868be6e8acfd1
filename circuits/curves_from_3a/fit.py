"""Constants of ``curves_from_3a``, from measured tuning and design images.

Directions and classes of the units of the layer below are measured with synthetic pictures
(``tuning``). Which of them to read, how loud each is, and the constants of the curve
detectors themselves are fitted: squared error on design images goes down by gradient, first with
the ``CANDIDATES`` units of strongest tuning, then with the ``KEPT`` loudest of those, last with
their directions free too. Gains are raised at last by one factor, as for the program from pixels.

``python -m circuits.curves_from_3a.fit`` prints the constants of the mirrored checkpoint, and how
well they do on design images that they were not fitted on.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

import aann
from aann.shown.brief import brief
from circuits.curves import fit as curve_calibration
from circuits.curves import mirrored, one_arc
from circuits.curves.cells import measure as measure_cells
from circuits.curves.checks import check, check_fires, check_grids, warn_of_the_mean
from circuits.curves.family import Family
from circuits.curves_from_3a import program as curves_from_3a
from circuits.curves_from_3a.choice import Chosen, check_kinds, choose
from circuits.curves_from_3a.provenance import constants
from circuits.curves_from_3a.tuning import measure
from circuits.fitting import loudness
from circuits.fitting.descent import (
    Evidence,
    correlations,
    descend,
    gather,
    least_squares_gain,
    spread,
)

IMAGES = 320
CANDIDATES = 64
KEPT = 36
"""Chosen on a quarter of the design images. With 60, 35, 24 and 16 units, fitted to the rest, the
correlation there was 0.83, 0.82, 0.79 and 0.75."""

TEMPLATE = {
    "curve_tuning": 6.0,
    "line_tuning": 4.0,
    "crossing": 0.2,
    "early_threshold": 0.3,
    "threshold": 0.0,
}
"""Where the search begins; activations in units of their spread."""

STEPS = {
    **one_arc.STEPS,
    "curve_gain": 0.4,
    "line_gain": 0.4,
    "curve_tuning": 0.3,
    "line_tuning": 0.3,
    "crossing": 0.2,
    "early_threshold": 0.3,
    "threshold": 0.3,
}
TURNS = {"curve_direction": 10.0, "line_normal": 10.0}
LOGARITHMIC = ("gain", "curve_tuning", "line_tuning")
FIT = f"python -m circuits.curves_from_3a.fit: squared error on {IMAGES} design images"


class Calibrated(NamedTuple):
    """The program, and the one with all directions below as they were measured."""

    own: aann.Replacement
    measured: aann.Replacement

    def __repr__(self) -> str:
        return brief(self)


def calibrate(
    model: aann.Model,
    family: Family,
    design: aann.Design,
    read: str = "mixed3a",
    *,
    images: int = IMAGES,
    kept: int = KEPT,
) -> Calibrated:
    """``curves_from_3a`` in place of ``family``.

    Args:
        model: the model.
        family: units and rough directions.
        design: images to fit on.
        read: the site below, on the same grid of stride 8.
        images: how many images, evenly spread over their names.
        kept: how many units of ``read`` the program reads.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: there is no family; a grid is not the program's, ``read`` has fewer than
            ``kept`` units, or all that are kept are of one kind; or a unit fires on no image.

    Warns:
        UserWarning: as ``circuits.curves.fit.calibrate``.
    """
    check(model, family)
    cells = measure_cells(model, read, family.inputs)
    check_grids(cells, family.cells)
    if not 1 <= kept <= cells.channels:
        raise ValueError(
            f"kept is between 1 and the {cells.channels} units of {read!r}, got {kept}"
        )
    few = spread(design, images)
    seen = gather(model, family.site, family.units, few, read, axis=cells.axis)
    tuned = measure(model, cells, family.inputs)
    spreads = seen.seen.std((0, 1, 2), dtype=np.float64) + 1e-6
    candidates = choose(tuned, tuned.strength / spreads, max(CANDIDATES, kept))
    first = fit(begin(family, candidates), candidates, seen, spreads)
    loud = np.abs(np.concatenate([first.curve_gain, first.line_gain]))
    loudness_of = np.zeros(len(spreads))
    loudness_of[candidates.channels] = loud
    chosen = choose(tuned, loudness_of, kept)
    check_kinds(chosen)
    measured = fit(keep(first, candidates, chosen), chosen, seen, spreads)
    own = fit(measured, chosen, seen, spreads, turning=True)
    rest = curve_calibration.others(design, few)

    def raised(fitted: aann.Constants) -> aann.Replacement:
        """The program with its gains raised by the factor that is best on other images."""
        made = (fitted, chosen, spreads, len(few), TEMPLATE)

        def program(found: dict[str, aann.Constant]) -> aann.Replacement:
            return curves_from_3a.replacement(
                model.name, family.site, read, family.units, found, cells.axis
            )

        start = program(constants(*made))
        check_fires(family, lambda x: curves_from_3a.read_curves(x, start.values), seen)
        factor = loudness.choose(model, start, rest)
        warn_of_the_mean(factor, family)
        return program(constants(*made, factor))

    return Calibrated(raised(own), raised(measured))


def begin(family: Family, chosen: Chosen) -> aann.Constants:
    """Where the search begins: what was measured, and all units equally loud."""
    shape = curve_calibration.values({n: one_arc.SHAPE[n] for n in curves_from_3a.FROM_PIXELS})
    zero = jnp.zeros(len(family.units))  # both sites are on one grid
    start = {
        **one_arc.begin(family, shape),
        "right": zero,
        "up": zero,
        **{n: jnp.float32(x) for n, x in TEMPLATE.items()},
        "curve_direction": jnp.asarray(chosen.tuning.direction[chosen.curves], jnp.float32),
        "line_normal": jnp.asarray(chosen.tuning.normal[chosen.lines], jnp.float32),
        "curve_gain": jnp.full(len(chosen.curves), 0.5),
        "line_gain": jnp.full(len(chosen.lines), 0.5),
    }
    return aann.Constants(start)


def fit(
    start: aann.Constants,
    chosen: Chosen,
    evidence: Evidence,
    spreads: np.ndarray,
    *,
    turning: bool = False,
) -> aann.Constants:
    """Constants of least squared error; ``turning``: with the directions below free too."""
    seen = evidence.seen[..., chosen.channels] / np.float32(spreads[chosen.channels])
    evidence = Evidence(seen, evidence.natural)
    program = curves_from_3a.unit_curves
    scale = least_squares_gain(program, start, evidence)
    start = aann.Constants({**start, "gain": start.gain * scale})
    steps = {**STEPS, **(TURNS if turning else {})}
    return descend(program, start, evidence, steps=steps, logarithmic=LOGARITHMIC)


def keep(c: aann.Constants, old: Chosen, new: Chosen) -> aann.Constants:
    """Constants with the entries of the units that are kept."""
    kept = dict(c)
    for names, before, after in (
        (curves_from_3a.CURVES, old.curves, new.curves),
        (curves_from_3a.LINES, old.lines, new.lines),
    ):
        places = np.asarray([before.tolist().index(channel) for channel in after], int)
        kept |= {name: c[name][places] for name in names[1:]}
    return aann.Constants(kept)


def main(argv: list[str] | None = None) -> None:
    """Print the constants of the mirrored checkpoint."""
    model, family, design = mirrored.begin("circuits.curves_from_3a.fit", __doc__, argv)
    found = calibrate(model, family, design)
    print("units", family.units)
    for name, constant in found.own.constants.items():
        print(name, np.asarray(constant.value).tolist())
    fitted_on = set(spread(design, IMAGES).names)
    rest = design.take([i for i, name in enumerate(design.names) if name not in fitted_on])
    seen = gather(model, family.site, family.units, rest, "mixed3a")
    for what, program in found._asdict().items():
        shown = correlations(program.program, program.values, seen)
        print(f"directions {what}: mean correlation on {len(rest)} other design images", end=" ")
        print(f"{shown.mean():.3f}")


if __name__ == "__main__":
    mirrored.run(main)
