"""Families of units that are tuned to one parameter of stimuli, found by showing them.

    from aann.vis.tuning import families
    from aann.vis.tuning.find import find
    print(find(model, "mixed3a", families.lines()))

Any renderer with one parameter describes a family: a function of the pictures' size, the values of
the parameter, and the place that the central cell looks at, which gives covers (shown light and
dark), or pictures.

The best units of a site need be no family. A unit is *tuned* where it is selective for each kind of
stimulus by itself, and all kinds agree on the value that it prefers; ``Found`` says whether most of
the units are.
"""

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import Float

from aann.model import Model
from aann.shown.brief import brief
from aann.vis.features.given import PIXELS
from aann.vis.tuning.probe import BATCH, Probe, probe
from aann.vis.tuning.ranking import Ranked, rank

Render = Callable[[tuple[int, int], np.ndarray, tuple[float, float]], np.ndarray]
"""Size, values and place -> covers (value, y, x), or pictures (value, y, x, channel), both from 0
to 1. Covers are two kinds, light and dark on grey; in pictures 0 is black and 1 is white."""

SELECTIVE = 0.35
"""Least selectivity of a tuned unit, for the kind of stimulus for which it is least selective."""
APART = 1 / 24
"""Part of the circle, or of the line, by which a kind may differ in what a tuned unit prefers."""
MOST = 0.5
"""Part of the units that have to be tuned to be called a family."""


@dataclasses.dataclass(frozen=True)
class Stimuli:
    """What a family is looked for with.

    Attributes:
        name: of the family, for messages.
        kinds: a tuned unit answers to all of them; of the renderers of a kind, the best counts.
        values: of the parameter; evenly spread over the circle, where it is circular.
        circular: after which values repeat, as 360 for directions and 180 for orientations; None
            where they lie on a line.

    Raises:
        ValueError: with all problems: there are no kinds, fewer than 4 values, values that are not
            in order, or not evenly spread over the circle.
    """

    name: str
    kinds: tuple[tuple[Render, ...], ...]
    values: tuple[float, ...]
    circular: float | None = 360.0

    __repr__ = brief

    def __post_init__(self) -> None:
        problems = []
        if not self.kinds or not all(self.kinds):
            problems.append("every kind is one renderer or more, and there is a kind at least")
        steps = np.diff(np.asarray(self.values, np.float64))
        if len(self.values) < 4:
            problems.append(f"values are at least 4, got {len(self.values)}")
        elif not (steps > 0).all():
            problems.append("values are in order, each once")
        elif self.circular is not None and not np.allclose(
            steps, self.circular / len(self.values), rtol=1e-3
        ):
            problems.append(
                f"values are evenly spread over a circle of {self.circular:g}, without its end: "
                f"{len(self.values)} of them are {self.circular / len(self.values):g} apart"
            )
        if problems:
            raise ValueError(f"stimuli {self.name!r}: " + "; ".join(problems))

    @property
    def tolerance(self) -> float:
        """How far kinds may differ in what a tuned unit prefers."""
        whole = self.values[-1] - self.values[0] if self.circular is None else self.circular
        return APART * whole


@dataclasses.dataclass(frozen=True, eq=False)
class Found:
    """Units of one site that are most tuned, and whether they are.

    Attributes:
        site: where they are.
        stimuli: that were shown.
        units: the best-scoring ones, best first.
        ranked: all units of the site.
    """

    site: str
    stimuli: Stimuli
    units: tuple[int, ...]
    ranked: Ranked

    __repr__ = brief

    @property
    def preferred(self) -> tuple[float, ...]:
        """Value of the parameter that each of ``units`` answers to most."""
        return tuple(round(float(self.ranked.preferred[u]), 2) for u in self.units)

    @property
    def selectivity(self) -> tuple[float, ...]:
        """Of each of ``units``, for the kind for which it is lowest."""
        return tuple(round(float(self.ranked.selectivity[u]), 2) for u in self.units)

    @property
    def scores(self) -> Float[np.ndarray, " unit"]:
        """Of all units of the site."""
        return self.ranked.scores

    @property
    def tuning(self) -> Float[np.ndarray, "unit value"]:
        """Curves of ``units``."""
        curves: np.ndarray = self.ranked.tuning[list(self.units)]
        return curves

    @property
    def tuned(self) -> tuple[int, ...]:
        """Those of ``units`` that are tuned."""
        r, most = self.ranked, self.stimuli.tolerance
        return tuple(u for u in self.units if r.selectivity[u] >= SELECTIVE and r.apart[u] <= most)

    @property
    def exists(self) -> bool:
        """Whether there is a family: more than a part of ``MOST`` of the units is tuned."""
        return len(self.tuned) > MOST * len(self.units)

    def __str__(self) -> str:
        rows = zip(self.units, self.preferred, self.selectivity, strict=True)
        tuned = set(self.tuned)
        units = ", ".join(
            f"{u} (prefers {p:g}, selectivity {s:.2f}{'' if u in tuned else ', not tuned'})"
            for u, p, s in rows
        )
        if self.exists:
            return f"{self.stimuli.name} of {self.site!r}: {units}"
        return (
            f"no family of {self.stimuli.name} at {self.site!r}: {len(tuned)} of {len(self.units)} "
            f"units are tuned, more than {MOST * len(self.units):g} would be one; {units}"
        )


