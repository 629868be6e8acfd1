"""Metamers: pictures that are the same to a layer or to some units, and otherwise as unlike.

    found = metamers(model, "mixed3b", pictures, units=(343, 379))
    found.figure()

What a layer does not tell apart it does not know. The values held stay within a share of their
length; everything else (other channels, another layer, pixels) moves as far as it can (Feather et
al. 2019, "Metamers of neural networks reveal divergence from human perceptual systems", NeurIPS).
All differences are relative, and stated beside those between different natural pictures: a metamer
of units is one whose held difference is far below that, and whose other difference is like it.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float
from matplotlib.figure import Figure

from aann.model import Model
from aann.shown.brief import brief
from aann.vis.features.beside import Beside, drawn
from aann.vis.features.differences import Two, far, from_grey
from aann.vis.features.given import (
    PIXELS,
    bar,
    count_problems,
    finite_pictures,
    given,
    layer_shape,
    refuse,
    site_problems,
)
from aann.vis.features.holding import Holding, settling
from aann.vis.features.leaving import back, kicked
from aann.vis.features.parametrisations import Fourier, Parametrisation
from aann.vis.features.seen import Eye
from aann.vis.features.settings import setting_problems, unit_problems
from aann.vis.features.transforms import Transform

RATES = {"noise": 0.05, "given": 0.005}
"""Of the optimiser, by where it starts."""
PAIRS = 32
"""Of different natural pictures, at most."""


@dataclasses.dataclass(frozen=True, eq=False)
class Metamers(Beside):
    """What ``metamers`` found.

    Attributes:
        held_at: what was held, in words.
        apart_at: what was moved, in words.
        tolerance: by how much what was held could differ.
        given: pictures, (n, rows, columns, channels) in [0, 1].
        pictures: likewise, their metamers.
        held: (n,), relative difference of what was held.
        apart: (n,), of what was moved.
        pixels: (n,), of the pixels, relative to the given ones' distance from grey.
        reached: (n,), whether ``held`` is within ``tolerance``.
        natural_held: median of the same between different natural pictures, or None without any.
        natural_apart: likewise.
        natural_pixels: likewise.
        course: (steps, n), what was moved during the optimisation.
    """

    held_at: str
    apart_at: str
    tolerance: float
    given: Float[np.ndarray, "n y x channel"]
    pictures: Float[np.ndarray, "n y x channel"]
    held: Float[np.ndarray, " n"]
    apart: Float[np.ndarray, " n"]
    pixels: Float[np.ndarray, " n"]
    reached: Any
    natural_held: float | None
    natural_apart: float | None
    natural_pixels: float | None
    course: Float[np.ndarray, "step n"]

    made_as = "metamer"
    __repr__ = brief

    def figure(self) -> Figure:
        """A row a picture: as given, its metamer, and where they differ."""
        titles = []
        for i in range(len(self.given)):
            missed = "" if self.reached[i] else f", over {self.tolerance:.0%}"
            titles.append((
                "given",
                f"held: {self.held[i]:.1%} off{missed}\nrest: {self.apart[i]:.0%} off",
                f"pixels: {self.pixels[i]:.0%} off",
            ))  # fmt: skip
        title = f"held: {self.held_at}; rest: {self.apart_at}"
        if self.natural_held is not None:
            title += (
                f"\ntwo natural pictures: held {self.natural_held:.0%}, rest "
                f"{self.natural_apart:.0%}, pixels {self.natural_pixels:.0%} off"
            )
        return drawn(self.shown(), titles, title)


def metamers(
    model: Model,
    site: str,
    pictures: Any,
    *,
    units: Sequence[int] | None = None,
    apart: str | None = None,
    tolerance: float = 0.2,
    start: str = "given",
    natural: Any = None,
    steps: int = 512,
    parametrisation: Parametrisation | None = None,
    transforms: Sequence[Transform] = (),
    optimizer: optax.GradientTransformation | None = None,
    low_high: tuple[float, float] = PIXELS,
    seed: int = 0,
    progress: bool = True,
) -> Metamers:
    """Find pictures that are the same to some units and as unlike as can be otherwise.

    Args:
        model: takes pictures.
        site: the layer whose values are held.
        pictures: ``aann.Examples``, or pictures in [0, 1] of any one size.
        units: channels of it to hold, at every position; by default the whole layer.
        apart: a layer to move, or ``"pixels"``; by default the other channels of ``site`` where
            ``units`` are given, and pixels where it is held whole. The layer itself is allowed with
            ``units``: the other channels are meant.
        tolerance: by how much what is held may differ, as a share of its length.
        start: ``"given"`` begins at the pictures and leaves as far as it can within the tolerance;
            ``"noise"`` ends at stranger pictures, but may not get within it.
        natural: pictures to compare differences with; by default ``pictures``, if there are two.
        steps: of the optimiser.
        parametrisation: by default ``Fourier()``.
        transforms: random changes of both pictures, by default none.
        optimizer: by default Adam at 0.05 from noise and 0.005 from given pictures, settling.
        low_high: what black and white are for the model.
        seed: of start, changes, and natural pairs.
        progress: whether to show how far it is.

    Raises:
        ValueError: no such site or units, nothing is left to move, wrong pictures, or numbers out
            of range.
    """
    found, problems = given(model, pictures, low_high)
    others, more = (found, []) if natural is None else given(model, natural, low_high)
    units, wrong = unit_problems(units)
    problems += more + wrong + site_problems(model, site, units or ()) + count_problems(steps=steps)
    problems += wrong or _choice_problems(model, site, units, apart)
    problems += setting_problems(
        model, parametrisation=parametrisation, transforms=transforms, optimizer=optimizer,
        seed=seed,
    )  # fmt: skip
    if start not in RATES:
        problems.append(f"start is one of {', '.join(RATES)}, got {start!r}")
    if not 0 < tolerance < np.inf:
        problems.append(f"tolerance is a share above 0, such as 0.2, got {tolerance!r}")
    refuse(problems)
    same, moved, words = _measures(site, units, apart)
    sites = list(dict.fromkeys([site, *([apart] if apart and apart != "pixels" else [])]))
    eye, made = Eye(model, low_high), parametrisation or Fourier()
    first, changes = jax.random.split(jax.random.key(seed))

    @jax.jit
    def measured(params: Any, here: Any, there: Any) -> Any:
        values, given = (eye.look(params, p, sites) for p in (here, there))
        return same(values, given), moved(values, given), from_grey(values, given)

    def held_by(seen: Any) -> np.ndarray:
        return np.asarray(measured(model.params, seen, found)[0])

    begin = made.start(first, found.shape)
    if start == "given":
        begin = made.at(jnp.asarray(back(held_by, kicked(found, first), found, tolerance / 2)))
    rule = optimizer or settling(RATES[start], steps)
    holding = Holding(
        eye, sites, moved, [lambda v, g: same(v, g) / tolerance], made, rule, steps, transforms
    )
    best = holding.run(found, begin, bar(steps, "metamers", progress), changes)
    ended = best.pictures
    if start == "given":
        ended = back(held_by, ended, found, tolerance)
    held, other, pixels = map(np.asarray, measured(model.params, ended, found))
    finite_pictures(ended, held, other, pixels)
    usual = [
        measured(model.params, others[i : i + 1], others[j : j + 1])
        for i, j in _pairs(len(others), seed)
    ]
    medians = [float(np.median([one[k] for one in usual])) if usual else None for k in range(3)]
    return Metamers(
        words[0], words[1], tolerance, found, ended, held, other, pixels,
        held <= tolerance, medians[0], medians[1], medians[2], best.course,
    )  # fmt: skip


def _measures(
    site: str, units: Sequence[int] | None, apart: str | None
) -> tuple[Two, Two, tuple[str, str]]:
    """What is held, what is moved, and both in words."""
    said = site if units is None else f"{site}:{', '.join(map(str, units))}"
    if apart == "pixels" or (apart is None and units is None):
        return far(site, units), from_grey, (said, "pixels")
    if apart in (None, site):
        return far(site, units), far(site, units, others=True), (said, f"other channels of {site}")
    assert apart is not None  # the second case
    return far(site, units), far(apart), (said, apart)


def _choice_problems(
    model: Model, site: str, units: Sequence[int] | None, apart: str | None
) -> list[str]:
    problems = [] if apart in (None, "pixels") else site_problems(model, str(apart))
    if units is not None and not len(units):
        problems.append("units: name one at least, or leave it out for the whole layer")
    if units is None and apart == site:
        problems.append(f"site {site!r} is held whole: move another layer, or pixels")
    shape = layer_shape(model, site)
    rest = shape and units is not None and apart in (None, site)
    if rest and shape and len(set(units or ())) >= shape[-1]:
        problems.append(f"all {shape[-1]} units of {site!r} are held: name apart='pixels'")
    return problems


def _pairs(n: int, seed: int) -> np.ndarray:
    """(pairs, 2) different pictures, drawn at random."""
    i, j = np.triu_indices(n, 1)
    chosen = np.random.default_rng(seed).permutation(len(i))[:PAIRS]
    found: np.ndarray = np.stack([i[chosen], j[chosen]], 1)
    return found
