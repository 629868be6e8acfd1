"""Gratings and Gabor patches: waves, whose middle is the background.

A cover of one half is the background here, 0 and 1 are as far from it to either side: paint them
with ``signed=True``.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from aann.vis.stimuli.canvas import Numbers, Place, Settings, distance, draw, soft, turned


def gratings(
    size: tuple[int, int],
    direction: Numbers,
    wavelength: Numbers = 8.0,
    *,
    place: Place = None,
    phase: Numbers = 0.0,
    radius: Numbers | None = None,
    square: Numbers = False,
) -> Float[np.ndarray, "n y x"]:
    """Covers of gratings in [0, 1], float32, one half where the wave is zero.

    Args:
        size: height and width of the pictures, in pixels.
        direction: across the bars, in degrees, y up: the wave runs there as the phase goes down.
        wavelength: in pixels, at least 2: what is finer no pixels show.
        place: row and column where the phase is ``phase``; by default the middle.
        phase: in degrees; at 0 a light bar passes through ``place``.
        radius: of a round window outside of which is the background; None is no window.
        square: bars with edges instead of a sine wave.

    Raises:
        ValueError: a length is not positive, a wave is too short, or settings do not fit together;
            with all problems.
    """
    given = {
        "direction": direction, "wavelength": wavelength, "phase": phase, "square": square,
        "radius": 2.0 * sum(size) if radius is None else radius,
    }  # fmt: skip
    return draw(
        size, _gratings, given, place=place, positive=("wavelength", "radius"),
        extra=_too_short(wavelength),
    )  # fmt: skip


def gabors(
    size: tuple[int, int],
    direction: Numbers,
    wavelength: Numbers = 8.0,
    *,
    place: Place = None,
    phase: Numbers = 0.0,
    spread: Numbers = 8.0,
    length: Numbers = 1.0,
) -> Float[np.ndarray, "n y x"]:
    """Covers of Gabor patches in [0, 1], float32, one half where there is nothing.

    Args:
        size: height and width of the pictures, in pixels.
        direction: across the bars, in degrees, y up.
        wavelength: in pixels, at least 2.
        place: row and column of the middle; by default that of the picture.
        phase: of the wave in the middle, in degrees; 0 is even, 90 odd.
        spread: standard deviation of the Gaussian window across the bars, in pixels.
        length: how many times as long the window is along the bars.

    Raises:
        ValueError: as ``gratings`` does.
    """
    given = {
        "direction": direction, "wavelength": wavelength, "phase": phase, "spread": spread,
        "length": length,
    }  # fmt: skip
    return draw(
        size, _gabors, given, place=place, positive=("wavelength", "spread", "length"),
        extra=_too_short(wavelength),
    )  # fmt: skip


def _too_short(wavelength: Numbers) -> list[str]:
    shortest = np.min(np.asarray(wavelength, float), initial=np.inf)
    return [f"wavelength is at least 2 pixels, got {shortest:g}"] if shortest < 2 else []


def _gratings(rows: jax.Array, columns: jax.Array, s: Settings) -> jax.Array:
    across, along = turned(rows, columns, s, s["direction"])
    turn = across / s["wavelength"] + s["phase"] / 360
    wave = jnp.cos(2 * jnp.pi * turn)
    nearest = jnp.abs(turn - jnp.round(turn)) * s["wavelength"]  # to the middle of a light bar
    bars = 2 * soft(s["wavelength"] / 4 - nearest) - 1
    wave = jnp.where(s["square"] != 0, bars, wave)
    return (1 + wave * soft(s["radius"] - distance(across, along))) / 2


def _gabors(rows: jax.Array, columns: jax.Array, s: Settings) -> jax.Array:
    across, along = turned(rows, columns, s, s["direction"])
    wave = jnp.cos(2 * jnp.pi * across / s["wavelength"] + jnp.deg2rad(s["phase"]))
    off = (across / s["spread"]) ** 2 + (along / (s["spread"] * s["length"])) ** 2
    cover: jax.Array = (1 + wave * jnp.exp(-off / 2)) / 2
    return cover
