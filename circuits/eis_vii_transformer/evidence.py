"""What the network does with the design pairs, and its look-ups: sums of what A and B contribute.

``look`` runs the network on the design half once. ``look_ups`` fits what the MLP reads at the last
position as a number of A plus a number of B in every channel, by least squares, and keeps the
directions that hold most of its variance.

Sharp edge: a number that no design pair has contributes nothing.
"""

import dataclasses
import functools

import numpy as np
from scipy.sparse import csr_array

import aann
from aann.shown.brief import brief
from circuits.eis_vii_transformer.program import P
from circuits.fitting.attention import observe

PATTERN, MIDDLE, LOGITS = "blocks.0.attn.pattern", "blocks.0.resid_mid", "logits"
LAST = 2
"""The position that the logits are read at."""
LEAST = 1e-9
"""Share of the variance of all sums below which a direction is rounding."""
RIDGE = 1e-6
"""Design pairs' worth of a pull to zero, which only decides what the pairs leave open."""


@dataclasses.dataclass(frozen=True, eq=False)
class Evidence:
    """What the network does with the design pairs.

    Attributes:
        model: the network, tokens (batch, 3) to logits (batch, 2).
        tokens: (n, 3) int32.
        pattern: (n, head, 3), attention of the last position, float32.
        middle: (n, channel), what the MLP reads at the last position, float32.
        lead: (n,), logit of class 1 less that of class 0, float32, nats.
    """

    model: aann.Model
    tokens: np.ndarray
    pattern: np.ndarray
    middle: np.ndarray
    lead: np.ndarray

    __repr__ = brief

    @property
    def note(self) -> str:
        """What fits were made on, for constants."""
        return f"{len(self.tokens)} design pairs"

    @functools.cached_property
    def additive(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What A and B contribute to what the MLP reads, (P, channel) each, and the mean."""
        rows = np.repeat(np.arange(len(self.tokens)), 2)
        columns = (self.tokens[:, :2] + np.asarray([0, P])).ravel()
        hot = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(self.tokens), 2 * P))
        middle = self.middle.astype(np.float64)
        centre = middle.mean(0)
        gram = (hot.T @ hot).toarray() + RIDGE * np.eye(2 * P)
        parts = np.linalg.solve(gram, hot.T @ (middle - centre))
        return parts[:P], parts[P:], centre


@dataclasses.dataclass(frozen=True, eq=False)
class LookUps:
    """What A and B contribute along some directions of what the MLP reads.

    Attributes:
        first: of A, (direction, P), in units of each direction's standard deviation.
        second: of B, (direction, P).
        directions: (direction, channel): what one unit adds.
        centre: (channel,), the mean.
        share: of the variance of all sums, in each direction.
    """

    first: np.ndarray
    second: np.ndarray
    directions: np.ndarray
    centre: np.ndarray
    share: np.ndarray

    __repr__ = brief


def look(model: aann.Model, design: aann.Design) -> Evidence:
    """Run the network on the design pairs.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: the network does not have two logits for each pair.
    """
    tokens, values = observe(model, design, [PATTERN, MIDDLE, LOGITS])
    found = values[LOGITS]
    if found.shape[1:] != (2,):
        raise ValueError(
            f"the programs are for pairs of two classes, logits (batch, 2), but {model.name!r} has "
            f"logits of shape {found.shape}"
        )
    lead = found[:, 1] - found[:, 0]
    return Evidence(model, tokens, values[PATTERN][:, :, LAST], values[MIDDLE][:, LAST], lead)


def look_ups(seen: Evidence, directions: int) -> LookUps:
    """The principal directions of the sums of what A and B contribute.

    Args:
        seen: from ``look``.
        directions: how many; fewer are returned where the sums have no more.
    """
    first, second, centre = seen.additive
    sums = first[seen.tokens[:, 0]] + second[seen.tokens[:, 1]]
    values, vectors = np.linalg.eigh(sums.T @ sums / len(sums))
    order = np.argsort(values)[::-1][:directions]
    order = order[values[order] > LEAST * values.sum()]
    size = np.sqrt(values[order])
    along = vectors[:, order] / size
    return LookUps(
        first=(first @ along).T,
        second=(second @ along).T,
        directions=(vectors[:, order] * size).T,
        centre=centre,
        share=values[order] / values.sum(),
    )
