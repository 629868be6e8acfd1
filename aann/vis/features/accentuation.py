"""Feature accentuation: a natural picture with more of what a unit answers to in it.

    found = accentuate(model, "mixed4d:12", picture, at="mixed3b", strength=0.5)
    found.figure()

The optimisation starts at the picture, in Fourier coefficients, and may move the values of a layer
(or the pixels) by a share of their length at most: what is seen in the picture stays where it is,
and what makes the unit fire becomes more so (Hamblin et al. 2024, "Feature Accentuation: Revealing
'What' Features Respond to in Natural Images", arXiv 2402.10039). There a penalty with a fixed
weight holds the picture; here its weight is fitted to the share, which means the same for every
unit and layer.
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
    objective_problems,
    refuse,
    site_problems,
)
from aann.vis.features.holding import Holding, settling
from aann.vis.features.objectives.objective import Objective
from aann.vis.features.objectives.written import as_objective
from aann.vis.features.parametrisations import Fourier, Parametrisation
from aann.vis.features.seen import Eye
from aann.vis.features.settings import setting_problems
from aann.vis.features.transforms import Affine, Jitter, Pad, Transform

GENTLE: tuple[Transform, ...] = (Pad(4), Jitter(8), Affine((0.95, 1.0, 1.05), (-5.0, 0.0, 5.0)))
"""Less than what a picture from nothing has to survive."""


@dataclasses.dataclass(frozen=True, eq=False)
class Accentuated(Beside):
    """What ``accentuate`` found.

    Attributes:
        objective: its name.
        at: the layer that was held, or None: pixels alone.
        strength: by how much the layer could move, as a share of its length.
        given: the pictures it started at, (n, rows, columns, channels) in [0, 1].
        pictures: likewise, what became of them.
        before: (n,), the objective of the given pictures.
        after: (n,), of what became of them.
        distance: (n,), by how much the layer moved, as a share of its length.
        pixels: (n,), the same of the pixels' distance from grey.
        held: (n,), whether all bounds hold.
        course: (steps, n), the objective during the optimisation, on changed pictures.
    """

    objective: str
    at: str | None
    strength: float
    given: Float[np.ndarray, "n y x channel"]
    pictures: Float[np.ndarray, "n y x channel"]
    before: Float[np.ndarray, " n"]
    after: Float[np.ndarray, " n"]
    distance: Float[np.ndarray, " n"]
    pixels: Float[np.ndarray, " n"]
    held: Any
    course: Float[np.ndarray, "step n"]

    made_as = "accentuated"
    __repr__ = brief

    def figure(self) -> Figure:
        """A row a picture: as given, accentuated, and where they differ."""
        what = self.at or "pixels"
        titles = [
            (
                f"{self.objective}: {self.before[i]:.3g}",
                f"accentuated: {self.after[i]:.3g}",
                f"where they differ:\n{what} moved by {self.distance[i]:.0%}"
                + ("" if self.held[i] else f", over {self.strength:.0%}"),
            )
            for i in range(len(self.given))
        ]
        return drawn(self.shown(), titles)


def accentuate(
    model: Model,
    objective: str | Objective,
    pictures: Any,
    *,
    at: str | None = None,
    strength: float = 0.5,
    pixels: float | None = None,
    steps: int = 128,
    parametrisation: Parametrisation | None = None,
    transforms: Sequence[Transform] = GENTLE,
    optimizer: optax.GradientTransformation | None = None,
    low_high: tuple[float, float] = PIXELS,
    seed: int = 0,
    progress: bool = True,
) -> Accentuated:
    """Move pictures towards an objective, and hold them near to what they were.

    Args:
        model: takes pictures.
        objective: as of ``visualise``.
        pictures: ``aann.Examples``, or pictures in [0, 1] of any one size.
        at: the layer whose values are held; by default pixels, as their distance from grey.
        strength: by how much it may move at most, as a share of its length: at 0.1 hardly anything
            can happen, at 1 nearly everything.
        pixels: the same of pixels, beside a layer; by default they are free.
        steps: of the optimiser.
        parametrisation: by default ``Fourier()``.
        transforms: random changes of both the given and the moved picture, by default ``GENTLE``.
        optimizer: by default Adam at 0.03, settling.
        low_high: what black and white are for the model.
        seed: of the changes.
        progress: whether to show how far it is.

    Raises:
        TypeError: the objective is none.
        ValueError: no such site or unit, wrong pictures, or numbers out of range.
    """
    target = as_objective(objective)
    found, problems = given(model, pictures, low_high)
    problems += objective_problems(model, target, len(found), low_high)
    problems += site_problems(model, at) if at is not None else []
    problems += count_problems(steps=steps)
    problems += setting_problems(
        model, parametrisation=parametrisation, transforms=transforms, optimizer=optimizer,
        seed=seed,
    )  # fmt: skip
    if pixels is not None and at is None:
        problems.append("pixels= is beside a layer: name it with at=, or use strength= for pixels")
    for name, number in (("strength", strength), ("pixels", pixels)):
        if number is not None and not 0 < number < np.inf:
            problems.append(f"{name} is a share above 0, such as 0.5, got {number!r}")
    refuse(problems)
    layer, colours = far(at) if at else from_grey, from_grey
    bounds: list[Two] = [lambda v, g: layer(v, g) / strength]
    if at and pixels is not None:
        bounds.append(lambda v, g: colours(v, g) / pixels)
    sites = list(dict.fromkeys([*target.sites, *([at] if at else [])]))
    eye, made = Eye(model, low_high), parametrisation or Fourier()
    rule = optimizer or settling(0.03, steps)
    holding = Holding(eye, sites, lambda v, _: target.of(v), bounds, made, rule, steps, transforms)
    best = holding.run(found, made.at(jnp.asarray(found)), bar(steps, "accentuate", progress),
                       jax.random.key(seed))  # fmt: skip

    def measured(params: Any, pictures: Any) -> Any:
        values, before = (eye.look(params, p, sites) for p in (pictures, jnp.asarray(found)))
        return target.of(before), target.of(values), layer(values, before), colours(values, before)

    numbers = jax.jit(measured)(model.params, best.pictures)
    before, after, distance, moved = (np.asarray(x, np.float32) for x in numbers)
    finite_pictures(best.pictures, before, after)
    return Accentuated(
        target.name, at, strength, found, best.pictures, before, after, distance, moved,
        best.broken <= 1, best.course,
    )  # fmt: skip
