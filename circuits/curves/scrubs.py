"""What the maps of curve detectors stand for, as hypotheses to scrub.

A map of a unit is 784 numbers, and no two photographs share one. What can be asked of a few hundred
pictures is coarse: whether a picture's maps may be those of another one in which the program sees
about as much of every curve, in all or in every quarter of the picture. What is lost against the
program itself is where the curves are. The program turned by 90 degrees sees as much, of other
curves, and ought to lose.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

import aann
from aann.program.constant import Constants
from circuits.curves.controls import turned
from circuits.fitting.scrubs import Scrubs, with_shuffled

WIDTH = 0.5
"""Standard deviation of how far the roots of two pictures' sums may lie apart, in units of the
spread of that sum over pictures (Euclidean over units)."""


def scrubs(curves: aann.Replacement) -> list[Scrubs]:
    """The hypotheses about the units that the program stands in for."""
    where = {"seen": aann.Where(curves.site, curves.units, axis=curves.axis)}

    def about(program: aann.Replacement, cells: int, name: str) -> aann.Hypothesis:
        return aann.Hypothesis(
            summed(program, cells), where, aann.Within(WIDTH, "gaussian"), rest="keep", name=name
        )

    return [
        with_shuffled(
            "curve detectors",
            (about(curves, 2, "curves by quarter"), about(curves, 1, "curves in all")),
            about(turned(curves, 90), 1, "turned by 90 degrees"),
        )
    ]


def summed(curves: aann.Replacement, cells: int) -> aann.Replacement:
    """The program, which also says how much of each curve it sees in each cell of a coarse grid.

    Args:
        curves: a program of maps, units last.
        cells: of the grid along each side of the picture.
    """

    def program(image: Float[Array, "b y x rgb"], c: Constants) -> jax.Array:
        """The units carry how much of each curve there is, and not where."""
        maps = curves.compute(image, constants=c)
        side = maps.shape[1] // cells
        grid = maps.reshape(len(maps), cells, side, cells, side, maps.shape[-1])
        amount = jnp.sqrt(grid.mean((2, 4)).reshape(len(maps), -1))
        return aann.value("seen", amount)

    return aann.make(
        program, model=curves.model, site=curves.site, units=curves.units, reads=curves.reads,
        constants=curves.constants, axis=curves.axis, name=curves.name,
    )  # fmt: skip
