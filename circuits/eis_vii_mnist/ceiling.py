"""How far other functions get that are fitted to the network: bounds, and no explanations.

What is left of the network when the program is taken away is partly program and partly accident.
These say where the limits are, for functions of what the refined program reads, and of the pixels:

- ``own_template``: a V of a template of the network's own, with a number for each pixel;
- ``two_templates``: the same with a template for each arm, in blocks of 2 x 2 pixels;
- ``of_reads``: a small network of what the refined program reads (likeness to the clue and slow
  waves) and of the length of horizontal and vertical edges: any smooth function of these;
- ``of_pixels``: a convolutional network, trained on the network's own logits.

All are fitted to the design pictures by the divergence from the network, like the programs.
"""

from collections.abc import Mapping
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from jaxtyping import Array, Float

import aann
from circuits.eis_vii_mnist import fit, templates
from circuits.eis_vii_mnist.descend import divergence, least_divergence
from circuits.eis_vii_mnist.evidence import Evidence
from circuits.eis_vii_mnist.program import Images, along, similarity

SMALL: Final = 1e-2
"""Nats for a template whose mean square is 1."""
HIDDEN: Final = 8
ORDER: Final = 5
DECAY: Final = 1e-4
"""Nats for the squares of a small network's weights."""
EPOCHS: Final = 40
BATCH: Final = 100
RATE: Final = 3e-3
CHANNELS: Final = (8, 16)
SEED: Final = 0


def own_template(seen: Evidence) -> aann.Replacement:
    """A V of the likeness to a template with a number for each pixel."""
    return fit.drawn(
        seen, templates.blocks(1), templates.start_of_blocks(seen.clue, 1), "V of its own pixels",
        penalty=lambda c, *_: SMALL * (c["cells"] ** 2).mean(),
    )  # fmt: skip


def two_arms(images: Images, c: aann.Constants) -> Float[Array, "batch 1"]:
    """Each arm has a template of its own, in blocks."""
    side = templates.SIDE // c.cells.shape[-1]
    arms = [
        c.gain[i]
        * (
            similarity(images, templates.blocks(side)(aann.Constants({"cells": c.cells[i]})))
            - c.threshold[i]
        )
        for i in range(2)
    ]
    return along(jnp.maximum(arms[0], arms[1]))


def two_templates(seen: Evidence, side: int = 2) -> aann.Replacement:
    """An affine function of the likeness to a template of its own for each arm."""
    cells = templates.start_of_blocks(seen.clue, side)["cells"]
    start = {**fit.start_of_vee(seen), "cells": np.stack([cells, cells])}
    return _fitted(
        seen, two_arms, start, "V of two templates",
        penalty=lambda c, *_: 2 * SMALL * (c["cells"] ** 2).mean(),
    )  # fmt: skip


def reads(images: Images, template: Float[Array, "28 28"]) -> Float[Array, "batch read"]:
    """What ``of_reads`` sees: likeness, waves, lengths of horizontal and of vertical edges."""
    grey = images[..., 0]
    waves = jnp.tensordot(grey, templates.wave_basis(ORDER).transpose(1, 2, 0), 2)
    edges = [jnp.abs(jnp.diff(grey, axis=axis)).sum((1, 2)) for axis in (1, 2)]
    return jnp.concatenate(
        [similarity(images, template)[:, None], waves, *(edge[:, None] for edge in edges)], axis=1
    )


def small_network(images: Images, c: aann.Constants) -> Float[Array, "batch 1"]:
    """One hidden layer on the reads, on top of two arms."""
    hidden = jax.nn.relu(reads(images, c.template) @ c.inner + c.offset[None])
    return along(hidden @ c.outer + c.shift)


