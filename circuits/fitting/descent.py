"""Constants of least squared error on design images, by gradient.

A program's output is compared with the natural activations of the units, place by place and in the
maxima of 3 x 3 places, for a pooling layer hands on no more than these. Each unit's squared error
is relative to the variance of its activations, and the free constants go downhill (Adam: Kingma and
Ba, 2014). Constants that are positive by nature are searched by their logarithm.

Sharp edge: squared error shrinks what it cannot predict. See ``circuits.fitting.loudness``.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from jaxtyping import Float

import aann
from aann.data.batches import load
from aann.machine.progress import progress
from aann.shown.brief import brief
from circuits.fitting.design import check as check_design

BATCH = 8
POOL = 3
RATE = 0.1

Program = Callable[[jax.Array, aann.Constants], jax.Array]


class Space(NamedTuple):
    """Constants as a descent sees them: each in units of the scale on which it is searched.

    Attributes:
        start: all constants.
        steps: those that are free, and their scales.
        logarithmic: those that are searched by their logarithm.
    """

    start: aann.Constants
    steps: Mapping[str, float]
    logarithmic: Collection[str]

    def __repr__(self) -> str:
        return brief(self)

    def free(self, c: aann.Constants) -> dict[str, jax.Array]:
        """Where constants are."""
        return {
            n: (jnp.log(c[n]) if n in self.logarithmic else jnp.asarray(c[n])) / step
            for n, step in self.steps.items()
        }

    def constants(self, free: Mapping[str, jax.Array]) -> aann.Constants:
        """All constants, those that are free where they are now."""
        found = {n: x * self.steps[n] for n, x in free.items()}
        return aann.Constants(
            {
                **self.start,
                **{n: jnp.exp(x) if n in self.logarithmic else x for n, x in found.items()},
            }
        )


@dataclasses.dataclass(frozen=True, eq=False)
class Evidence:
    """What a fit looks at, for some design images.

    Attributes:
        seen: what the program reads, (n, rows, columns, channels).
        natural: the units' activations, (n, rows, columns, unit).
    """

    seen: np.ndarray
    natural: np.ndarray


def gather(
    model: aann.Model,
    site: str,
    units: Sequence[int],
    design: aann.Design,
    see: str | Callable[[jax.Array], jax.Array],
    *,
    axis: int = -1,
) -> Evidence:
    """What ``see`` makes of the design images, and the natural activations.

    Args:
        model: the model.
        site: where the units are.
        units: of that site.
        design: images to look at.
        see: a function of the images, or the name of a site.
        axis: of the channels at the sites; what is returned has them last.

    Raises:
        TypeError: ``design`` is not a ``Design``.
    """
    check_design(design, "images")
    natural, seen, chosen = [], [], np.asarray(units)
    names = [site, see] if isinstance(see, str) else [site]
    show = None if isinstance(see, str) else jax.jit(see)
    read = jax.jit(
        lambda params, x: aann.capture(dataclasses.replace(model, params=params), names)(x)[1]
    )
    for k in progress(range(0, len(design), BATCH), "reading design images"):
        rows = range(k, min(k + BATCH, len(design)))
        x = jnp.asarray(load(design, rows, model))
        found = read(model.params, x)
        found = {name: np.moveaxis(np.asarray(value), axis, -1) for name, value in found.items()}
        natural.append(found[site][..., chosen])
        seen.append(found[names[-1]] if show is None else np.asarray(show(x)))
    return Evidence(np.concatenate(seen), np.concatenate(natural).astype(np.float32))


def spread(design: aann.Design, images: int) -> aann.Design:
    """That many of the design images, evenly spread over their names; all if there are fewer."""
    order = sorted(range(len(design)), key=design.names.__getitem__)
    places = np.arange(min(images, len(order))) * len(order) // min(images, len(order))
    return design.take([order[int(k)] for k in places])


def descend(
    program: Program,
    start: aann.Constants,
    evidence: Evidence,
    *,
    steps: Mapping[str, float],
    logarithmic: Collection[str] = (),
    epochs: int = 8,
    rate: float = RATE,
    penalty: Callable[[aann.Constants], jax.Array] | None = None,
) -> aann.Constants:
    """Constants of least squared error.

    Args:
        program: ``(seen, constants) -> values``, differentiable.
        start: all its constants.
        evidence: what to fit to.
        steps: the constants to fit, and the scale on which each is searched (that of its logarithm
            for those in ``logarithmic``).
        logarithmic: names of constants that stay positive.
        epochs: how often the images are gone through.
        rate: of the first steps, on those scales.
        penalty: what is added to the error, of the constants alone.

    Returns:
        ``start`` with the fitted constants in place.
    """

    def error(free: Mapping[str, jax.Array], seen: jax.Array, natural: jax.Array) -> jax.Array:
        c = space.constants(free)
        found = squared_error(program(seen, c), natural, scale)
        return found if penalty is None else found + penalty(c)

    scale = jnp.asarray(evidence.natural.std((0, 1, 2)) + 1e-6)
    size = len(evidence.seen)
    count = epochs * -(-size // BATCH)
    space = Space(start, steps, logarithmic)
    begin, step = downhill(error, rate, count)
    free = space.free(start)
    state, rng = begin(free), np.random.default_rng(0)
    for _ in progress(range(count), "fitting to design images", unit="step"):
        rows = rng.choice(size, min(BATCH, size), replace=False)
        seen, natural = jnp.asarray(evidence.seen[rows]), jnp.asarray(evidence.natural[rows])
        free, state = step(free, state, seen, natural)
    return space.constants(free)


def downhill(
    cost: Callable[..., jax.Array], rate: float, count: int
) -> tuple[Callable[[Any], Any], Callable[..., tuple[Any, Any]]]:
    """Adam (Kingma and Ba, 2014), its rate falling to 0 along a cosine.

    Args:
        cost: ``(free, *seen) -> number`` that goes down.
        rate: of the first step.
        count: of steps.

    Returns:
        ``begin(free) -> state`` and ``step(free, state, *seen) -> (free, state)``, compiled.
    """
    adam = optax.adam(optax.cosine_decay_schedule(rate, count), b2=0.98)

    @jax.jit
    def step(free: Any, state: Any, *seen: Any) -> tuple[Any, Any]:
        slope = jax.grad(cost)(free, *seen)
        with jax.numpy_dtype_promotion("standard"):  # optax raises floats to integer powers
            change, state = adam.update(slope, state)
        return optax.apply_updates(free, change), state

    return adam.init, step


def least_squares_gain(program: Program, c: aann.Constants, evidence: Evidence) -> jax.Array:
    """The best factor on each unit of ``program(seen, c)``; 1 for a unit that never fires."""
    run = jax.jit(lambda seen, c: with_maxima(program(seen, c)))
    top = bottom = np.zeros(evidence.natural.shape[-1])
    for k in range(0, len(evidence.seen), BATCH):
        shown = np.asarray(run(jnp.asarray(evidence.seen[k : k + BATCH]), c), np.float64)
        natural = np.asarray(with_maxima(jnp.asarray(evidence.natural[k : k + BATCH])))
        top = top + (shown * natural).sum((0, 1, 2))
        bottom = bottom + (shown**2).sum((0, 1, 2))
    gain = np.divide(top, bottom, out=np.ones_like(top), where=(bottom > 0) & (top > 0))
    return jnp.asarray(gain, jnp.float32)


def correlations(program: Program, c: aann.Constants, evidence: Evidence) -> np.ndarray:
    """Each unit's correlation with its natural activations, over images and places.

    NaN for a unit that is constant, natural or made.
    """
    run, seen = jax.jit(program), evidence.seen
    blocks = [run(jnp.asarray(seen[k : k + BATCH]), c) for k in range(0, len(seen), BATCH)]
    shown = np.concatenate([np.asarray(block, np.float64) for block in blocks])
    units = shown.shape[-1]
    pairs = zip(shown.reshape(-1, units).T, evidence.natural.reshape(-1, units).T, strict=True)
    with np.errstate(invalid="ignore"):
        return np.asarray([np.corrcoef(one, other)[0, 1] for one, other in pairs])


def squared_error(shown: jax.Array, natural: jax.Array, scale: jax.Array) -> jax.Array:
    """Mean squared error of maps and of their maxima, in units of ``scale``, one entry a unit."""
    error = (with_maxima(shown) - with_maxima(natural)) / scale[None, None, None, :]
    return (error**2).mean()


def with_maxima(x: Float[jax.Array, "n i j unit"]) -> Float[jax.Array, "n i2 j unit"]:
    """Maps, and below each the map of its maxima over ``POOL`` x ``POOL`` places."""
    window, strides = (1, POOL, POOL, 1), (1, 1, 1, 1)
    maxima = lax.reduce_window(x, -jnp.inf, lax.max, window, strides, "SAME")
    return jnp.concatenate([x, maxima], 1)
