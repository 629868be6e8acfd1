"""What a picture itself is like: penalties, to be subtracted.

channel("mixed3b", 343) - 0.1 * total_variation()
"""

import jax.numpy as jnp

from aann.vis.features.objectives.objective import (
    OPACITY,
    PICTURES,
    Numbers,
    Objective,
    Values,
    mean,
)


def total_variation() -> Objective:
    """The mean absolute difference of neighbouring pixels, in units of the whole range."""

    def of(values: Values) -> Numbers:
        here = values[PICTURES]
        down, right = here[:, 1:] - here[:, :-1], here[:, :, 1:] - here[:, :, :-1]
        rough = [mean(jnp.abs(x)) for x in (down, right) if x.size]  # a single row has none
        return sum(rough, jnp.zeros(len(here), here.dtype))

    return Objective("total variation", (), of)


def away_from_grey(power: int = 1) -> Objective:
    """The mean of ``|pixel - 0.5| ** power``."""
    return Objective(
        "away from grey", (), lambda v: mean(jnp.abs(v[PICTURES] - 0.5) ** power)
    )  # fmt: skip


def opacity() -> Objective:
    """The part of a picture that is not transparent, for the parametrisation ``Alpha``."""
    return Objective("opacity", (), lambda v: mean(v[OPACITY]))
