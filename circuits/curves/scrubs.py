"""What the maps of curve detectors stand for, as hypotheses to scrub.

A map of a unit is 784 numbers, and no two photographs share one. So the nearest stand in: the
pictures of which the program draws the map that is most like its map of this one, for each unit
pictures of its own. Every criterion has as many stand-ins. The program turned by 90 degrees looks
for other curves at the same places, and ought to lose.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

import aann
from aann.program.constant import Constants
from aann.scrubbing.equivalence import Nearest
from circuits.curves.controls import turned
from circuits.fitting.scrubs import Scrubs, with_shuffled

NEAREST = 3
"""Pictures that stand in for one."""

Maps = Float[Array, "b i j unit"]


def scrubs(curves: aann.Replacement) -> list[Scrubs]:
    """The hypotheses about the units that the program stands in for."""

    def apart(curves: aann.Replacement, name: str) -> aann.Hypothesis:
        """Each unit from a picture of its own."""
        where = {f"unit_{u}": aann.Where(curves.site, (u,), axis=curves.axis) for u in curves.units}

        def mark(maps: Maps) -> Maps:
            each = [aann.value(n, maps[..., i]) for i, n in enumerate(where)]
            return jnp.stack(each, axis=-1)

        program = named(curves, mark)
        return aann.Hypothesis(program, where, Nearest(NEAREST), rest="keep", name=name)

    wrong = apart(turned(curves, 90), "turned by 90 degrees")
    return [with_shuffled("curve detectors", (apart(curves, "curves"),), wrong)]


def named(curves: aann.Replacement, mark: Callable[[Maps], Maps]) -> aann.Replacement:
    """The program with its maps named.

    Args:
        curves: a program of maps, units last.
        mark: names the values in them.
    """

    def program(image: Float[Array, "b y x rgb"], c: Constants) -> jax.Array:
        """The units fire where the program sees their curves."""
        return mark(curves.compute(image, constants=c))

    return aann.make(
        program, model=curves.model, site=curves.site, units=curves.units, reads=curves.reads,
        constants=curves.constants, axis=curves.axis, name=curves.name,
    )  # fmt: skip
