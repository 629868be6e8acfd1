"""Constants of ``curves_from_3a``, from measured tuning and design images.

Directions and classes of the units of the layer below are measured with synthetic pictures
(``early_tuning``). Which of them to read, how loud each is, and the constants of the curve
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
from circuits.curves_from_3a.tuning import EarlyTuning, measure
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


class Chosen(NamedTuple):
    """Units of the layer below: channels, early curves first, and the measured angle of each."""

    curves: np.ndarray
    lines: np.ndarray
    tuning: EarlyTuning

    @property
    def channels(self) -> np.ndarray:
        """All of them, in the program's order."""
        return np.concatenate([self.curves, self.lines])


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
    return Calibrated(*(constants(c, chosen, spreads, len(seen.seen)) for c in (own, measured)))


def choose(tuned: EarlyTuning, score: np.ndarray, n: int) -> Chosen:
    """The ``n`` units of highest score, best first in each class."""
    best = np.argsort(-score, kind="stable")[:n]
    curved = tuned.curved[best]
    return Chosen(best[curved], best[~curved], tuned)


def check_kinds(chosen: Chosen) -> None:
    """Check that there are units of both kinds.

    Raises:
        ValueError: there are not.
    """
    if not (len(chosen.curves) and len(chosen.lines)):
        raise ValueError(
            f"the program needs early curves and lines, but of the {len(chosen.channels)} units of "
            f"{chosen.tuning.site!r} that count {len(chosen.curves)} are early curves: raise kept, "
            "or read another site"
        )


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


def constants(
    fitted: aann.Constants, chosen: Chosen, spreads: np.ndarray, images: int
) -> dict[str, aann.Constant]:
    """What was fitted, rounded to the digits that count and with notes where it is from.

    Args:
        fitted: constants for activations in units of their spread.
        chosen: the units of the layer below.
        spreads: of all its units.
        images: how many were fitted on.
    """
    note = f"squared error on {images} design images"
    own = curve_calibration.rounded(fitted, boost=1.0)
    result = {n: curve_detectors.SHAPE[n] for n in curves_from_3a.FROM_PIXELS}
    result |= {n: aann.Constant(two_digits(fitted[n]), "fitted", note) for n in TEMPLATE}
    result |= {n: aann.Constant(x, "fitted", note) for n, x in own.items()}
    for names, channels, measured in (
        (curves_from_3a.CURVES, chosen.curves, chosen.tuning.direction),
        (curves_from_3a.LINES, chosen.lines, chosen.tuning.normal),
    ):
        which, angle, gain = names
        turn = 360.0 if angle == "curve_direction" else 180.0
        angles = np.asarray(fitted[angle], np.float64)
        as_measured = np.allclose(angles, measured[channels], atol=1e-3)
        result |= {
            which: aann.Constant(channels, "fitted", f"{note}: the loudest"),
            angle: aann.Constant(
                whole_degrees(angles, turn),
                "derived" if as_measured else "fitted",
                "synthetic curves and lines" if as_measured else f"{note}, from measured tuning",
            ),
            gain: aann.Constant(two_digits(fitted[gain] / spreads[channels]), "fitted", note),
        }
    return result


def whole_degrees(angles: object, turn: float) -> np.ndarray:
    """Angles to the degree, from 0 to below ``turn``."""
    degrees: np.ndarray = np.round(np.asarray(angles, np.float64)) % turn
    return degrees


def two_digits(values: object) -> float | list[float]:
    """Numbers to two significant digits."""
    array = np.asarray(values, np.float64)
    digits = [float(f"{x:.2g}") for x in array.ravel()]
    return digits if array.ndim else digits[0]


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
