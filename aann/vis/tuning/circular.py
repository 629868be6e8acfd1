"""Statistics of tuning curves over a circle of directions.

Where a curve points and how selective it is (``mean_vector``), how wide its peak is
(``half_width``), whether it answers to the opposite direction, too (``echo``), and how its variance
is spread over Fourier modes (``harmonics``).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.signal import peak_widths


def mean_vector(
    tuning: Float[np.ndarray, "... unit _"], directions: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Selectivity in [0, 1] and preferred direction in degrees [0, 360) of tuning curves.

    Negative responses count as none. A unit that never answers has selectivity 0.

    Args:
        tuning: responses, directions last.
        directions: in degrees, evenly spread over the circle.

    Raises:
        ValueError: the numbers of directions differ, or responses are not finite.
    """
    if tuning.shape[-1] != len(directions):
        raise ValueError(
            f"tuning has {tuning.shape[-1]} directions, but {len(directions)} were given"
        )
    if not np.isfinite(tuning).all():
        raise ValueError("tuning is NaN or infinite somewhere")
    positive = np.maximum(tuning, 0).astype(np.float64)
    vector = positive @ np.exp(1j * np.deg2rad(np.asarray(directions, np.float64)))
    sums = positive.sum(-1)
    length = np.divide(np.abs(vector), sums, out=np.zeros_like(sums), where=sums > 0)
    return length, np.rad2deg(np.angle(vector)) % 360.0


def angle_between(a: Any, b: Any) -> np.ndarray:
    """Unsigned difference of two angles in degrees, in [0, 180]."""
    return np.asarray(np.abs((np.asarray(a, np.float64) - np.asarray(b) + 180.0) % 360.0 - 180.0))


def half_width(
    tuning: Float[np.ndarray, "... _"], directions: Sequence[float]
) -> Float[np.ndarray, "..."]:
    """Degrees around the best direction over which a curve stays above half of its best.

    The full width at half maximum, with straight lines between samples. A curve that never falls
    that low, or never rises, has 360.

    This is what the published half widths of curve detectors, 28 to 68 degrees, are: those of
    ``curves-mixed3b.json`` (Cammarata et al., "Curve Circuits", 2021).

    Args:
        tuning: responses, directions last; negative ones count as none.
        directions: in degrees, evenly spread over the circle, in order.

    Raises:
        ValueError: the numbers of directions differ, or they are not evenly spread over the circle;
            or responses are not finite.
    """
    curves = _even(tuning, directions)
    n = len(directions)
    flat = curves.reshape(-1, n)
    widths = np.full(len(flat), 360.0)
    for k, curve in enumerate(flat):  # around the best direction, which has half a turn each way
        best = int(curve.argmax())
        around = np.roll(curve, n // 2 - best)
        if not around.min() < curve[best] / 2:
            continue
        height = (np.array([curve[best]]), np.array([0]), np.array([n - 1]))
        found = peak_widths(around, [n // 2], rel_height=0.5, prominence_data=height)
        widths[k] = found[0][0] * 360 / n
    return widths.reshape(curves.shape[:-1])


def echo(
    tuning: Float[np.ndarray, "... _"], directions: Sequence[float], within: float = 60.0
) -> Float[np.ndarray, "..."]:
    """How high the second peak is that lies opposite to the best direction, as a part of the first.

    It counts from the higher one of the two valleys that lie between it and the first: a curve that
    falls steadily has no echo, 0. So has a silent one.

    Args:
        tuning: responses, directions last; negative ones count as none.
        directions: in degrees, evenly spread over the circle, in order.
        within: degrees from the opposite direction in which the second peak is looked for.

    Raises:
        ValueError: as ``half_width`` does.
    """
    curves = _even(tuning, directions)
    n = len(directions)
    order = (curves.argmax(-1)[..., None] + np.arange(n)) % n
    turned = np.take_along_axis(curves, order, -1)  # the best comes first
    off = np.abs(np.arange(n) * 360 / n - 180)
    back = np.nonzero(off <= within)[0]
    second = back[0] + turned[..., back].argmax(-1)
    place = np.arange(n)
    left = np.where(place <= second[..., None], turned, np.inf).min(-1)
    right = np.where(place >= second[..., None], turned, np.inf).min(-1)
    top = turned[..., 0]
    high = np.take_along_axis(turned, second[..., None], -1)[..., 0]
    rise = high - np.maximum(left, right)
    part: np.ndarray = np.divide(rise, top, out=np.zeros_like(top), where=top > 0)
    return part


def harmonics(
    tuning: Float[np.ndarray, "... _"], directions: Sequence[float], modes: int = 6
) -> Float[np.ndarray, "... _"]:
    """Part of the variance over directions that each Fourier mode of direction carries.

    Mode 1 goes up and down once around the circle; mode 2 answers to opposite directions alike.
    Of a curve without variance the parts are 0.

    Args:
        tuning: responses as they are, directions last. Sum over units by ``pooled_harmonics``.
        directions: in degrees, evenly spread over the circle, in order.
        modes: how many, from the first; all of them sum to 1.

    Raises:
        ValueError: as ``half_width`` does, or there are fewer modes than asked for.
    """
    return _shares(_power(tuning, directions, modes), modes)


def pooled_harmonics(
    tuning: Float[np.ndarray, "unit _"], directions: Sequence[float], modes: int = 6
) -> Float[np.ndarray, " _"]:
    """The same for all units together: of the variance over directions, summed over the units.

    Raises:
        ValueError: as ``harmonics`` does.
    """
    return _shares(_power(tuning, directions, modes).sum(0), modes)


def _power(
    tuning: np.ndarray, directions: Sequence[float], modes: int
) -> Float[np.ndarray, "... mode"]:
    """Variance in each mode from the first to the last that the directions show."""
    _check(tuning, directions)
    n = len(directions)
    if not 1 <= modes <= n // 2:
        raise ValueError(f"{n} directions show modes 1 to {n // 2}, got {modes} modes")
    power: np.ndarray = 2 * np.abs(np.fft.rfft(np.asarray(tuning, np.float64))[..., 1:]) ** 2
    if n % 2 == 0:
        power[..., -1] /= 2  # it is its own mirror image
    return power


def _shares(power: np.ndarray, modes: int) -> np.ndarray:
    total = power.sum(-1, keepdims=True)
    shares = np.divide(power, total, out=np.zeros_like(power), where=total > 0)
    first: np.ndarray = shares[..., :modes]
    return first


def _even(tuning: np.ndarray, directions: Sequence[float]) -> np.ndarray:
    _check(tuning, directions)
    return np.maximum(np.asarray(tuning, np.float64), 0)


def _check(tuning: np.ndarray, directions: Sequence[float]) -> None:
    problems = []
    if tuning.shape[-1] != len(directions):
        problems.append(
            f"tuning has {tuning.shape[-1]} directions, but {len(directions)} were given"
        )
    steps = np.diff(np.asarray(directions, np.float64))
    if len(directions) < 4 or not np.allclose(steps, 360 / len(directions), atol=1e-6):
        problems.append(
            "directions are at least 4, in order and evenly spread over the circle, in degrees"
        )
    if not np.isfinite(tuning).all():
        problems.append("tuning is NaN or infinite somewhere")
    if problems:
        raise ValueError("; ".join(problems))
