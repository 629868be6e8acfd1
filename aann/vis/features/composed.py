"""Parametrisations of parametrisations: see-through pictures, and pictures with a common part.

As in Mordvintsev et al. 2018, "Differentiable Image Parameterizations", doi 10.23915/distill.00012.
"""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from aann.shown.brief import brief
from aann.vis.features.colours import Images
from aann.vis.features.parametrisations import Fourier, Parametrisation, Shape


@dataclasses.dataclass(frozen=True)
class Alpha:
    """Pictures with an alpha channel: what does not matter to the objective may be transparent.

    At every step they lie before another random background, so that an objective can only count on
    what is opaque. Subtract ``opacity()`` from the objective to have less of it.

    Attributes:
        base: of the colours and, with one channel, of how opaque they are.
    """

    base: Parametrisation = dataclasses.field(default_factory=Fourier)

    __repr__ = brief

    def start(self, key: PRNGKeyArray, shape: Shape) -> Any:
        """See ``Parametrisation``."""
        colours, opaque = jax.random.split(key)
        one = (*shape[:3], 1)
        return {"colours": self.base.start(colours, shape), "opaque": self.base.start(opaque, one)}

    def at(self, pictures: Images) -> Any:
        """See ``Parametrisation``: half transparent."""
        half = jnp.full((*pictures.shape[:3], 1), 0.5, pictures.dtype)
        return {"colours": self.base.at(pictures), "opaque": self.base.at(half)}

    def pictures(self, free: Any, shape: Shape) -> Float[Array, "n y x planes"]:
        """See ``Parametrisation``: colours, then how opaque."""
        opaque = self.base.pictures(free["opaque"], (*shape[:3], 1))
        return jnp.concatenate([self.base.pictures(free["colours"], shape), opaque], axis=-1)


@dataclasses.dataclass(frozen=True)
class Shared:
    """Pictures with a common part: what is the same in all of them is found once.

    Useful with ``interpolation`` and ``alignment``, where what differs between pictures should be
    what the objectives differ in.

    Attributes:
        base: of the common part and of what each picture adds to it.
    """

    base: Parametrisation = dataclasses.field(default_factory=Fourier)

    __repr__ = brief

    def start(self, key: PRNGKeyArray, shape: Shape) -> Any:
        """See ``Parametrisation``."""
        common, own = jax.random.split(key)
        return {
            "common": self.base.start(common, (1, *shape[1:])),
            "own": self.base.start(own, shape),
        }

    def at(self, pictures: Images) -> Any:
        """See ``Parametrisation``: the common part is the mean of the free numbers."""
        free = self.base.at(pictures)
        common = jax.tree.map(lambda x: x.mean(0, keepdims=True), free)
        own = jax.tree.map(lambda x, c: x - c, free, common)
        return {"common": common, "own": own}

    def pictures(self, free: Any, shape: Shape) -> Float[Array, "n y x planes"]:
        """See ``Parametrisation``."""
        summed = jax.tree.map(lambda c, o: c + o, free["common"], free["own"])
        return self.base.pictures(summed, shape)
