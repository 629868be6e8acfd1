"""Gradient ascent on pictures, each beside a given one, with something held near to it.

What is high and what is held are both told from the model's values on a picture and on the one that
was given, changed alike (``transforms``). A step goes along the gradient of the one, without the
part that would break the bounds further, and against that of what breaks them, each at the length
of 1 for every picture: neither unit of measurement matters. The weight of the latter grows while
the bounds are broken and shrinks while they hold; in the second half of the steps nothing else
counts while they are broken. Of all pictures on the way that which is best within the bounds is
kept, or else that which breaks them least.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float

from aann.shown.brief import brief
from aann.vis.features.differences import Two
from aann.vis.features.given import refuse
from aann.vis.features.parametrisations import Parametrisation
from aann.vis.features.revived import revived
from aann.vis.features.seen import Eye
from aann.vis.features.settings import plane_problems
from aann.vis.features.transforms import Transform, composed

MARGIN = 0.95
"""Of a bound, from where on it pulls."""
UP, DOWN = 1.15, 0.93
"""What the weight of what is held is multiplied with, a step, outside the bounds and inside."""
LEAST, MOST = 0.05, 50.0
"""Of that weight."""
CHECKS = 24
"""How often the pictures are looked at as they are, unchanged."""


class Best(NamedTuple):
    """What was kept.

    Attributes:
        pictures: (n, rows, columns, channels) in [0, 1].
        score: (n,), on pictures as they are.
        broken: (n,), the largest of what is held, as a share of its bound: at most 1 within them.
        course: (steps, n), the score of the changed pictures on the way.
    """

    pictures: Float[np.ndarray, "n y x channel"]
    score: Float[np.ndarray, " n"]
    broken: Float[np.ndarray, " n"]
    course: Float[np.ndarray, "step n"]

    def __repr__(self) -> str:
        return brief(self)


@dataclasses.dataclass(frozen=True, eq=False)
class Holding:
    """What is optimised.

    Attributes:
        eye: what the model sees.
        sites: whose values are needed.
        score: what is to be high.
        held: what is to be at most 1, each.
        made: the parametrisation of the pictures.
        rule: the optimiser.
        steps: how many.
        transforms: what the pictures have to survive.
    """

    eye: Eye
    sites: Sequence[str]
    score: Two
    held: Sequence[Two]
    made: Parametrisation
    rule: optax.GradientTransformation
    steps: int
    transforms: Sequence[Transform] = ()

    __repr__ = brief

    def run(self, given: np.ndarray, start: Any, steps: Iterable[int], key: Any) -> Best:
        """Optimise.

        Args:
            given: pictures (n, rows, columns, channels) in [0, 1].
            start: free numbers of the parametrisation.
            steps: 0, 1, ..., as many as were said.
            key: of what is changed at random.
        """
        params, beside = self.eye.model.params, jnp.asarray(given)
        n, rows, columns, channels = given.shape
        made = jax.eval_shape(self._pictures, start, beside).shape
        refuse(plane_problems(made, (n, rows, columns, channels), see_through=False))
        step, check = jax.jit(self._step), jax.jit(self._check)
        known = jax.jit(self._look)(params, beside)
        free, state = start, self.rule.init(start)
        weight = jnp.ones(len(given), jnp.float32)
        best = _better(None, check(params, free, beside, known))
        every, course = max(1, self.steps // CHECKS), []
        for i in steps:
            free, state, weight, score = step(
                params,
                free,
                state,
                weight,
                beside,
                known,
                jax.random.fold_in(key, i),
                jnp.asarray(2 * i >= self.steps),
            )
            course.append(score)
            if (i + 1) % every == 0:
                best = _better(best, check(params, free, beside, known))
        best = _better(best, check(params, free, beside, known))
        return Best(*best, np.asarray(jnp.stack(course)))

    def _look(self, params: Any, pictures: Array) -> Mapping[str, Array]:
        return self.eye.look(params, pictures, self.sites)

    def _step(
        self,
        params: Any,
        free: Any,
        state: Any,
        weight: Array,
        beside: Array,
        known: Any,
        key: Any,
        late: Array,
    ) -> tuple[Any, Any, Array, Array]:
        pictures, pull = jax.vjp(lambda free: self._pictures(free, beside), free)
        changed = known if not self.transforms else self._changed(params, key, beside)

        def minus(pictures: Array, params: Any) -> tuple[Array, Array]:
            number = self.score(self._changed(params, key, pictures), changed)
            return -number.sum(), number

        def excess(pictures: Array) -> tuple[Array, Array]:
            values = self._changed(params, key, pictures)
            parts = jnp.stack([held(values, changed) for held in self.held])
            beyond = jnp.maximum(jnp.square(parts) - MARGIN**2, 0)
            return beyond.sum(), parts.max(0)

        down, score = jax.grad(revived(minus), has_aux=True)(pictures, params)
        if self.held:
            out, broken = jax.grad(excess, has_aux=True)(pictures)
            back = late & (broken > MARGIN)
            out = _unit(out)
            down = _together(_unit(down), out, weight)
            down = jnp.where(back[:, None, None, None], out, down)
            factor = jnp.where(broken > MARGIN, UP, DOWN).astype(jnp.float32)
            weight = jnp.clip(weight * factor, LEAST, MOST)
        (gradient,) = pull(jnp.where(jnp.isfinite(down), down, 0.0))
        with jax.numpy_dtype_promotion("standard"):  # optax raises floats to integer powers
            moves, state = self.rule.update(gradient, state, free)
        return optax.apply_updates(free, moves), state, weight, score

    def _changed(self, params: Any, key: Any, pictures: Array) -> Mapping[str, Array]:
        """Values on pictures after the changes of this step, which are the same for all."""
        return self._look(params, composed(self.transforms, key, pictures))

    def _pictures(self, free: Any, beside: Array) -> Array:
        n, rows, columns, channels = beside.shape
        return self.made.pictures(free, (n, rows, columns, channels))

    def _check(
        self, params: Any, free: Any, beside: Array, known: Any
    ) -> tuple[Array, Array, Array]:
        """Pictures, score, and how much the bounds are broken, of pictures as they are."""
        pictures = self._pictures(free, beside)
        values = self._look(params, pictures)
        parts = [held(values, known) for held in self.held]
        score = self.score(values, known)
        broken = jnp.stack(parts).max(0) if parts else jnp.zeros_like(score)
        return pictures, score, broken


def settling(rate: float, steps: int) -> optax.GradientTransformation:
    """Adam, its rate falling as a cosine to a twentieth, so that pictures come to rest.

    With a short memory, which gets nearer to what is held in the same number of steps.
    """
    return optax.adam(optax.cosine_decay_schedule(rate, steps, alpha=0.05), b1=0.5, b2=0.9)


def _unit(gradient: Array) -> Array:
    """Each picture's at the length of 1, or 0 where there is none."""
    safe = jnp.where(jnp.isfinite(gradient), gradient, 0.0)
    top = jnp.abs(safe).max((1, 2, 3), keepdims=True)
    scaled = safe / jnp.where(top > 0, top, 1.0)  # squares of small numbers would be 0
    norm = jnp.sqrt(jnp.square(scaled).sum((1, 2, 3), keepdims=True))
    return scaled / jnp.where(norm > 0, norm, 1.0)


def _together(down: Array, out: Array, weight: Array) -> Array:
    """Two gradients of losses: the first gives way where it would raise the second."""
    against = jnp.minimum((down * out).sum((1, 2, 3), keepdims=True), 0.0)
    return down - against * out + weight[:, None, None, None] * out


def _better(
    best: tuple[np.ndarray, np.ndarray, np.ndarray] | None, now: tuple[Array, Array, Array]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The better of two for each picture: within the bounds and higher, or else less outside."""
    pictures, score, broken = (np.asarray(x, np.float32) for x in now)
    fine = np.isfinite(score) & np.isfinite(pictures).all((1, 2, 3)) & np.isfinite(broken)
    broken = np.where(fine, broken, np.inf).astype(np.float32)
    if best is None:
        return pictures, score, broken
    inside, before = broken <= 1, best[2] <= 1
    gains = np.where(inside & before, score > best[1], broken < best[2])
    gains &= fine
    return (
        np.where(gains[:, None, None, None], pictures, best[0]),
        np.where(gains, score, best[1]),
        np.where(gains, broken, best[2]),
    )
