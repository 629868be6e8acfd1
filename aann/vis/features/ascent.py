"""Gradient ascent on the free numbers of pictures."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float

from aann.shown.brief import brief
from aann.vis.features.given import refuse
from aann.vis.features.objectives.objective import Objective
from aann.vis.features.parametrisations import Fourier, Parametrisation, Shape
from aann.vis.features.revived import revived
from aann.vis.features.seen import Eye, numbers
from aann.vis.features.settings import plane_problems
from aann.vis.features.transforms import Transform, composed

BACKGROUND = Fourier(noise=0.3)
"""Of what lies behind pictures that are not opaque."""


class Found(NamedTuple):
    """What an ascent found, on the host.

    Attributes:
        pictures: (objectives, n, rows, columns, channels and perhaps opacity) in [0, 1], float32.
        values: (objectives, n), of the pictures as they are, unchanged.
        course: (steps, objectives, n), of the changed pictures on the way.
        kept: pictures after each step that was to be kept, likewise.
        moved: (objectives,), whether the pictures are others than at the start.
    """

    pictures: np.ndarray
    values: np.ndarray
    course: np.ndarray
    kept: np.ndarray
    moved: np.ndarray

    def __repr__(self) -> str:
        return brief(self)


@dataclasses.dataclass(frozen=True, eq=False)
class Ascent:
    """How pictures are optimised.

    Attributes:
        eye: what the model sees.
        objectives: each has pictures of its own.
        shape: of the pictures of one objective.
        made: their parametrisation.
        rule: the optimiser.
        transforms: what they have to survive.
    """

    eye: Eye
    objectives: Sequence[Objective]
    shape: Shape
    made: Parametrisation
    rule: optax.GradientTransformation
    transforms: Sequence[Transform]

    __repr__ = brief

    def run(
        self, key: Any, steps: Iterable[int], start: np.ndarray | None, keep: Sequence[int]
    ) -> Found:
        """Optimise.

        Args:
            key: of the start and of what is changed at random.
            steps: 0, 1, ...
            start: pictures, (objectives, n, rows, columns, channels) in [0, 1], if given.
            keep: after how many steps pictures are kept.
        """
        first, changes = jax.random.split(key)
        if start is None:
            free = _stacked([self.made.start(first, self.shape)] * len(self.objectives))
        else:
            free = _stacked([self.made.at(jnp.asarray(own, jnp.float32)) for own in start])
        state, params = jax.vmap(self.rule.init)(free), self.eye.model.params
        step, drawn = jax.jit(self.step), jax.jit(self.pictures)
        refuse(plane_problems(
            jax.eval_shape(drawn, free).shape[1:], self.shape, see_through=True
        ))  # fmt: skip
        begin, course, kept = np.asarray(drawn(free)), [], []
        for i in steps:
            free, state, number = step(free, state, jax.random.fold_in(changes, i), params)
            course.append(number)
            if i + 1 in keep:
                kept.append(np.asarray(drawn(free)))
        pictures = drawn(free)
        values = np.asarray(jax.jit(self.values)(params, pictures))
        shape = (len(kept), *pictures.shape)
        return Found(
            np.asarray(pictures), values, np.asarray(jnp.stack(course)),
            np.stack(kept) if kept else np.zeros(shape, np.float32),
            (np.asarray(pictures) != begin).any((1, 2, 3, 4)),
        )  # fmt: skip

    def pictures(self, free: Any) -> Float[Array, "objective n y x planes"]:
        """All pictures of the free numbers."""
        return jax.vmap(lambda own: self.made.pictures(own, self.shape))(free)

    def values(
        self, params: Any, pictures: Float[Array, "objective n y x planes"]
    ) -> Float[Array, "objective n"]:
        """The objectives of pictures; where these are not opaque, grey lies behind."""
        return self._numbers(params, _flat(pictures), jnp.full((1, 1, 1, 1), 0.5, jnp.float32))

    def step(self, free: Any, state: Any, key: Any, params: Any) -> tuple[Any, Any, Array]:
        """The free numbers and the optimiser's state after a step, and the objectives before it."""
        behind, changes = jax.random.split(key)

        def minus(free: Any, params: Any) -> tuple[Array, Array]:
            flat = _flat(self.pictures(free))
            changed = composed(self.transforms, changes, flat)
            size = (1, changed.shape[1], changed.shape[2], self.shape[-1])
            background = BACKGROUND.pictures(BACKGROUND.start(behind, size), size)
            number = self._numbers(params, changed, background)
            return -number.sum(), number

        gradient, number = jax.grad(revived(minus), has_aux=True)(free, params)
        gradient = jax.tree.map(_finite, gradient)
        with jax.numpy_dtype_promotion("standard"):  # optax raises floats to integer powers
            moves, state = jax.vmap(self.rule.update)(gradient, state, free)  # each by itself
        return optax.apply_updates(free, moves), state, number

    def _numbers(self, params: Any, pictures: Array, behind: Array) -> Array:
        channels = self.shape[-1]
        if pictures.shape[-1] > channels:
            opaque = pictures[..., channels:]
            seen = opaque * pictures[..., :channels] + (1 - opaque) * behind
            pictures = jnp.concatenate([seen, opaque], axis=-1)
        sites = dict.fromkeys(site for o in self.objectives for site in o.sites)
        values = self.eye.look(params, pictures, list(sites))
        return numbers(self.objectives, values, self.shape[0])


def _flat(pictures: Float[Array, "objective n y x planes"]) -> Float[Array, "both y x planes"]:
    return pictures.reshape(-1, *pictures.shape[2:])


def _stacked(trees: Sequence[Any]) -> Any:
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *trees)


def _finite(gradient: Array) -> Array:
    """0 instead of what is not a number: an objective's pole must not take the picture along."""
    return jnp.where(jnp.isfinite(gradient), gradient, jnp.zeros((), gradient.dtype))
