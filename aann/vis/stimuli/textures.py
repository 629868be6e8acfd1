"""Textures that fill a picture: checkerboards, dots, and noise of a given spectrum."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from aann.vis.stimuli.canvas import Numbers, Place, Settings, checked, draw, soft, turned


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
    extra = []
    away, wide = np.asarray(jitter, float), np.asarray(spacing, float)
    if not ((away >= 0) & (away <= 1)).all():
        extra.append(f"jitter is from 0 to 1, got {away.min():g} to {away.max():g}")
    if wide.ndim <= 1 and (wide > 0).all() and np.size(wide) and not extra:
        least, most = float(wide.min()), np.max(np.asarray(radius, float), initial=0.0)
        if least <= 2 * most:
            extra.append(f"spacing is more than two radii, got {least:g} for a radius of {most:g}")
    given = {"spacing": spacing, "radius": radius, "jitter": jitter, "seed": list(seeds)}
    positive = ("spacing", "radius")
    settings = checked(size, given, positive=positive, extra=extra)
    cells = int(np.ceil(max(size) / settings["spacing"].min(initial=np.inf))) + 1
    moves = np.stack(
        [np.random.default_rng(int(s)).random((cells, cells, 2)) for s in settings["seed"].ravel()]
        or [np.empty((0, 0, 2))]
    )
    order = np.arange(len(moves), dtype=np.float64)
    return draw(
        size,
        lambda rows, columns, s: _dots(rows, columns, s, moves),
        {**given, "which": order},
        place=(0.0, 0.0),
    )


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
    extra = [] if spread > 0 else [f"spread is a positive number, got {spread:g}"]
    settings = checked(size, {"slope": slope, "seed": list(seeds)}, extra=extra)
    down, right = np.fft.fftfreq(size[0])[:, None], np.fft.rfftfreq(size[1])[None, :]
    frequency = np.hypot(down, right)
    frequency[0, 0] = 1.0
    covers = np.empty((len(settings["seed"]), *size), np.float32)
    for k, (seed, steep) in enumerate(
        zip(settings["seed"].ravel(), settings["slope"].ravel(), strict=True)
    ):
        white = np.random.default_rng(int(seed)).standard_normal(size, np.float32)
        amplitudes = frequency**-steep
        amplitudes[0, 0] = 0.0
        waves = np.fft.irfft2(np.fft.rfft2(white) * amplitudes, size)
        covers[k] = 0.5 + spread * waves / max(waves.std(), 1e-12)
    clipped: np.ndarray = np.clip(covers, 0.0, 1.0)
    return clipped


def _checkerboards(rows: np.ndarray, columns: np.ndarray, s: Settings) -> np.ndarray:
    along, across = turned(rows, columns, s, s["orientation"])
    both: np.ndarray = _fields(along, s["square"]) * _fields(across, s["square"])
    return (1 + both) / 2


def _fields(x: np.ndarray, square: np.ndarray) -> np.ndarray:
    """1 and -1 in turn, for ``square`` pixels each, smooth over a pixel."""
    turn = x / (2 * square)
    nearest = np.abs(turn - np.round(turn)) * 2 * square
    return 2 * soft(square / 2 - nearest) - 1


def _dots(rows: np.ndarray, columns: np.ndarray, s: Settings, moves: np.ndarray) -> np.ndarray:
    which = s["which"].astype(int)
    down, right = rows // s["spacing"], columns // s["spacing"]
    move = moves[which, down.astype(int), right.astype(int)]
    room = s["jitter"] * (s["spacing"] - 2 * s["radius"])
    middle_y, middle_x = (
        (cell + 0.5) * s["spacing"] - 0.5 + room * (move[..., k] - 0.5)
        for k, cell in enumerate((down, right))
    )
    cover: np.ndarray = soft(s["radius"] - np.hypot(rows - middle_y, columns - middle_x))
    return cover
