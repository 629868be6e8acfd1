"""Settings of an optimisation of pictures, checked before it starts."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from aann.model import Model
from aann.statistics.indices import as_indices
from aann.vis.features.parametrisations import Parametrisation, Shape


def setting_problems(
    model: Model, *, parametrisation: Any, transforms: Any, optimizer: Any, seed: Any
) -> list[str]:
    """What is wrong with them.

    Args:
        model: whose gradient is followed.
        parametrisation: None for the default.
        transforms: None for the default.
        optimizer: None for the default.
        seed: of the start and of what is changed at random.
    """
    problems = slope_problems(model)
    if parametrisation is not None and not isinstance(parametrisation, Parametrisation):
        problems.append(f"parametrisation is one such as Fourier(), got {parametrisation!r}")
    if transforms is not None and not (
        isinstance(transforms, Sequence)
        and not isinstance(transforms, str)
        and all(map(callable, transforms))
    ):
        problems.append(f"transforms are a sequence, such as (Jitter(8),), got {transforms!r}")
    if optimizer is not None and not (hasattr(optimizer, "init") and hasattr(optimizer, "update")):
        problems.append(f"optimizer is one of optax, such as optax.adam(0.05), got {optimizer!r}")
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        problems.append(f"seed is a whole number, got {seed!r}")
    return problems


def unit_problems(units: Any) -> tuple[tuple[int, ...] | None, list[str]]:
    """Units in any form of indices, None for all of them, and what is wrong with them."""
    if units is None:
        return None, []
    try:
        return as_indices(units, "units"), []
    except ValueError as error:
        return (), [str(error)]


def slope_problems(model: Model) -> list[str]:
    """Whether pictures have a gradient: those of whole numbers have none."""
    kind = model.batch(1).dtype
    if jnp.issubdtype(kind, jnp.floating):
        return []
    return [
        f"model {model.name!r} takes {kind}, along which nothing can rise: declare inputs= of "
        "floating-point numbers, and convert inside of it where it needs others"
    ]


def plane_problems(made: tuple[int, ...], shape: Shape, *, see_through: bool) -> list[str]:
    """Whether what a parametrisation makes can be shown to the model.

    Args:
        made: the shape of its pictures.
        shape: that was asked for.
        see_through: whether there may be an alpha channel.
    """
    n, rows, columns, channels = shape
    allowed = [shape, *([(n, rows, columns, channels + 1)] if see_through else [])]
    if made in allowed:
        return []
    told = " or ".join(map(str, allowed))
    return [f"the parametrisation makes pictures of shape {told} here, got {made}"]
