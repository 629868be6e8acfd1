"""What a model's sites and outputs look like for a batch, and whether a technique can use them."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.model import Model
from aann.shown.brief import brief
from aann.splicing.splice import trace_model
from aann.trace import run as running
from aann.trace.graph import shape_of
from aann.trace.reuse import Reuse


@dataclasses.dataclass(frozen=True, eq=False)
class Looked:
    """What a model's sites and outputs look like for a batch.

    Attributes:
        sites: name -> shape and dtype, of those that were asked for.
        outputs: shapes and dtypes.
    """

    sites: Mapping[str, jax.ShapeDtypeStruct]
    outputs: Any

    __repr__ = brief


def look(pieces: Reuse, names: Sequence[str], batch: Any) -> Looked:
    """Look at sites that are to be changed.

    Raises:
        ValueError: a site is unknown, or nothing depends on it; with all problems.
    """

    def make(model: Model) -> Looked:
        graph = trace_model(model, model.params, batch, names)
        running.check_changes(graph, dict.fromkeys(names, running.Change(lambda x: x)))
        found = {name: shape_of(graph.read_vars(name)[0]) for name in names}
        return Looked(found, jax.eval_shape(model.apply, model.params, batch))

    return pieces.get(("look", tuple(names)), make, batch)


def check_sites(
    sites: Mapping[str, jax.ShapeDtypeStruct], size: int, *, differentiate: bool
) -> list[str]:
    """Problems of sites: the first axis is not the examples, or there is no derivative."""
    problems = []
    for name, site in sites.items():
        if site.shape[:1] != (size,):
            problems.append(
                f"site {name!r} has shape {site.shape}: its first axis must be the {size} examples"
            )
        if differentiate and not jnp.issubdtype(site.dtype, jnp.floating):
            problems.append(
                f"site {name!r} has dtype {site.dtype}: only floating-point values have gradients"
            )
    return problems


def check_finite(values: np.ndarray, what: str) -> None:
    """Raise where a result (*places, examples) is NaN or infinite.

    Raises:
        ValueError: naming the first place and example.
    """
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        *place, example = (int(i) for i in bad[0])
        where = f", place {tuple(place)}" if place else ""
        raise ValueError(
            f"{what} gives {values[tuple(bad[0])]}{where}, example {example} ({len(bad)} of "
            f"{values.size} values are not finite): look for NaN in the inputs, answers out of "
            "range, or activations far from natural ones"
        )
