"""Constants of least divergence of a network's outputs, on design images, by gradient.

Squared error at a site treats all errors alike; the network does not. ``approach`` starts where
such a fit ends, runs the network from the site on with the program's values in place, and makes
KL(intact || spliced) go down by gradient (Adam: Kingma and Ba, 2014), as a part of what zeroing the
units costs. What the values lack of the natural ones' correlation counts beside it, so that the
program goes on saying what the units do; unlike squared error, correlation does not hold down how
loudly they say it.

Sharp edge: the site's activations of all images are held in memory, a megabyte and a half an image
for InceptionV1's mixed3b.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

import aann
from aann.data.batches import batches
from aann.evaluation.metrics import kl
from aann.machine.progress import progress
from circuits.fitting.descent import free_constants, taken_from
from circuits.fitting.design import check as check_design

BATCH = 10
RATE = 0.05
BESIDE = 2.0
"""Weight of one less the correlation with natural values, the mean over units, in each batch."""

Program = Callable[[jax.Array, aann.Constants], jax.Array]


class _Shown(NamedTuple):
    """One batch, as the network's second half takes it."""

    values: jax.Array
    crossing: Any
    intact: jax.Array
    seen: np.ndarray


def approach(
    model: aann.Model,
    units: aann.Replacement,
    program: Program,
    seen: np.ndarray,
    design: aann.Design,
    *,
    steps: Mapping[str, float],
    logarithmic: Collection[str] = (),
    epochs: int = 6,
) -> aann.Constants:
    """Constants of least mean KL(intact || spliced), and most correlation with natural values.

    Args:
        model: the network; its outputs are logits (batch, ..., classes).
        units: where the program writes, and the constants to begin with.
        program: ``(seen, constants) -> maps`` with the units last, differentiable.
        seen: what it reads, for each image of ``design``.
        design: images to fit on.
        steps: the constants to fit, and the scale on which each is searched, as in ``descend``.
        logarithmic: names of constants that stay positive.
        epochs: how often the images are gone through.

    Returns:
        The constants of ``units``, with the fitted ones in place.

    Raises:
        TypeError: ``design`` is not a ``Design``.
    """
    check_design(design, "images")
    size = min(BATCH, len(design))
    pieces = aann.cut(model, units.site, model.batch(size))
    prepared = jax.jit(pieces.prepare)(model.params)
    prefix, suffix = jax.jit(pieces.prefix), jax.jit(pieces.suffix)
    shown, start = [], units.values
    for k, batch in enumerate(batches(design, size, model, progress="reading design images")):
        values, crossing = prefix(prepared, batch.inputs)
        part = seen[k * size : (k + 1) * size]
        if len(part) == size:  # what is left over is less than a batch
            intact = suffix(prepared, values, crossing)
            shown.append(_Shown(values[units.site], crossing, intact, part))

    def damage(made: jax.Array, one: _Shown, prepared: Any) -> jax.Array:
        changed = {units.site: units.write(one.values, jnp.moveaxis(made, -1, units.axis))}
        return kl(one.intact, pieces.suffix(prepared, changed, one.crossing)).mean()

    natural = [jnp.moveaxis(units.pick(one.values), units.axis, -1) for one in shown]
    spread = jnp.asarray(np.std([np.asarray(x) for x in natural], (0, 1, 2, 3)) + 1e-6)
    silent = jax.jit(lambda made, one, prepared: damage(jnp.zeros_like(made), one, prepared))
    zero = np.mean([float(silent(x, y, prepared)) for x, y in zip(natural, shown, strict=True)])

    def error(free: Any, one: _Shown, prepared: Any) -> jax.Array:
        made = program(jnp.asarray(one.seen), taken_from(free, start, steps, logarithmic))
        true = jnp.moveaxis(units.pick(one.values), units.axis, -1)
        scale = spread[None, None, None, :]
        alike = correlation(made / scale, true / scale).mean()
        return damage(made, one, prepared) / (zero + 1e-9) + BESIDE * (1 - alike)

    @jax.jit
    def step(free: Any, state: Any, one: _Shown, prepared: Any) -> tuple[Any, Any]:
        slope = jax.grad(error)(free, one, prepared)
        with jax.numpy_dtype_promotion("standard"):  # optax raises floats to integer powers
            change, state = adam.update(slope, state)
        return optax.apply_updates(free, change), state

    adam = optax.adam(optax.cosine_decay_schedule(RATE, epochs * len(shown)), b2=0.98)
    free = free_constants(start, steps, logarithmic)
    state, rng = adam.init(free), np.random.default_rng(0)
    order = [k for _ in range(epochs) for k in rng.permutation(len(shown))]
    for k in progress(order, "fitting to the network's outputs", unit="step"):
        free, state = step(free, state, shown[k], prepared)
    return taken_from(free, start, steps, logarithmic)


def correlation(made: jax.Array, natural: jax.Array) -> jax.Array:
    """Of each unit, the last axis, over all others; 0 for a unit that is constant."""
    axes = tuple(range(made.ndim - 1))
    x, y = (v - v.mean(axes, keepdims=True) for v in (made, natural))
    size = jnp.sqrt((x**2).mean(axes) * (y**2).mean(axes) + 1e-12)
    found: jax.Array = (x * y).mean(axes) / size
    return found
