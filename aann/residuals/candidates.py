"""Which sites a program could read: floating-point ones that do not depend on its own."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from aann.bench.workbench import Workbench
from aann.splicing.splice import sites as sites_of
from aann.splicing.splice import trace_model
from aann.trace.graph import Graph
from aann.trace.site import INPUT


def candidates(
    bench: Workbench, i: int, given: Sequence[str] | None
) -> tuple[dict[str, jax.ShapeDtypeStruct], dict[str, str]]:
    """Sites that the residual of replacement ``i`` can be predicted from.

    Args:
        bench: with the replacement.
        i: which of them.
        given: sites by name; by default all that can.

    Returns:
        Name -> shape and dtype of a batch; and of those that cannot, name -> why.

    Raises:
        ValueError: a site that was given is unknown, named twice, or cannot be used; all problems.
    """
    batch = bench.model.batch(bench.batch_size)
    shapes = sites_of(bench.model, batch)
    own = bench.replacements[i].site
    graph = _traced(bench, [own, *(shapes if given is None else given)], given is not None, batch)
    below = graph.descendants({graph.marks[own]}) | {graph.marks[own]}
    found: dict[str, jax.ShapeDtypeStruct] = {}
    left: dict[str, str] = {}
    for name in shapes if given is None else given:
        if name != INPUT and name not in graph.marks:
            left[name] = "cannot be addressed beside its own steps"
        elif name != INPUT and graph.marks[name] in below:
            left[name] = f"is or depends on {own!r}"
        elif why := _unfit(shapes.get(name), bench.batch_size):
            left[name] = why
        else:
            found[name] = shapes[name]
    problems = [f"{name!r} {why}" for name, why in left.items()] if given is not None else []
    if given is not None:
        twice = {n for n in given if list(given).count(n) > 1}
        problems += [f"{name!r} is named twice" for name in sorted(twice)]
    if not found and not problems:
        problems.append("the model has no floating-point site above the replaced one: mark some")
    if problems:
        raise ValueError(f"sites upstream of {own!r}: " + "; ".join(problems))
    return found, left


def _traced(
    bench: Workbench, names: Sequence[str], named: bool, batch: jax.ShapeDtypeStruct
) -> Graph:
    """The traced model with these sites; where all were asked for, with as many as go together."""
    graph = trace_model(bench.model, bench.model.params, batch, names)
    if named:
        graph.check(names)
    return graph


def _unfit(site: object, size: int) -> str | None:
    shape, dtype = getattr(site, "shape", None), getattr(site, "dtype", None)
    if shape is None or dtype is None:
        return "holds several arrays"
    if not jnp.issubdtype(dtype, jnp.floating):
        return f"is of dtype {dtype}: floating-point values predict"
    if shape[:1] != (size,) or 0 in shape:
        return f"has shape {shape}, whose first axis is not the {size} examples of a batch"
    return None
