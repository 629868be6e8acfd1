"""What looks across the pictures of one objective: apart, alike, or on the way from one to another.

Add one of these to what the pictures are for: ``channel(...) + 20.0 * diversity(...)``.
"""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from aann.vis.features.objectives.objective import Numbers, Objective, Values, mean, units


def diversity(site: str) -> Objective:
    """How little alike the pictures of a batch are: minus the mean cosine of their Gram matrices.

    Of correlations of channels over positions, as in Olah et al. 2017, "Feature Visualization",
    doi 10.23915/distill.00007. One picture alone has 0.
    """

    def of(values: Values) -> Numbers:
        flat = values[site].reshape(len(values[site]), -1, values[site].shape[-1])
        grams = jnp.einsum("npc,npd->ncd", flat, flat).reshape(len(flat), -1)
        unit = grams / (jnp.linalg.norm(grams, axis=1, keepdims=True) + 1e-9)
        cosine = unit @ unit.T
        others = cosine.sum(1) - jnp.diagonal(cosine)
        apart: Array = -others / max(len(flat) - 1, 1)
        return apart

    return Objective(f"diversity of {site}", (site,), of)


def alignment(site: str, decay: float = 2.0) -> Objective:
    """How alike neighbours in the batch are: minus the mean square of their differences.

    Pictures further apart in the batch count less, by a factor ``decay`` a step, as in Mordvintsev
    et al. 2018, "Differentiable Image Parameterizations", doi 10.23915/distill.00012.

    Args:
        site: (n, ...).
        decay: at least 1.
    """

    def of(values: Values) -> Numbers:
        flat = values[site].reshape(len(values[site]), -1)
        apart = jnp.square(flat[:, None] - flat[None]).mean(-1)
        steps = np.abs(np.subtract.outer(np.arange(len(flat)), np.arange(len(flat))))
        weight = np.where(steps > 0, float(decay) ** (1.0 - steps), 0.0)
        return -(apart * jnp.asarray(weight, apart.dtype)).sum(1) / max(len(flat) - 1, 1)

    return Objective(f"alignment at {site}", (site,), of)


def interpolation(first: Objective, second: Objective) -> Objective:
    """The first picture is for one objective, the last for another, those between for both.

    Args:
        first: its weight goes from 1 to 0 along the batch.
        second: its weight goes from 0 to 1.
    """

    def of(values: Values) -> Numbers:
        a, b = first.of(values), second.of(values)
        weight = jnp.linspace(0.0, 1.0, len(a), dtype=a.dtype)
        return (1.0 - weight) * a + weight * b

    sites = tuple(dict.fromkeys((*first.sites, *second.sites)))
    return Objective(f"{first.name} to {second.name}", sites, of)


def difference(site: str, to: int = 0, unit: int | None = None) -> Objective:
    """The mean absolute difference between the activations of each picture and of one of them.

    Args:
        site: (n, ..., channels).
        to: which picture of the batch the others are compared with.
        unit: of this channel; by default of all.
    """

    def of(values: Values) -> Numbers:
        here = values[site] if unit is None else units(values, site, unit)[..., unit]
        if not 0 <= to < len(here):
            raise ValueError(f"the batch has pictures 0 to {len(here) - 1}, got to={to}")
        return mean(jnp.abs(here - here[to][None]))

    what = site if unit is None else f"{site}:{unit}"
    return Objective(f"difference of {what} to picture {to}", (site,), of)