def find(
    model: Model,
    site: str,
    stimuli: Stimuli,
    n: int = 10,
    *,
    low_high: tuple[float, float] = PIXELS,
    place: tuple[float, float] | None = None,
) -> Found:
    """The ``n`` units of ``site`` that are most tuned to what differs between the stimuli.

    Args:
        model: an image model that declares ``inputs``.
        site: (batch, rows, columns, channels), as pictures are, or (batch, units).
        stimuli: ``families.curves()``, ``lines()``, ``gratings()``, ``colours()``, or your own.
        n: how many units to return.
        low_high: black and white of the model's pictures.
        place: row and column that the central cell looks at; None measures it.

    Raises:
        ValueError: ``n`` is not between 1 and the number of units that answer to all kinds; a
            renderer gives something else than covers or pictures of this size; or as ``probe``.
    """
    probed = probe(model, site, low_high=low_high, place=place)
    if not 1 <= n <= len(probed.units):
        raise ValueError(f"n is between 1 and the {len(probed.units)} units of {site!r}, got {n}")
    ranked = rank(answers(probed, stimuli), stimuli.values, stimuli.circular)
    order = np.argsort(-ranked.scores, kind="stable")[:n]
    if not ranked.scores[order[-1]] > 0:
        raise ValueError(
            f"only {int((ranked.scores > 0).sum())} units of {site!r} answer to all kinds of "
            f"{stimuli.name}; ask for at most that many instead of {n}"
        )
    return Found(site, stimuli, tuple(int(u) for u in order), ranked)


def answers(probed: Probe, stimuli: Stimuli) -> Float[np.ndarray, "kind unit value"]:
    """What the units answer to each kind of stimuli, each at its best variant.

    Raises:
        ValueError: a renderer gives something else than covers or pictures of this size.
    """
    found = []
    for kind in stimuli.kinds:
        variants = [list(_kinds(probed, stimuli, render)) for render in kind]
        found += [np.stack(same).max(0).T for same in zip(*variants, strict=True)]
    return np.stack(found)


def _kinds(probed: Probe, stimuli: Stimuli, render: Render) -> Iterator[np.ndarray]:
    """(value, unit): one for pictures, two for covers."""
    values = np.asarray(stimuli.values, np.float64)
    drawn = np.asarray(render(probed.size, values, probed.place))
    expected = (len(values), *probed.size)
    problems = []
    if drawn.shape[:3] != expected or (drawn.ndim, *drawn.shape[3:]) not in (
        (3,), (4, 1), (4, probed.shape[2])
    ):  # fmt: skip
        problems.append(
            f"covers (value, y, x) = {expected}, or pictures with a last axis of 1 or "
            f"{probed.shape[2]} channels, got shape {drawn.shape}"
        )
    elif not (drawn.min() >= 0 and drawn.max() <= 1):
        problems.append(f"values in [0, 1], got {drawn.min():g} to {drawn.max():g}")
    if problems:
        raise ValueError(f"a renderer of {stimuli.name!r} gives {problems[0]}")
    if drawn.ndim == 3:
        yield probed.shows(drawn)
        yield probed.shows(drawn, -1.0)
        return
    low, high = probed.low_high
    yield probed.answers(
        np.broadcast_to(low + (high - low) * part, (*part.shape[:3], probed.shape[2]))
        for part in (drawn[k : k + BATCH] for k in range(0, len(drawn), BATCH))
    )
