"""Codes for a value that is stated in steps, by who knows a prediction of it.

Each is fitted to some values and predictions, and says how likely others are. One that leaves the
prediction alone is among them, so that a useless prediction costs little.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from aann.shown.brief import brief

PRIOR = 2.0
"""So many values of the distribution of all are added to that of each part."""

ENOUGH = 8
"""Predictions that a part has, at least."""

STRANGE = 0.02
"""Share of values that a bell about the prediction leaves to the distribution of all."""


class Stated(NamedTuple):
    """Values to fit a code to.

    Attributes:
        steps: (letters,) the whole numbers of steps that occur, in order.
        at: (n,) which of them each value is.
        guesses: (n,) predictions, in steps.
    """

    steps: Float[np.ndarray, " letters"]
    at: Int[np.ndarray, " n"]
    guesses: Float[np.ndarray, " n"]

    def __repr__(self) -> str:
        return brief(self)


Code = Callable[[Stated, np.ndarray, np.ndarray], np.ndarray]
"""``(fitted to, values asked for, their predictions) -> how likely each is``."""


Cut = Callable[[np.ndarray], np.ndarray]
"""``predictions -> edges between parts of their range``, in order."""


def alone(known: Stated, at: np.ndarray, guesses: np.ndarray) -> Float[np.ndarray, " asked"]:
    """The distribution of all values, whatever the prediction."""
    found: np.ndarray = _of_all(known)[at]
    return found


def in_parts(
    known: Stated, at: np.ndarray, guesses: np.ndarray, cut: Cut
) -> Float[np.ndarray, " asked"]:
    """The distribution of values in each part of the predictions' range."""
    edges = cut(known.guesses)
    cell = np.searchsorted(edges, known.guesses, side="right")
    letters = len(known.steps)
    flat = np.bincount(cell * letters + known.at, minlength=(len(edges) + 1) * letters)
    counts = flat.reshape(-1, letters).astype(np.float64)
    likely = counts + PRIOR * _of_all(known)[None]
    likely /= counts.sum(1, keepdims=True) + PRIOR
    found: np.ndarray = likely[np.searchsorted(edges, guesses, side="right"), at]
    return found


def bell(
    known: Stated, at: np.ndarray, guesses: np.ndarray, cut: Cut
) -> Float[np.ndarray, " asked"]:
    """A Gaussian about the prediction, its spread that of the part of the range."""
    from scipy.special import ndtr  # noqa: PLC0415 - when it is needed

    values = known.steps[known.at]
    edges = cut(known.guesses)
    cell, asked = (np.searchsorted(edges, x, side="right") for x in (known.guesses, guesses))
    count = np.bincount(cell, minlength=len(edges) + 1) + 1e-9
    error = values - known.guesses
    mean = np.bincount(cell, error, minlength=len(count)) / count
    square = np.bincount(cell, np.square(error - mean[cell]), minlength=len(count)) / count
    spread = np.sqrt(square + 1.0 / 12)  # the step's own
    away = known.steps[at] - guesses - mean[asked]
    inside = ndtr((away + 0.5) / spread[asked]) - ndtr((away - 0.5) / spread[asked])
    found: np.ndarray = (1 - STRANGE) * inside + STRANGE * _of_all(known)[at]
    return found


def _of_all(known: Stated) -> np.ndarray:
    counts = np.bincount(known.at, minlength=len(known.steps)) + 0.5
    found: np.ndarray = counts / counts.sum()
    return found


def equally(guesses: Float[np.ndarray, " n"], parts: int) -> Float[np.ndarray, " edges"]:
    """Edges between parts with equally many predictions."""
    return np.unique(np.quantile(guesses, np.linspace(0, 1, parts + 1)[1:-1]))


def evenly(guesses: Float[np.ndarray, " n"], width: float) -> Float[np.ndarray, " edges"]:
    """Edges at equal distances, but for those with few predictions between them.

    A unit that is mostly silent has nearly all predictions in one place, and those that tell
    something in few parts of equally many.
    """
    cell, count = np.unique(np.floor(guesses / width + 0.5), return_counts=True)
    edges, since = [], 0
    for low, n in zip(cell[:-1], count[:-1], strict=True):
        since += int(n)
        if since >= ENOUGH:
            edges.append((low + 0.5) * width)
            since = 0
    return np.asarray(edges, np.float64)


_CUTS: tuple[Cut, ...] = (
    *(functools.partial(equally, parts=n) for n in (1, 4, 12, 32, 96)),
    *(functools.partial(evenly, width=w) for w in (1.0, 3.0)),
)

CODES: tuple[Code, ...] = (
    alone,
    *(functools.partial(code, cut=cut) for cut in _CUTS for code in (in_parts, bell)),
)
