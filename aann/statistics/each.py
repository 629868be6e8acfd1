"""Sums over the positions of each example, and what of them is kept for intervals over examples.

``each`` makes the sums of ``aann.statistics.moments`` for every example of a batch at once;
``together`` merges them into those of the batch. ``kept`` is what an interval of correlation or R2
needs of an example: for each unit its spread about its own means, and for each column those means.
"""

import numpy as np
from jaxtyping import Bool, Float, Float32

from aann.statistics.moments import COUNT, Moments, varying

Kept = Float32[np.ndarray, "*rows n width"]
"""Of each example: the number of positions; for each unit the sums of squares of y, of p, of their
products (about the example's own means) and of (y - p)^2; for each column the means of y and p."""


def width(columns: int, units: int) -> int:
    """Numbers that ``kept`` has of an example."""
    return 1 + 4 * units + 2 * columns


def each(
    natural: Float[np.ndarray, "n *axes"],
    program: Float[np.ndarray, "n *axes"],
    present: Bool[np.ndarray, "n *places"] | None,
    coordinates: int,
) -> Float[np.ndarray, "n 11 columns"]:
    """The sums of every example.

    Args:
        natural: values y, (n, *places, *coordinates, units).
        program: values p, likewise.
        present: where they count, or None: everywhere.
        coordinates: how many axes they have: one column a coordinate and unit.
    """
    n, places = len(natural), natural.ndim - 1 - coordinates
    columns = int(np.prod(natural.shape[places:]))
    shape = (n, -1, columns) if natural.size else (n, 0, columns)
    y, p = (x.reshape(shape).astype(np.float64) for x in (natural, program))
    here = np.ones(y.shape[:2], bool) if present is None else present.reshape(y.shape[:2])
    count = here.sum(axis=1).astype(np.float64)
    if not here.all():
        y, p = (np.where(here[..., None], x, 0.0) for x in (y, p))
    known = here[..., None]
    share = (here / np.maximum(count, 1.0)[:, None])[..., None]
    mean_y, mean_p = (np.sum(x * share, axis=1) for x in (y, p))
    lows_and_highs = [
        end
        for x in (y, p)
        for end in (
            np.min(x, axis=1, initial=np.inf, where=known),
            np.max(x, axis=1, initial=-np.inf, where=known),
        )
    ]
    squares = np.einsum("npc,npc->nc", y - p, y - p)
    y, p = ((x - mean[:, None]) * known for x, mean in ((y, mean_y), (p, mean_p)))
    products = [np.einsum("npc,npc->nc", a, b) for a, b in ((y, y), (p, p), (y, p))]
    counts = np.broadcast_to(count[:, None], mean_y.shape)
    return np.stack([counts, mean_y, mean_p, *products, squares, *lows_and_highs], axis=1)


def together(sums: Float[np.ndarray, "n 11 columns"]) -> Moments:
    """The sums of all the examples' values: (11, columns)."""
    found = np.empty((COUNT, sums.shape[-1]))
    count = sums[:, 0]
    found[0] = count.sum(axis=0)
    found[1:3] = (count[:, None] * sums[:, 1:3]).sum(axis=0) / np.maximum(found[0], 1.0)
    y, p = np.moveaxis(sums[:, 1:3] - found[None, 1:3], 1, 0)
    for i, (a, b) in enumerate(((y, y), (p, p), (y, p)), start=3):
        found[i] = sums[:, i].sum(axis=0) + (count * a * b).sum(axis=0)
    found[6] = sums[:, 6].sum(axis=0)
    found[(7, 9), :] = sums[:, (7, 9)].min(axis=0, initial=np.inf)
    found[(8, 10), :] = sums[:, (8, 10)].max(axis=0, initial=-np.inf)
    return found


def kept(sums: Float[np.ndarray, "n 11 columns"], units: int) -> Kept:
    """What an interval over examples needs of them.

    Args:
        sums: of columns (coordinates, units).
        units: how many.
    """
    n = len(sums)
    _, mean_y, mean_p, yy, pp, yp, squares, *_ = np.moveaxis(sums, 1, 0)
    vary_y, vary_p = varying(sums, 7), varying(sums, 9)
    spreads = (
        np.where(vary_y, yy, 0.0), np.where(vary_p, pp, 0.0),
        np.where(vary_y & vary_p, yp, 0.0), squares,
    )  # fmt: skip
    pooled = [x.reshape(n, -1, units).sum(axis=1) for x in spreads]
    every = np.concatenate([sums[:, 0, :1], *pooled, mean_y, mean_p], axis=1)
    with np.errstate(over="ignore"):  # infinite squares have no interval
        return np.asarray(every.astype(np.float32))
