"""One factor on all gains of a program, chosen by what the network makes of it.

Squared error at a site shrinks what it cannot predict, which can cost more loss than it saves. By
how much gains are to be raised after such a fit differs from network to network, so it is measured
on each: the factor of least KL(intact || spliced) on design images.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import minimize_scalar

import aann
from aann.data.batches import batches
from aann.evaluation.metrics import kl
from aann.shown.brief import brief
from circuits.fitting.design import check as check_design

BATCH = 8
WIDEST = 8.0
"""The factor lies between 1 / ``WIDEST`` and ``WIDEST``."""

TOLERANCE = 0.05
"""Of the factor's logarithm."""


class Loudness(NamedTuple):
    """A factor on the gains of a program, and what it is worth on design images.

    Attributes:
        factor: of least divergence, to two digits; 1 where no factor changes anything.
        images: how many design images it was chosen on.
        kl: mean divergence with that factor, in nats.
        zero: with the units at zero.
        mean: with each unit at its mean over those images, at all places.
    """

    factor: float
    images: int
    kl: float
    zero: float
    mean: float

    def __repr__(self) -> str:
        return brief(self)

    @property
    def recovered(self) -> float | None:
        """Part of the divergence of zeroing that is recovered; None where zeroing costs nothing."""
        return 1 - self.kl / self.zero if self.zero > 0 else None


def choose(model: aann.Model, replacement: aann.Replacement, design: aann.Design) -> Loudness:
    """The factor on what ``replacement`` computes that brings the network closest to intact.

    Args:
        model: the network; its outputs are logits (batch, ..., classes).
        replacement: a program, fitted.
        design: images to choose on, all of them.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: the outputs are not one array of logits, or a divergence is not finite.
    """
    check_design(design, "images")
    divergence, mean = _divergence(model, replacement, design)
    zero, at_mean = divergence(0.0, 0.0), divergence(0.0, mean)
    found = minimize_scalar(
        lambda log: divergence(math.exp(log), 0.0),
        bounds=(-math.log(WIDEST), math.log(WIDEST)),
        method="bounded",
        options={"xatol": TOLERANCE},
    )
    factor = float(f"{math.exp(found.x):.2g}")
    if not found.fun < zero or found.fun == divergence(1.0, 0.0):
        factor = 1.0  # silence is best, or all factors are alike
    return Loudness(factor, len(design), divergence(factor, 0.0), zero, at_mean)


def _divergence(
    model: aann.Model, replacement: aann.Replacement, design: aann.Design
) -> tuple[Callable[[float, Any], float], jax.Array]:
    """Mean KL with ``factor`` times the program plus ``shift`` at the units; the units' means."""
    size = min(BATCH, len(design))
    pieces = aann.cut(
        model, replacement.site, model.batch(size), reads=[*dict.fromkeys(replacement.reads)]
    )
    prepared = jax.jit(pieces.prepare)(model.params)
    prefix, compute = jax.jit(pieces.prefix), jax.jit(replacement.compute)

    @jax.jit
    def spliced(
        prepared: Any, values: Any, crossing: Any, made: jax.Array, intact: jax.Array
    ) -> jax.Array:
        changed = {**values, site: replacement.write(values[site], made)}
        logits = pieces.suffix(prepared, changed, crossing)
        return kl(_rows(intact), _rows(logits)).reshape(len(made), -1).mean(-1)

    suffix, site = jax.jit(pieces.suffix), replacement.site
    kept: list[tuple[Any, ...]] = []
    for batch in batches(design, size, model, progress="reading design images"):
        values, crossing = prefix(prepared, batch.inputs)
        intact = suffix(prepared, {site: values[site]}, crossing)
        _check(intact, model)
        made = compute(*(values[r] for r in replacement.reads))
        kept.append(({site: values[site]}, crossing, made, intact, len(batch.indices)))
    mean = _means(replacement, kept)

    def divergence(factor: float, shift: Any) -> float:
        total = 0.0
        for values, crossing, made, intact, count in kept:
            changed = (factor * made + shift).astype(made.dtype)
            total += float(spliced(prepared, values, crossing, changed, intact)[:count].sum())
        if not math.isfinite(total):
            raise ValueError(
                f"{replacement.what} times {factor:g} leads to a divergence that is not finite on "
                f"{len(design)} design images"
            )
        return total / len(design)

    return divergence, mean


def _means(replacement: aann.Replacement, kept: list[tuple[Any, ...]]) -> jax.Array:
    """Of each unit over images and places, in a shape that adds to what a program makes."""
    parts = [np.asarray(replacement.pick(v[replacement.site]), np.float64)[:n] for v, *_, n in kept]
    whole = np.concatenate(parts)
    others = tuple(a for a in range(whole.ndim) if a != replacement.axis % whole.ndim)
    return jnp.asarray(whole.mean(others, keepdims=True), jnp.float32)


def _rows(logits: jax.Array) -> jax.Array:
    return logits.reshape(-1, logits.shape[-1]).astype(jnp.float32)


def _check(outputs: Any, model: aann.Model) -> None:
    if not isinstance(outputs, jax.Array) or outputs.ndim < 2:
        shown = getattr(outputs, "shape", type(outputs).__name__)
        raise ValueError(
            "gains are chosen by the divergence of logits (batch, ..., classes), but "
            f"{model.name!r} returns {shown}: adapt it so that it returns its logits alone"
        )
