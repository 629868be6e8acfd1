"""Constants of ``curves_from_3a``, from measured tuning and design images.

Directions and classes of the units of the layer below are measured with synthetic pictures
(``tuning``). Which of them to read, how loud each is, and the constants of the curve
detectors themselves are fitted: squared error on design images goes down by gradient, first with
the ``CANDIDATES`` units of strongest tuning, then with the ``KEPT`` loudest of those, last with
their directions free too. Gains are of least squared error: raising them as for the program from
pixels gained nothing on design images outside of the fit.

``python -m circuits.curves_from_3a.fit`` prints the constants of the mirrored checkpoint, and how
well they do on design images that they were not fitted on.
"""

from collections.abc import Mapping
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

import aann
from aann.vis.tuning import grid
from circuits.curves import fit as curve_calibration
from circuits.curves import mirrored
from circuits.curves import program as curve_detectors
from circuits.curves.family import Family
from circuits.curves_from_3a import program as curves_from_3a
from circuits.curves_from_3a.choice import Chosen, check_kinds, choose
from circuits.curves_from_3a.provenance import constants
from circuits.curves_from_3a.tuning import measure
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
    **curve_calibration.STEPS,
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
    """The program's constants, and those with all directions below as they were measured."""

    own: dict[str, aann.Constant]
    measured: dict[str, aann.Constant]


def calibrate(
    model: aann.Model,
    family: Family,
    design: aann.Design,
    read: str = "mixed3a",
    *,
    images: int = IMAGES,
    kept: int = KEPT,
) -> Calibrated:
    """Constants for ``curves_from_3a`` in place of ``family``.

    Args:
        model: the model.
        family: units and rough directions.
        design: images to fit on.
        read: the site below, on the same grid of stride 8.
        images: how many images, evenly spread over their names.
        kept: how many units of ``read`` the program reads.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: a grid is not the program's, ``read`` has fewer than ``kept`` units, or all
            that are kept are of one kind.
    """
    curve_calibration.check(model, family.site, family)
    _, _, channels = grid(model, read)
    if not 1 <= kept <= channels:
        raise ValueError(f"kept is between 1 and the {channels} units of {read!r}, got {kept}")
    seen = gather(model, family.site, family.units, spread(design, images), read)
    tuned = measure(model, read, family.centre)
    spreads = seen.seen.std((0, 1, 2), dtype=np.float64) + 1e-6
    candidates = choose(tuned, tuned.strength / spreads, max(CANDIDATES, kept))
    first = fit(begin(family, candidates), candidates, seen, spreads)
    loud = np.abs(np.concatenate([first.curve_gain, first.line_gain]))
    loudness = np.zeros(len(spreads))
    loudness[candidates.channels] = loud
    chosen = choose(tuned, loudness, kept)
    check_kinds(chosen)
    measured = fit(keep(first, candidates, chosen), chosen, seen, spreads)
    own = fit(measured, chosen, seen, spreads, turning=True)
    n = len(seen.seen)
    return Calibrated(*(constants(c, chosen, spreads, n, TEMPLATE) for c in (own, measured)))


def begin(family: Family, chosen: Chosen) -> aann.Constants:
    """Where the search begins: what was measured, and all units equally loud."""
    shape = curve_calibration.values(
        {n: curve_detectors.SHAPE[n] for n in curves_from_3a.FROM_PIXELS}
    )
    start = {
        **curve_calibration.begin(family, shape),
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
    for name, constant in found.own.items():
        print(name, np.asarray(constant.value).tolist())
    fitted_on = set(spread(design, IMAGES).names)
    rest = design.take([i for i, name in enumerate(design.names) if name not in fitted_on])
    seen = gather(model, family.site, family.units, rest, "mixed3a")
    for what, chosen in found._asdict().items():
        c: Mapping[str, aann.Constant] = chosen
        program = curves_from_3a.replacement(model.name, family.site, "mixed3a", family.units, c)
        shown = correlations(program.program, program.values, seen)
        print(f"directions {what}: mean correlation on {len(rest)} other design images", end=" ")
        print(f"{shown.mean():.3f}")


if __name__ == "__main__":
    mirrored.run(main)