def of_reads(seen: Evidence, hidden: int = HIDDEN, seed: int = SEED) -> aann.Replacement:
    """A network with one hidden layer of what the refined program reads, and of edges."""
    see = jax.jit(lambda images: reads(images, jnp.asarray(seen.clue)))
    values = np.asarray(see(seen.images), np.float64)
    mean, spread = values.mean(0), values.std(0) + 1e-6
    rng = np.random.default_rng(seed)
    inner = rng.normal(size=(len(mean), hidden)) / np.sqrt(len(mean))
    inner[0] += np.resize([3.0, -3.0], hidden)  # half of the units for each arm
    start = {
        "inner": inner,
        "offset": np.full(hidden, -1.0),
        "outer": np.full(hidden, 10.0 / hidden),
        "shift": np.asarray(-4.0),
    }
    found = least_divergence(
        lambda c, x: jax.nn.relu(x @ c["inner"] + c["offset"][None]) @ c["outer"] + c["shift"],
        start, seen.difference, [(values - mean) / spread],
        penalty=lambda c, *_: DECAY * sum((c[n] ** 2).sum() for n in ("inner", "outer")),
    )  # fmt: skip
    inner = found["inner"] / spread[:, None]
    found = {**found, "inner": inner, "offset": found["offset"] - mean @ inner}
    constants = {"template": fit.template(seen), **_declared(found)}
    return fit.on_difference(seen, small_network, constants, "small network of the reads")


def convolutional(images: Images, c: Mapping[str, Any]) -> Float[Array, "batch 1"]:
    """Two convolutions with maxima over 2 x 2, and one hidden layer."""
    x = images
    for name in ("first", "second"):
        x = lax.conv_general_dilated(
            x, c[name], (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        x = jax.nn.relu(x + c[f"{name}_offset"][None, None, None])
        x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    hidden = jax.nn.relu(x.reshape(len(x), -1) @ c["inner"] + c["offset"][None])
    return along(hidden @ c["outer"] + c["shift"])


def of_pixels(seen: Evidence, epochs: int = EPOCHS, seed: int = SEED) -> aann.Replacement:
    """A convolutional network of the challenge network's own form, trained on its logits (Adam).

    It sees every picture moved by up to one pixel, anew in each epoch, with the network's own
    answer to that.
    """
    rng, n = np.random.default_rng(seed), len(seen.images)
    free = _random(rng)
    batch = min(BATCH, n)
    adam = optax.adam(optax.cosine_decay_schedule(RATE, epochs * (n // batch)))
    state = adam.init(free)

    @jax.jit
    def step(free: Any, state: Any, images: jax.Array, natural: jax.Array) -> tuple[Any, Any]:
        def loss(free: Any) -> jax.Array:
            return divergence(natural, convolutional(images, free)[:, 0] * 2**0.5).mean()

        with jax.numpy_dtype_promotion("standard"):  # optax raises floats to integer powers
            change, state = adam.update(jax.grad(loss)(free), state)
        return optax.apply_updates(free, change), state

    answer = jax.jit(lambda params, images: jnp.diff(seen.model.apply(params, images))[:, 0])
    for _ in range(epochs):
        order = rng.permutation(n)
        for k in range(0, n - batch + 1, batch):
            moved = np.roll(seen.images[order[k : k + batch]], rng.integers(-1, 2, 2), (1, 2))
            free, state = step(free, state, moved, answer(seen.model.params, moved))
    constants = _declared({name: np.asarray(x, np.float64) for name, x in free.items()})
    return fit.on_difference(seen, convolutional, constants, "convolutional network of the pixels")


def _random(rng: np.random.Generator) -> dict[str, jax.Array]:
    one, two = CHANNELS
    shapes = {"first": (3, 3, 1, one), "second": (3, 3, one, two), "inner": (25 * two, 64)}
    free = {
        name: rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[:-1]))
        for name, shape in shapes.items()
    }
    free |= {"first_offset": np.zeros(one), "second_offset": np.zeros(two)}
    free |= {"offset": np.zeros(64), "outer": rng.normal(size=64) / 8, "shift": np.zeros(())}
    return {name: jnp.asarray(x, jnp.float32) for name, x in free.items()}


def _fitted(
    seen: Evidence, program: fit.Program, start: dict[str, np.ndarray], name: str, **options: Any
) -> aann.Replacement:
    found = least_divergence(
        lambda c, images: program(images, aann.Constants(c))[:, 0] * 2**0.5,
        start, seen.difference, [seen.images], **options,
    )  # fmt: skip
    return fit.on_difference(seen, program, fit.declared(found, seen), name)


def _declared(found: Mapping[str, np.ndarray]) -> dict[str, aann.Constant]:
    """Weights as they are: rounding those of a network would show."""
    return {n: aann.Constant(x.astype(np.float32), "fitted", "on design") for n, x in found.items()}
