"""Gradient x activation: what below a unit, and where, makes it what it is in one picture.

At a lower layer an activation counts as its distance from 0; at the picture a pixel counts as its
distance from grey. To first order the sum says how the unit would change were all of that taken
away (Olah et al. 2018, "The Building Blocks of Interpretability", doi 10.23915/distill.00010).

Sharp edge: a unit whose ReLU is shut has no gradient, hence no attribution.
"""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from aann.model import Model
from aann.splicing.splice import trace_model
from aann.trace import run as running
from aann.trace.site import INPUT
from aann.vis.features.given import AXES, PIXELS, Pictures, inputs_of
from aann.vis.features.seen import Eye

GREY = 0.5
"""What a pixel's distance is taken from."""


def attributed(
    model: Model,
    site: str,
    unit: int,
    pictures: Pictures,
    positions: Int[np.ndarray, "n two"],
    *,
    to: str = INPUT,
    low_high: tuple[float, float] = PIXELS,
    batch: int = 16,
) -> Float[np.ndarray, "n rows columns"]:
    """Gradient x activation of one unit at one position of each picture, summed over channels.

    Args:
        model: takes pictures.
        site: (n, rows, columns, channels).
        unit: a channel of it.
        pictures: in [0, 1], of any size.
        positions: (row, column) among the cells of ``site``, one a picture.
        to: ``"input"`` for the pixels of the pictures as they are given, or a site below with
            (n, rows, columns, channels).
        low_high: what black and white are for the model.
        batch: pictures at a time.
    """
    batch = min(batch, len(pictures))

    @jax.jit
    def run(params: Any, some: Array, where: Array) -> Array:
        here = dataclasses.replace(model, params=params)

        def number(change: Array) -> Array:
            shown = some + change if to == INPUT else some
            inputs = inputs_of(here, shown, low_high)
            above = upper(here, inputs, site, {} if to == INPUT else {to: change})
            return above[jnp.arange(len(some)), where[:, 0], where[:, 1], unit].sum()

        below = some - GREY
        if to != INPUT:
            below = upper(here, inputs_of(here, some, low_high), to, {})
        found: Array = (jax.grad(number)(jnp.zeros_like(below)) * below).sum(-1)
        return found.astype(jnp.float32)

    parts = []
    for start in range(0, len(pictures), batch):
        chosen = np.minimum(np.arange(start, start + batch), len(pictures) - 1)
        found = run(model.params, jnp.asarray(pictures[chosen]), jnp.asarray(positions[chosen]))
        parts.append(np.asarray(found)[: len(pictures) - start])
    return np.concatenate(parts)


def blurred(
    seen: Float[np.ndarray, "n rows columns"], blur: float
) -> Float[np.ndarray, "n rows columns"]:
    """Attributions under a Gaussian; each one's sum stays as it is.

    Args:
        seen: attributions.
        blur: standard deviation, as a share of the sides.
    """
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - when it is needed

    sigma = (0.0, blur * seen.shape[1], blur * seen.shape[2])
    found: np.ndarray = gaussian_filter(seen, sigma, mode="reflect")
    return found


def upper(model: Model, inputs: Any, name: str, nudges: dict[str, Array]) -> Array:
    """Activations of a site while something is added at others, all with channels last."""
    first = Eye(model, PIXELS).channels_first

    def last(value: Array, to: int = -1, at: int = 1) -> Array:
        return jnp.moveaxis(value, at, to) if first and value.ndim == AXES + 1 else value

    graph = trace_model(model, model.params, inputs, [name, *nudges])
    graph.check([name, *nudges])

    def plus(nudge: Array) -> running.Change:
        return running.Change(lambda natural: natural + last(nudge, 1, -1))

    changes = {site: plus(nudge) for site, nudge in nudges.items()}
    wanted = graph.read_vars(name)
    order = running.schedule(graph, wanted, changes)
    env = running.run(graph, running.start(graph, model.params, inputs), order, changes, wanted)
    found: Array = graph.rebuild(name, [env[v] for v in wanted])
    return last(found)
