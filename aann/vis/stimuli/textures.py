"""Textures that fill a picture: checkerboards, dots, and noise of a given spectrum."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy.fft import fftfreq, irfft2, rfft2, rfftfreq

from aann.vis.stimuli.canvas import (
    Numbers,
    Place,
    Settings,
    checked,
    distance,
    draw,
    seed_problems,
    soft,
    turned,
)

FEW = 64
"""Pictures of noise that are made together."""


def checkerboards(
    size: tuple[int, int],
    square: Numbers = 8.0,
    orientation: Numbers = 0.0,
    *,
    place: Place = None,
) -> Float[np.ndarray, "n y x"]:
    """Covers of checkerboards in [0, 1], float32.

    Args:
        size: height and width of the pictures, in pixels.
        square: side of one field, in pixels, at least 1.
        orientation: of the rows of fields, in degrees, y up.
        place: row and column of the middle of a filled field; by default that of the picture.

    Raises:
        ValueError: fields are smaller than a pixel, or settings do not fit together; with all
            problems.
    """
    least = np.min(np.asarray(square, float), initial=np.inf)
    extra = [f"square is at least 1 pixel, got {least:g}"] if least < 1 else []
    given = {"square": square, "orientation": orientation}
    return draw(size, _checkerboards, given, place=place, extra=extra)


def dots(
    size: tuple[int, int],
    spacing: Numbers = 12.0,
    radius: Numbers = 3.0,
    *,
    jitter: Numbers = 1.0,
    seeds: Sequence[int] = (0,),
) -> Float[np.ndarray, "n y x"]:
    """Covers of fields of dots in [0, 1], float32: one dot a square of a grid, moved at random.

    Args:
        size: height and width of the pictures, in pixels.
        spacing: side of the squares, in pixels; more than two radii.
        radius: of a dot, in pixels.
        jitter: 0 is the grid itself; at 1 a dot lies anywhere in its square.
        seeds: of the places, one a picture.

    Raises:
        ValueError: lengths are not positive, dots do not fit into their squares, ``jitter`` is not
            from 0 to 1, or settings do not fit together; with all problems.
    """
    extra = seed_problems(seeds)
    away, wide = np.asarray(jitter, float), np.asarray(spacing, float)
    if not ((away >= 0) & (away <= 1)).all():
        extra.append(f"jitter is from 0 to 1, got {away.min():g} to {away.max():g}")
    if wide.ndim <= 1 and (wide > 0).all() and np.size(wide) and not extra:
        least, most = float(wide.min()), np.max(np.asarray(radius, float), initial=0.0)
        if least <= 2 * most:
            extra.append(f"spacing is more than two radii, got {least:g} for a radius of {most:g}")
    given = {
        "spacing": spacing,
        "radius": radius,
        "jitter": jitter,
        "seed": np.zeros(np.size(seeds)),
    }
    positive = ("spacing", "radius")
    settings = checked(size, given, positive=positive, extra=extra)
    cells = int(np.ceil(max(size) / settings["spacing"].min(initial=np.inf))) + 1
    moves = np.stack(
        [np.random.default_rng(s).random((cells, cells, 2)) for s in seeds] or [np.empty((0, 0, 2))]
    )
    return draw(size, _dots, given, place=(0.0, 0.0), each={"moves": moves.astype(np.float32)})


def noise(
    size: tuple[int, int], slope: Numbers = 1.0, *, seeds: Sequence[int] = (0,), spread: float = 0.2
) -> Float[np.ndarray, "n y x"]:
    """Covers of random textures in [0, 1], float32, with amplitudes as frequency to ``-slope``.

    Values are normal around one half, with standard deviation ``spread``, and clipped. Like waves,
    these are painted with ``signed=True``.

    Args:
        size: height and width of the pictures, in pixels.
        slope: 0 is white noise, 1 is that of photographs, 2 is smoother.
        seeds: one a picture.
        spread: standard deviation of the values, positive.

    Raises:
        ValueError: ``spread`` is not positive, or settings do not fit together; with all problems.
    """
    extra = [] if 0 < spread < np.inf else [f"spread is a positive number, got {spread:g}"]
    given = {"slope": slope, "seed": np.zeros(np.size(seeds))}
    settings = checked(size, given, extra=[*extra, *seed_problems(seeds)])
    down, right = fftfreq(size[0])[:, None], rfftfreq(size[1])[None, :]
    frequency = np.hypot(down, right).astype(np.float32)
    frequency[0, 0] = 1.0  # any: the mean is one half
    logarithm = np.log(frequency)[None]
    covers = np.empty((len(settings["seed"]), *size), np.float32)
    for k, seed in enumerate(seeds):
        np.random.default_rng(seed).standard_normal(size, np.float32, out=covers[k])
    for start in range(0, len(covers), FEW):
        few = covers[start : start + FEW]
        steep = settings["slope"][start : start + FEW].astype(np.float32)
        powers = -steep * logarithm
        powers[:, 0, 0] = -np.inf
        top = powers.max((1, 2), keepdims=True)
        amplitudes = np.exp(powers - np.where(np.isfinite(top), top, 0.0))
        waves = irfft2(rfft2(few, workers=-1) * amplitudes, size, workers=-1)
        few[:] = 0.5 + spread * waves / np.maximum(waves.std((1, 2), keepdims=True), 1e-12)
    return np.clip(covers, 0.0, 1.0, out=covers)


def _checkerboards(rows: jax.Array, columns: jax.Array, s: Settings) -> jax.Array:
    along, across = turned(rows, columns, s, s["orientation"])
    return (1 + _fields(along, s["square"]) * _fields(across, s["square"])) / 2


def _fields(x: jax.Array, square: jax.Array) -> jax.Array:
    """1 and -1 in turn, for ``square`` pixels each, smooth over a pixel."""
    turn = x / (2 * square)
    nearest = jnp.abs(turn - jnp.round(turn)) * 2 * square
    return 2 * soft(square / 2 - nearest) - 1


def _dots(rows: jax.Array, columns: jax.Array, s: Settings) -> jax.Array:
    down, right = jnp.floor(rows / s["spacing"]), jnp.floor(columns / s["spacing"])
    which = jnp.arange(len(s["moves"]))[:, None, None]
    move = s["moves"][which, down.astype(jnp.int32), right.astype(jnp.int32)]
    room = s["jitter"] * (s["spacing"] - 2 * s["radius"])
    middle_y, middle_x = (
        (cell + 0.5) * s["spacing"] - 0.5 + room * (move[..., k] - 0.5)
        for k, cell in enumerate((down, right))
    )
    return soft(s["radius"] - distance(rows - middle_y, columns - middle_x))
