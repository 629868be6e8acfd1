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


def alone(known: Stated, at: np.ndarray, guesses: np.ndarray) -> Float[np.ndarray, " asked"]:
    """The distribution of all values, whatever the prediction."""
    found: np.ndarray = _of_all(known)[at]
    return found


def in_parts(
    known: Stated, at: np.ndarray, guesses: np.ndarray, parts: int
) -> Float[np.ndarray, " asked"]:
    """The distribution of values in each of some parts of the predictions' range, equally full."""
    edges = np.unique(np.quantile(known.guesses, np.linspace(0, 1, parts + 1)[1:-1]))
    cell = np.searchsorted(edges, known.guesses, side="right")
    letters = len(known.steps)
    flat = np.bincount(cell * letters + known.at, minlength=(len(edges) + 1) * letters)
    counts = flat.reshape(-1, letters).astype(np.float64)
    likely = counts + PRIOR * _of_all(known)[None]
    likely /= counts.sum(1, keepdims=True) + PRIOR
    found: np.ndarray = likely[np.searchsorted(edges, guesses, side="right"), at]
    return found


def bell(
    known: Stated, at: np.ndarray, guesses: np.ndarray, parts: int
) -> Float[np.ndarray, " asked"]:
    """A Gaussian about the prediction, its spread that of the part of the range."""
    from scipy.special import ndtr  # noqa: PLC0415 - when it is needed

    values = known.steps[known.at]
    edges = np.unique(np.quantile(known.guesses, np.linspace(0, 1, parts + 1)[1:-1]))
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


CODES: tuple[Code, ...] = (
    alone,
    *(functools.partial(in_parts, parts=n) for n in (3, 8, 24, 96)),
    *(functools.partial(bell, parts=n) for n in (1, 4, 16)),
)
