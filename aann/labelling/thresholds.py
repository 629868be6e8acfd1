"""Thresholds of a score, as ``aann.fit_thresholds`` found them, and how good all others are.

With the class of each interval held, the number of examples that are right is a sum with one term
for each threshold. So the accuracy of any thresholds is looked up, and the landscape over two of
them is an outer sum.
"""

import dataclasses
import functools
import json
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Int

from aann.labelling.landscape import Flat, Landscape
from aann.model import fixed
from aann.shown.screen import Shown, Tabular
from aann.statistics.steps import place_of, threshold

SCHEMA = 1


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Thresholds(Tabular):
    """A program of labels: which of the intervals between some thresholds a score lies in.

    Call it with a batch of inputs for their labels, or pass it to ``aann.label_agreement``.

    Attributes:
        name: of the score.
        score: a batch of inputs to (batch,) numbers.
        host: whether it is written in NumPy or plain Python.
        thresholds: ascending; a score that equals one lies below it.
        classes: below the first threshold, between each two, above the last.
        fitted_to: ``network`` or ``truth``: whose labels.
        accuracy: share of design examples that are labelled right. Fitted, so optimistic.
        error: its standard error, sqrt(p (1 - p) / n), or the same over groups of examples.
        flat: how far each threshold can move.
        data: name, split, n and hash of the design examples.
        values: (m,) the distinct scores of design, ascending.
        below: (m + 1,) design examples among the first i of them.
        gains: (thresholds, m + 1), see ``aann.statistics.steps.gains``.
        last: design examples of the class above the last threshold: what is right without any.
    """

    name: str
    score: Callable[[Any], Any]
    host: bool
    thresholds: tuple[float, ...]
    classes: tuple[int, ...]
    fitted_to: str
    accuracy: float
    error: float
    data: dict[str, Any]
    values: np.ndarray
    below: Int[np.ndarray, " places"]
    gains: Int[np.ndarray, "steps places"]
    last: int

    def __post_init__(self) -> None:
        for field in ("values", "below", "gains"):
            object.__setattr__(self, field, fixed(getattr(self, field)))

    def __call__(self, inputs: Any) -> Any:
        """The labels of a batch of inputs: (batch,) int32."""
        return self.label(self.score(inputs))

    def label(self, scores: Any) -> Any:
        """The labels of scores (n,): NumPy arrays on the host, others in JAX."""
        xp: Any = np if isinstance(scores, np.ndarray) or self.host else jnp
        scores = plain(xp.asarray(scores))
        known = np.asarray(self.thresholds)
        if np.issubdtype(scores.dtype, np.integer):
            known = np.floor(known)
        above = scores[:, None] > xp.asarray(known, scores.dtype)[None, :]
        return xp.asarray(self.classes, np.int32)[above.sum(axis=1)]

    @property
    def n(self) -> int:
        """Design examples."""
        return int(self.below[-1])

    @functools.cached_property
    def places(self) -> tuple[int, ...]:
        """How many of ``values`` lie below each threshold."""
        return tuple(place_of(self.values, self.thresholds).tolist())

    @functools.cached_property
    def flat(self) -> tuple[Flat, ...]:
        """How far each threshold can move."""
        return tuple(self._flat(i) for i in range(len(self.thresholds)))

    def accuracy_at(self, thresholds: Sequence[int | float] | np.ndarray) -> float:
        """The share of design examples that other thresholds label right, with the same classes.

        Args:
            thresholds: as many, ascending.

        Raises:
            ValueError: they are another number, or not ascending.
        """
        given = np.asarray(thresholds, dtype=np.float64)
        if given.shape != (len(self.thresholds),) or not (
            not np.isnan(given).any() and (np.diff(given) >= 0).all()
        ):
            raise ValueError(
                f"expected {len(self.thresholds)} ascending thresholds of {self.name!r}, got "
                f"{given.tolist()}"
            )
        places = place_of(self.values, given)
        right = self.last + sum(int(g[p]) for g, p in zip(self.gains, places, strict=True))
        return right / self.n

    def landscape(
        self, vary: Sequence[int] = (), points: int = 150, near: float | None = None
    ) -> Landscape:
        """The accuracy of other thresholds on design.

        Args:
            vary: one or two of the thresholds, counted from 0, ascending; by default the first two.
            points: of each of them, at quantiles of the score.
            near: no further from the best than so many times the examples of ``flat``; by default
                everywhere.

        Raises:
            ValueError: there are no such thresholds, or too few points.
        """
        wanted = tuple(vary) or tuple(range(min(2, len(self.thresholds))))
        there = range(len(self.thresholds))
        if not there:
            raise ValueError(
                f"no threshold of {self.name!r} is better than class {self.classes[0]} for all: "
                "there is no landscape"
            )
        if not 1 <= len(wanted) <= 2 or sorted({*wanted} & {*there}) != list(wanted) or points < 2:
            raise ValueError(
                f"a landscape varies one or two of the {len(there)} thresholds of {self.name!r}, "
                f"ascending, at two points at least: got vary={wanted}, points={points}"
            )
        at = [self._grid(i, points, near) for i in wanted]
        right = np.array(float(self.last + self._fixed(wanted)))
        order = np.array(True)
        for axis, (i, places) in enumerate(zip(wanted, at, strict=True)):
            shape = [1] * len(wanted)
            shape[axis] = len(places)
            right = right + self.gains[i][places].reshape(shape)
            order = order & self._within(i, places, wanted).reshape(shape)
        if len(wanted) == 2:
            order = order & (at[0][:, None] <= at[1][None, :])
        return Landscape(
            wanted,
            tuple(np.array([threshold(self.values, p) for p in places.tolist()]) for places in at),
            np.where(order, right / self.n, np.nan),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data: all but the score and the landscape."""
        return {
            "schema": SCHEMA,
            "score": self.name,
            "thresholds": list(self.thresholds),
            "classes": list(self.classes),
            "fitted_to": self.fitted_to,
            "accuracy": self.accuracy,
            "error": self.error,
            "flat": [dataclasses.asdict(x) for x in self.flat],
            "data": self.data,
        }

    def to_json(self) -> str:
        """Strict JSON."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False)

    def _shown(self) -> Shown:
        data = self.data
        head = [
            f"thresholds of {self.name!r} for the labels of the {self.fitted_to}; "
            f"{data['name']} ({data['split']}, n = {self.n:,})",
            f"right on design: {self.accuracy:.2%}, standard error {self.error:.2%}",
        ]
        rows = [
            [str(i), f"{t:.6g}", f"{a}, {b}", f"{x.low:.6g} to {x.high:.6g}", f"{x.share:.2%}"]
            for i, (t, a, b, x) in enumerate(
                zip(self.thresholds, self.classes, self.classes[1:], self.flat, strict=False)
            )
        ]
        header = ["", "threshold", "class below, above", "flat within 1 error", "examples there"]
        if not rows:
            head.append(f"no threshold is better than class {self.classes[0]} for all")
        foot = ["right on design is what was fitted: aann.label_agreement on held-out examples."]
        return Shown(head, [header, *rows], foot, left=1)

    def _flat(self, i: int) -> Flat:
        places = np.arange(len(self.below))
        near = self.gains[i] >= self.gains[i][self.places[i]] - self.error * self.n
        places = places[near & self._within(i, places, (i,))]
        low, high = int(places[0]), int(places[-1])
        share = float(self.below[high] - self.below[low]) / self.n
        return Flat(threshold(self.values, low), threshold(self.values, high), share)

    def _within(self, i: int, places: np.ndarray, free: Sequence[int]) -> np.ndarray:
        """Whether threshold i may lie there, for those that are not free stay."""
        lower = max((self.places[j] for j in range(i) if j not in free), default=0)
        upper = [self.places[j] for j in range(i + 1, len(self.places)) if j not in free]
        inside: np.ndarray = (places >= lower) & (places <= min(upper, default=len(self.values)))
        return inside

    def _fixed(self, free: Sequence[int]) -> int:
        """What the thresholds that are not free add."""
        return sum(int(self.gains[i][p]) for i, p in enumerate(self.places) if i not in free)

    def _grid(self, i: int, points: int, near: float | None) -> np.ndarray:
        """Places at quantiles of the examples, and the best one."""
        low, high = 0.0, float(self.n)
        if near is not None:
            middle, reach = self.below[self.places[i]], near * max(self.flat[i].share * self.n, 5)
            low, high = max(low, middle - reach), min(high, middle + reach)
        found = np.searchsorted(self.below, np.linspace(low, high, points))
        return np.unique([*found, self.places[i]])


def plain(scores: Any) -> Any:
    """Scores as they are compared: booleans as integers, bfloat16 as float32."""
    if scores.dtype == bool:
        return scores.astype(np.int32)
    return scores.astype(np.float32) if scores.dtype == jnp.bfloat16 else scores
