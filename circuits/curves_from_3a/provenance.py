"""What a fit found, as constants of the program: rounded, each with a note where it is from."""

from collections.abc import Iterable

import numpy as np

import aann
from circuits.curves import fit as curve_calibration
from circuits.curves import one_arc
from circuits.curves_from_3a import program as curves_from_3a
from circuits.curves_from_3a.choice import Chosen
from circuits.fitting.loudness import Loudness


def constants(
    fitted: aann.Constants,
    chosen: Chosen,
    spreads: np.ndarray,
    images: int,
    scalars: Iterable[str],
    chosen_gain: Loudness | None = None,
) -> dict[str, aann.Constant]:
    """What was fitted, rounded to the digits that count and with notes where it is from.

    Args:
        fitted: constants for activations in units of their spread.
        chosen: the units of the layer below.
        spreads: of all its units.
        images: how many were fitted on.
        scalars: names of the single numbers that were fitted to all units together.
        chosen_gain: the factor by which the units' gains are raised, if any.
    """
    note = f"squared error on {images} design images"
    factor = chosen_gain.factor if chosen_gain else 1.0
    own = one_arc.rounded(fitted, factor)
    result = {n: one_arc.SHAPE[n] for n in curves_from_3a.FROM_PIXELS}
    result |= {n: aann.Constant(two_digits(fitted[n]), "fitted", note) for n in scalars}
    result |= {n: aann.Constant(x, "fitted", note) for n, x in own.items()}
    if chosen_gain:
        note_of_gain = f"{note}, then {curve_calibration.raised(chosen_gain)}"
        result["gain"] = aann.Constant(own["gain"], "fitted", note_of_gain)
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
