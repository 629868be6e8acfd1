"""Small pictures that stand for channels or directions of a layer.

``drawn`` optimises one for each direction, all in one batch; ``cropped`` takes for each channel the
part of a given picture in which it is strongest.
"""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aann.model import Model
from aann.vis.features.given import (
    AXES,
    PIXELS,
    activations,
    count_problems,
    given,
    input_problems,
    layer_shape,
    refuse,
    site_problems,
)
from aann.vis.features.objectives.objective import Objective
from aann.vis.features.visualise import visualise
from aann.vis.spaces.window import window

LEAST = 0.1
"""The cosine is not taken for less, so that there is a gradient at the start (as in Lucid)."""


def towards(site: str, vectors: Any, power: float = 0.0) -> Objective:
    """A direction for each picture of a batch: mean over positions of dot x cosine^power.

    Args:
        site: (n, ..., channels).
        vectors: (n, channels), one a picture.
        power: 0 asks for the dot product alone; more asks for little else beside the direction.
    """
    along = np.asarray(vectors, np.float32)

    def of(values: Any) -> Array:
        here = values[site]
        flat = here.reshape(len(here), -1, here.shape[-1]).astype(jnp.float32)
        dot = jnp.einsum("npc,nc->np", flat, jnp.asarray(along))
        if power:
            lengths = jnp.sqrt(jnp.square(flat).sum(-1) + 1e-12)
            own = np.maximum(np.linalg.norm(along, axis=1), 1e-12)[:, None]
            dot = dot * jnp.maximum(dot / (lengths * own), LEAST) ** power
        return dot.mean(1)

    return Objective(f"{site}, {len(along)} directions", (site,), of)


def drawn(
    model: Model,
    site: str,
    vectors: Any,
    *,
    power: float = 0.0,
    steps: int = 128,
    size: tuple[int, int] | None = None,
    low_high: tuple[float, float] = PIXELS,
    batch: int = 16,
    seed: int = 0,
    progress: bool = False,
) -> Float[np.ndarray, "k rows columns colour"]:
    """A feature visualisation of each direction, in [0, 1].

    Args:
        model: takes pictures.
        site: (n, ..., channels).
        vectors: (k, channels).
        power: see ``towards``.
        steps: of ``visualise``.
        size: rows and columns of a picture; by default those of the model.
        low_high: what black and white are for the model.
        batch: pictures at a time.
        seed: of ``visualise``.
        progress: whether to show how far it is.

    Raises:
        ValueError: no such site, vectors of another length or not finite, numbers out of range.
    """
    along = np.asarray(vectors, np.float32)
    problems = input_problems(model) + site_problems(model, site)
    problems += count_problems(steps=steps, batch=batch)
    channels = (layer_shape(model, site) or (0,))[-1]
    if not problems and (along.ndim != 2 or along.shape[-1] != channels or not len(along)):
        problems.append(f"site {site!r} has {channels} channels: vectors are (k, {channels}), got "
                        f"{along.shape}")  # fmt: skip
    if not np.isfinite(along).all():
        problems.append("vectors: some numbers are NaN or infinite")
    refuse(problems)
    parts = [
        visualise(
            model, towards(site, some, power), n=len(some), steps=steps, size=size,
            low_high=low_high, seed=seed + start, progress=progress,
        ).pictures[0]
        for start in range(0, len(along), batch)
        for some in [along[start : start + batch]]
    ]  # fmt: skip
    return np.concatenate(parts)


def drawn_channels(
    model: Model, site: str, channels: Sequence[int], **options: Any
) -> dict[int, np.ndarray]:
    """A feature visualisation of each of these channels; options as of ``drawn``."""
    problems = site_problems(model, site, channels)
    refuse(problems)
    width = (layer_shape(model, site) or (0,))[-1]
    chosen = list(dict.fromkeys(channels))
    return dict(zip(chosen, drawn(model, site, np.eye(width)[chosen], **options), strict=True))


def cropped(
    model: Model,
    site: str,
    channels: Sequence[int],
    pictures: Any,
    *,
    share: float | None = None,
    low_high: tuple[float, float] = PIXELS,
    batch: int = 16,
) -> dict[int, np.ndarray]:
    """For each channel the part of the pictures about the position where it is strongest.

    Args:
        model: takes pictures.
        site: (n, rows, columns, channels).
        channels: of it.
        pictures: ``aann.Examples``, or (n, rows, columns, channels) in [0, 1].
        share: of a picture's sides that a part has; by default parts are as large as what the
            channels see, the receptive field.
        low_high: what black and white are for the model.
        batch: pictures at a time.

    Raises:
        ValueError: no such site or channels, no data, a share outside (0, 1].
    """
    found, problems = given(model, pictures, low_high)
    problems += site_problems(model, site, channels, axes=AXES) + count_problems(batch=batch)
    if share is not None and not 0 < share <= 1:
        problems.append(f"share is above 0 and at most 1, got {share}")
    refuse(problems)
    here = activations(model, [site], found, low_high, batch=batch)[site]
    parts, crops = window(model, site, channels, found.shape[1:3], share), {}
    for channel in channels:
        i, y, x = np.unravel_index(here[..., channel].argmax(), here.shape[:-1])
        crops[channel] = parts.crop(found[i], (int(y), int(x)))
    return crops
