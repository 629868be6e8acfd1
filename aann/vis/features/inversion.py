"""Feature inversion: a picture from what a layer has kept of one.

    invert(model, "mixed4a", picture).figure()

Least squares between the layer on the picture sought and on the given one, relative to the latter's
length (Mahendran and Vedaldi 2015, "Understanding Deep Image Representations by Inverting Them",
arXiv 1412.0035). What does not come back was not needed to make the layer what it is.

Sharp edge: what comes back where the layer says nothing is due to start and parametrisation; invert
with several seeds before reading it.
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
from aann.vis.features.differences import far, length, silent_problems
from aann.vis.features.given import (
    PIXELS,
    activations,
    bar,
    count_problems,
    finite_pictures,
    given,
    refuse,
    site_problems,
)
from aann.vis.features.holding import Holding, settling
from aann.vis.features.objectives.pictures import total_variation
from aann.vis.features.parametrisations import Fourier, Parametrisation
from aann.vis.features.seen import Eye
from aann.vis.features.settings import setting_problems
from aann.vis.features.transforms import Transform


@dataclasses.dataclass(frozen=True, eq=False)
class Inverted(Beside):
    """What ``invert`` found.

    Attributes:
        site: the layer.
        given: pictures, (n, rows, columns, channels) in [0, 1].
        pictures: likewise, from the layer alone.
        error: (n,), difference of the layer on both relative to its length on the given one.
        start: (n,), the same at the start of the optimisation.
        pixels: (n,), root mean square difference of the pixels, in units of the whole range.
        course: (steps, n), minus the squared error, less what is subtracted for roughness.
    """

    site: str
    given: Float[np.ndarray, "n y x channel"]
    pictures: Float[np.ndarray, "n y x channel"]
    error: Float[np.ndarray, " n"]
    start: Float[np.ndarray, " n"]
    pixels: Float[np.ndarray, " n"]
    course: Float[np.ndarray, "step n"]

    made_as = "inverted"
    __repr__ = brief

    def figure(self) -> Figure:
        """A row a picture: as given, from the layer, and where they differ."""
        titles = [
            (
                "given",
                f"from {self.site}, {self.error[i]:.1%} off",
                f"pixels: {self.pixels[i]:.2g} off",
            )
            for i in range(len(self.given))
        ]
        return drawn(self.shown(), titles)


def invert(
    model: Model,
    site: str,
    pictures: Any,
    *,
    smooth: float = 0.0,
    steps: int = 512,
    parametrisation: Parametrisation | None = None,
    transforms: Sequence[Transform] = (),
    optimizer: optax.GradientTransformation | None = None,
    low_high: tuple[float, float] = PIXELS,
    seed: int = 0,
    progress: bool = True,
) -> Inverted:
    """Find pictures on which a layer is what it is on given ones.

    Args:
        model: takes pictures.
        site: the layer.
        pictures: ``aann.Examples``, or pictures in [0, 1] of any one size.
        smooth: how much total variation counts against the squared relative error.
        steps: of the optimiser, which starts at grey noise.
        parametrisation: by default ``Fourier()``.
        transforms: random changes of both pictures, by default none.
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
    if not 0 <= smooth < np.inf:
        problems.append(f"smooth is a number from 0 up, got {smooth!r}")
    refuse(problems)
    here = activations(model, [site], found, low_high)[site]
    refuse(silent_problems(site, length(jnp.asarray(here)), "invert"))
    eye, made = Eye(model, low_high), parametrisation or Fourier()
    off, rough = far(site), total_variation()

    def score(values: Any, given: Any) -> Any:
        return -jnp.square(off(values, given)) - smooth * rough.of(values)

    first, changes = jax.random.split(jax.random.key(seed))
    rule = optimizer or settling(0.05, steps)
    begin = made.start(first, found.shape)
    holding = Holding(eye, [site], score, [], made, rule, steps, transforms)
    best = holding.run(found, begin, bar(steps, "invert", progress), changes)

    def measured(params: Any, pictures: Any) -> Any:
        values = eye.look(params, pictures, [site])
        return off(values, eye.look(params, jnp.asarray(found), [site]))

    errors = jax.jit(measured)
    start = np.asarray(errors(model.params, made.pictures(begin, found.shape)))
    error = np.asarray(errors(model.params, jnp.asarray(best.pictures)))
    finite_pictures(best.pictures, error)
    pixels = np.sqrt(np.square(best.pictures - found).mean((1, 2, 3)))
    return Inverted(site, found, best.pictures, error, start, pixels, best.course)
