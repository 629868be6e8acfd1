"""What a fit found, as constants of the program: rounded, each with a note where it is from."""

from typing import Any

import numpy as np

import aann
from circuits.curves_from_3a import program as curves_from_3a
from circuits.curves_from_3a.search import Found
from circuits.fitting.loudness import Loudness

GRAIN = {
    "right": 0.25,
    "up": 0.25,
    "opposing": 0.02,
    "crowd": 0.02,
    "curvature": 0.002,
    "piece_along": 0.5,
    "piece_inward": 0.5,
    "own_along": 0.5,
    "own_inward": 0.5,
}
"""What constants are rounded to; angles to the degree, all others to two digits."""

TURN = {
    "direction": 360.0,
    "curve_direction": 360.0,
    "line_normal": 180.0,
    "piece_facing": 360.0,
    "own_facing": 360.0,
}


def constants(
    found: Found, spreads: np.ndarray, note: str, chosen_gain: Loudness | None = None
) -> dict[str, aann.Constant]:
    """What was fitted, rounded to the digits that count and with notes where it is from.

    Args:
        found: constants for activations in units of their spread.
        spreads: of all units of the layer below.
        note: how the constants were fitted.
        chosen_gain: the factor by which the units' gains are raised, if any.
    """
    fitted, chosen = found
    result: dict[str, aann.Constant] = {}
    for names, channels, measured in (
        (curves_from_3a.CURVES, chosen.curves, chosen.tuning.direction),
        (curves_from_3a.LINES, chosen.lines, chosen.tuning.normal),
    ):
        which, angle, gain = names
        turned = not np.allclose(np.asarray(fitted[angle]), measured[channels], atol=1e-3)
        result |= {
            which: aann.Constant(channels, "fitted", f"{note}: the loudest"),
            angle: aann.Constant(
                rounded(angle, fitted[angle]),
                "fitted" if turned else "derived",
                f"{note}, from measured tuning" if turned else "synthetic curves and lines",
            ),
            gain: aann.Constant(two_digits(fitted[gain] / spreads[channels]), "fitted", note),
        }
    for name in (
        *curves_from_3a.SHARED, *curves_from_3a.PIECES, *curves_from_3a.OWN,
        *curves_from_3a.UNIT_CONSTANTS,
    ):  # fmt: skip
        result[name] = aann.Constant(rounded(name, fitted[name]), "fitted", note)
    if chosen_gain:
        raised = (
            f"{note}, then {chosen_gain.factor:g} times as large: least KL(intact || spliced) on "
            f"{chosen_gain.images} design images"
        )
        gains = two_digits(chosen_gain.factor * np.asarray(fitted["gain"], np.float64))
        result["gain"] = aann.Constant(gains, "fitted", raised)
    return result


def rounded(name: str, values: object) -> object:
    """A constant to the digits that count."""
    if name in TURN:
        return whole_degrees(values, TURN[name])
    if name in GRAIN:
        steps = np.round(np.asarray(values, np.float64) / GRAIN[name])
        return np.round(steps * GRAIN[name], 3) + 0.0  # no negative zero
    return two_digits(values)


def whole_degrees(angles: object, turn: float) -> np.ndarray:
    """Angles to the degree, from 0 to below ``turn``."""
    degrees: np.ndarray = np.round(np.asarray(angles, np.float64)) % turn
    return degrees


def two_digits(values: object) -> Any:
    """Numbers to two significant digits: a number, or an array of them as nested lists."""
    array = np.asarray(values, np.float64)
    return np.asarray([float(f"{x:.2g}") for x in array.ravel()]).reshape(array.shape).tolist()
