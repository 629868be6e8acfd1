"""Constants of least divergence, by gradient through the rest of the network, on design images.

Squared error at a site treats all errors alike, the network does not. From where squared error has
led, Adam goes on downhill on KL(intact || spliced), as a part of what zeroing
the units costs. A little of a misfit at the site stays beside it, so that the program goes on
saying what the units do, those too that the network hardly needs on these images: squared error, or
``unlikeness``, which does not hold down how loudly they say it. The network up to the site runs
once for each image, what follows it once forwards and once backwards a step.

Sharp edge: the activations at the site are kept, all channels of them, for as many images as are
given.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

import aann
from aann.data.batches import batches
from aann.evaluation.metrics import kl
from aann.machine.progress import progress
from circuits.fitting.descent import Evidence, Program, Space, downhill, squared_error
from circuits.fitting.design import check as check_design

BATCH = 8
RATE = 0.005
EPOCHS = 4
BESIDE = 0.2
"""Weight of squared error, relative to the variance of the units."""

Misfit = Callable[[jax.Array, jax.Array, jax.Array], jax.Array]
"""(made, natural, each unit's spread) -> a number that is least where they agree; units last."""


class Rest(NamedTuple):
    """What follows a site, and what came to it on some images, batch by batch.

    Attributes:
        suffix: (prepared, values at the site, what crosses, made in place of the units) -> logits.
        prepared: what depends on parameters alone.
        values: (values at the site, what crosses, logits of the intact network) of each batch.
        zero: mean divergence in nats with the units at zero.
    """

    suffix: Any
    prepared: Any
    values: list[tuple[jax.Array, Any, jax.Array]]
    zero: float


def descend(
    model: aann.Model,
    replacement: aann.Replacement,
    program: Program,
    start: aann.Constants,
    evidence: Evidence,
    design: aann.Design,
    *,
    steps: Mapping[str, float],
    logarithmic: Collection[str] = (),
    epochs: int = EPOCHS,
    rate: float = RATE,
    beside: float = BESIDE,
    misfit: Misfit = squared_error,
) -> aann.Constants:
    """Constants of least divergence.

    Args:
        model: the network; its outputs are logits (batch, classes).
        replacement: says which units of which site are replaced.
        program: ``(seen, constants) -> values``, channels last.
        start: all its constants.
        evidence: what the program sees on ``design``, and the natural activations.
        design: the images, in the order of ``evidence``; what is over after whole batches of
            ``BATCH`` is left out.
        steps: as for ``descent.descend``.
        logarithmic: as there.
        epochs: how often the images are gone through.
        rate: of Adam at the beginning.
        beside: weight of the misfit.
        misfit: of made and natural values at the site, batch by batch.

    Returns:
        ``start`` with the fitted constants; as it is where zeroing the units costs nothing.

    Raises:
        TypeError: ``design`` is not a ``Design``.
    """
    rest = follow(model, replacement, design)
    if not rest.zero > 0:
        return start
    space = Space(start, steps, logarithmic)
    scale = jnp.asarray(evidence.natural.std((0, 1, 2)) + 1e-6)

    # All arrays are arguments: XLA would spend seconds on folding those that are closed over.
    def cost(free: Any, seen: jax.Array, natural: jax.Array, kept: Any, prepared: Any) -> jax.Array:
        values, crossing, intact = kept
        made = program(seen, space.constants(free))
        logits = rest.suffix(prepared, values, crossing, jnp.moveaxis(made, -1, replacement.axis))
        return kl(intact, logits).mean() / rest.zero + beside * misfit(made, natural, scale)

    begin, step = downhill(cost, rate, epochs * len(rest.values))
    free = space.free(start)
    state, rng = begin(free), np.random.default_rng(0)
    order = np.concatenate([rng.permutation(len(rest.values)) for _ in range(epochs)])
    for k in progress(order, "fitting to the network's outputs", unit="step"):
        size = len(rest.values[k][0])
        rows = slice(int(k) * size, (int(k) + 1) * size)
        seen, natural = jnp.asarray(evidence.seen[rows]), jnp.asarray(evidence.natural[rows])
        free, state = step(free, state, seen, natural, rest.values[k], rest.prepared)
    return space.constants(free)


def unlikeness(
    made: Float[jax.Array, "n i j unit"], natural: Float[jax.Array, "n i j unit"], scale: jax.Array
) -> jax.Array:
    """1 less the correlation over images and places, mean over units; 1 of a unit that is constant.

    Args:
        made: the program's values.
        natural: the network's.
        scale: each unit's spread; beside it what is constant but for rounding is constant.
    """
    axes, spread = (0, 1, 2), scale[None, None, None, :]
    x, y = ((v - v.mean(axes, keepdims=True)) / spread for v in (made, natural))
    size = jnp.sqrt((x**2).mean(axes) * (y**2).mean(axes) + 1e-12)
    return 1 - ((x * y).mean(axes) / size).mean()


def follow(model: aann.Model, replacement: aann.Replacement, design: aann.Design) -> Rest:
    """Run the network up to the site on whole batches of design images.

    Raises:
        TypeError: ``design`` is not a ``Design``.
    """
    check_design(design, "images")
    size, site = min(BATCH, len(design)), replacement.site
    pieces = aann.cut(model, site, model.batch(size))
    prepared, prefix = jax.jit(pieces.prepare)(model.params), jax.jit(pieces.prefix)

    def suffix(prepared: Any, values: jax.Array, crossing: Any, made: jax.Array) -> jax.Array:
        changed = replacement.write(values, made.astype(values.dtype))
        logits: jax.Array = pieces.suffix(prepared, {site: changed}, crossing)
        return logits.reshape(len(logits), -1).astype(jnp.float32)

    run, kept, zero = jax.jit(suffix), [], 0.0
    for batch in batches(design, size, model, progress="reading design images"):
        if len(batch.indices) < size:
            continue
        values, crossing = prefix(prepared, batch.inputs)
        natural = replacement.pick(values[site])
        intact = run(prepared, values[site], crossing, natural)
        kept.append((values[site], crossing, intact))
        ablated = run(prepared, values[site], crossing, jnp.zeros_like(natural))
        zero += float(kl(intact, ablated).mean())
    return Rest(suffix, prepared, kept, zero / len(kept))
