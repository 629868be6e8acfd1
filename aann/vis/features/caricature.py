"""Caricatures: a picture in which a layer sees what it sees in a given one, and more of it.

    caricature(model, "mixed4b", picture).figure()

The objective is the dot product of the layer's activations with the given picture's, times their
cosine to a power (Lucid's ``dot_compare``; Olah et al. 2018, "The Building Blocks of
Interpretability", doi 10.23915/distill.00010). Both pictures go through the same random changes.
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
from aann.vis.features.differences import Two, length, silent_problems
from aann.vis.features.given import (
    PIXELS,
    bar,
    count_problems,
    finite_pictures,
    given,
    refuse,
    site_problems,
)
from aann.vis.features.holding import Holding, settling
from aann.vis.features.parametrisations import Fourier, Parametrisation
from aann.vis.features.seen import Eye
from aann.vis.features.settings import setting_problems
from aann.vis.features.transforms import ROBUST, Transform

LEAST = 0.1
"""The cosine is not taken for less, so that there is a gradient at the start (as in Lucid)."""


@dataclasses.dataclass(frozen=True, eq=False)
class Caricature(Beside):
    """What ``caricature`` found.

    Attributes:
        site: the layer.
        power: of the cosine.
        given: pictures, (n, rows, columns, channels) in [0, 1].
        pictures: likewise, the caricatures.
        cosine: (n,), of the layer on both.
        size: (n,), the layer along the given picture's direction, which is 1 on that itself.
        course: (steps, n), the objective during the optimisation, on changed pictures.
    """

    site: str
    power: float
    given: Float[np.ndarray, "n y x channel"]
    pictures: Float[np.ndarray, "n y x channel"]
    cosine: Float[np.ndarray, " n"]
    size: Float[np.ndarray, " n"]
    course: Float[np.ndarray, "step n"]

    made_as = "caricature"
    differences = False
    __repr__ = brief

    def figure(self) -> Figure:
        """A row a picture: as given, and its caricature."""
        titles = [
            ("given", f"{self.site}: cosine {c:.2f},\n{s:.2g} times as strong")
            for c, s in zip(self.cosine, self.size, strict=True)
        ]
        return drawn(self.shown(), titles)


def caricature(
    model: Model,
    site: str,
    pictures: Any,
    *,
    power: float = 1.0,
    steps: int = 256,
    parametrisation: Parametrisation | None = None,
    transforms: Sequence[Transform] = ROBUST,
    optimizer: optax.GradientTransformation | None = None,
    low_high: tuple[float, float] = PIXELS,
    seed: int = 0,
    progress: bool = True,
) -> Caricature:
    """Draw caricatures of pictures as a layer sees them.

    Args:
        model: takes pictures.
        site: the layer.
        pictures: ``aann.Examples``, or pictures in [0, 1] of any one size.
        power: of the cosine: 0 exaggerates what is strong, more keeps to the picture.
        steps: of the optimiser, which starts at grey noise.
        parametrisation: by default ``Fourier()``.
        transforms: random changes of both pictures, by default ``ROBUST``.
        optimizer: by default Adam at 0.05, settling.
        low_high: what black and white are for the model.
        seed: of start and changes.
        progress: whether to show how far it is.

    Raises:
        ValueError: no such site, wrong pictures, numbers out of range, or a layer that is 0 on one
            of the pictures.
    """
    found, problems = given(model, pictures, low_high)
    problems += site_problems(model, site) + count_problems(steps=steps)
    problems += setting_problems(
        model, parametrisation=parametrisation, transforms=transforms, optimizer=optimizer,
        seed=seed,
    )  # fmt: skip
    if not 0 <= power < np.inf:
        problems.append(f"power is a number from 0 up, got {power!r}")
    refuse(problems)
    eye, made = Eye(model, low_high), parametrisation or Fourier()

    def measured(params: Any, pictures: Any) -> Any:
        both = [eye.look(params, p, [site]) for p in (pictures, jnp.asarray(found))]
        here, there = (v[site].reshape(len(found), -1).astype(jnp.float32) for v in both)
        dot = (here * there).sum(1)
        return dot / (length(here) * length(there)), dot / length(there) ** 2, length(there)

    lengths = jax.jit(measured)(model.params, jnp.asarray(found))[2]
    refuse(silent_problems(site, lengths, "caricature"))
    first, changes = jax.random.split(jax.random.key(seed))
    rule = optimizer or settling(0.05, steps)
    holding = Holding(eye, [site], alike(site, power), [], made, rule, steps, transforms)
    best = holding.run(found, made.start(first, found.shape), bar(steps, "caricature", progress),
                       changes)  # fmt: skip
    cosine, size, _ = jax.jit(measured)(model.params, best.pictures)
    finite_pictures(best.pictures, cosine, size)
    return Caricature(
        site, power, found, best.pictures, np.asarray(cosine), np.asarray(size), best.course
    )


def alike(site: str, power: float) -> Two:
    """The objective: dot product x cosine^power of all activations of a layer on two pictures.

    Divided by the square of the given picture's length, which changes no direction.
    """

    def of(values: Any, given: Any) -> Any:
        here, there = (v[site].reshape(len(v[site]), -1).astype(jnp.float32)
                       for v in (values, given))  # fmt: skip
        dot = (here * there).sum(1)
        cosine = jnp.maximum(dot / (length(here) * length(there)), LEAST)
        return dot / length(there) ** 2 * cosine**power

    return of
