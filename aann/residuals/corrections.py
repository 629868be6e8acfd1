"""Corrections of a program's values, one after the other, fitted on some examples.

See ``aann.residuals.kinds`` for what they are called and why they come in this order.
"""

import numpy as np
from jaxtyping import Bool, Float64

from aann.residuals import mixtures
from aann.residuals.halved import Grid, Halved, moves, shifted


def steps(data: Halved, reach: int) -> Float64[np.ndarray, "n steps columns"]:
    """Squared error of each example after each correction; the first is that of the program."""
    y = data.natural
    moved = _moved(data, reach)
    scaled = _scaled(data, moved)
    shaped = _shaped(data, moved, scaled)
    mixed = shaped + mixtures.neighbours(data, y - shaped, shaped)
    crossed = mixed + mixtures.cross_talk(data, y - mixed, data.artificial)
    left = [
        np.where(data.here[..., None], y - p, 0.0)
        for p in (data.artificial, moved, scaled, shaped, mixed, crossed)
    ]
    return np.stack([np.einsum("npc,npc->nc", x, x) for x in left], axis=1)


def affine(y: Grid, p: Grid, where: Bool[np.ndarray, "n places"]) -> tuple[np.ndarray, np.ndarray]:
    """Least-squares gain and offset (columns,) of each column; a gain of 0 where p is constant."""
    rows_y, rows_p = y[where], p[where]
    if not len(rows_y):
        return np.ones(y.shape[-1]), np.zeros(y.shape[-1])
    mean_y, mean_p = rows_y.mean(axis=0), rows_p.mean(axis=0)
    dp = rows_p - mean_p[None]
    pp, yp = np.einsum("vc,vc->c", dp, dp), np.einsum("vc,vc->c", rows_y - mean_y[None], dp)
    varies = pp > 1e-12 * np.einsum("vc,vc->c", rows_p, rows_p)
    gain = np.divide(yp, pp, out=np.zeros_like(pp), where=varies)
    return gain, mean_y - gain * mean_p


def _moved(data: Halved, reach: int) -> Grid:
    """Each column moved by the cells that suit the examples fitted on best.

    The move is that after which a gain and an offset leave least, if the error falls without them.
    """
    y, p, where = data.natural, data.filled(data.artificial), data.fitted_on()
    best, least, plain = p, None, None
    for move in moves(data.places, reach):
        there = shifted(p, data.places, move)
        gain, offset = affine(y, there, where)
        left = _left(y, gain * there + offset, where)
        own = _left(y, there, where)
        if least is None or plain is None:
            least, plain = left, own
            continue
        better = (left < least * (1 - 1e-9)) & (own < plain)
        best = np.where(better[None, None], there, best)
        least = np.where(better, left, least)
    return best


def _scaled(data: Halved, moved: Grid) -> Grid:
    gain, offset = affine(data.natural, moved, data.fitted_on())
    return np.asarray(gain * moved + offset)


def _shaped(data: Halved, moved: Grid, scaled: Grid) -> Grid:
    """A monotone function of each column where both halves say of each other that it helps."""
    found = scaled.copy()
    for column in range(moved.shape[-1]):
        y, p = data.natural[..., column], moved[..., column]
        gains = []
        for half in (0, 1):
            fit, check = data.fitted_on(half), data.fitted_on(1 - half)
            gain, offset = affine(y[..., None], p[..., None], fit)
            straight, bent = gain * p[check] + offset, _monotone(y[fit], p[fit], p[check])
            gains.append(((y[check] - straight) ** 2).sum() - ((y[check] - bent) ** 2).sum())
        if min(gains) > 0:
            where = data.fitted_on()
            found[..., column] = _monotone(y[where], p[where], p)
    return found


def _monotone(y: np.ndarray, p: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Isotonic regression of y on p, rising or falling as their correlation says, at ``at``."""
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - when it is asked for

    if not len(y) or not at.size:
        return at
    rising = bool(np.dot(y - y.mean(), p - p.mean()) >= 0)
    model = IsotonicRegression(increasing=rising, out_of_bounds="clip").fit(p, y)
    return np.asarray(model.predict(at.ravel()).reshape(at.shape))


def _left(y: Grid, p: Grid, where: Bool[np.ndarray, "n places"]) -> Float64[np.ndarray, " columns"]:
    """Squared error of each column."""
    apart = (y - p)[where]
    return np.asarray(np.einsum("vc,vc->c", apart, apart))
