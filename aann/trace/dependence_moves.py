"""What the results of equations that only move elements depend on: the planes, moved likewise."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend.core import JaxprEqn

from aann.trace.extent import NOTHING, Extent, Known, Value, count, nothing, size

Rule = Callable[[JaxprEqn, list[Value]], list[Value] | None]


def _shaped(eqn: JaxprEqn, planes: np.ndarray) -> np.ndarray:
    if eqn.params.get("dimensions") and eqn.primitive.name == "reshape":
        planes = planes.transpose(0, *(axis + 1 for axis in eqn.params["dimensions"]))
    return planes.reshape(len(planes), *size(eqn.outvars[0]))


def _sliced(eqn: JaxprEqn, planes: np.ndarray) -> np.ndarray:
    p = eqn.params
    steps = p["strides"] or (1,) * len(p["start_indices"])
    ends = zip(p["start_indices"], p["limit_indices"], steps, strict=True)
    return planes[(slice(None), *(slice(*one) for one in ends))]


def _broadcast(eqn: JaxprEqn, planes: np.ndarray) -> np.ndarray:
    shape, axes = eqn.params["shape"], eqn.params["broadcast_dimensions"]
    sizes = [1] * len(shape)
    for axis, length in zip(axes, planes.shape[1:], strict=True):
        sizes[axis] = length
    return np.broadcast_to(planes.reshape(-1, *sizes), (len(planes), *shape))


def _turned(eqn: JaxprEqn, planes: np.ndarray) -> np.ndarray:
    return planes.transpose(0, *(axis + 1 for axis in eqn.params["permutation"]))


def _reversed(eqn: JaxprEqn, planes: np.ndarray) -> np.ndarray:
    return np.flip(planes, tuple(axis + 1 for axis in eqn.params["dimensions"]))


def _single(move: Callable[[JaxprEqn, np.ndarray], np.ndarray]) -> Rule:
    def rule(eqn: JaxprEqn, args: list[Value]) -> list[Value] | None:
        one, *dynamic = args
        if dynamic or not isinstance(one, Extent):  # a size that is not known while tracing
            return None
        return [Extent(move(eqn, one.planes))]

    return rule


def _joined(eqn: JaxprEqn, args: list[Value]) -> list[Value]:
    rows = _rows(eqn, args, range(len(args)))
    if eqn.primitive.name == "stack":
        return [Extent(np.stack(rows, axis=eqn.params["axis"] + 1))]
    return [Extent(np.concatenate(rows, axis=eqn.params["dimension"] + 1))]


def _rows(eqn: JaxprEqn, args: list[Value], which: Iterable[int]) -> list[np.ndarray]:
    """The planes of some arguments; what does not depend on the input depends on nothing."""
    planes = count(args)
    shapes = [size(v) for v in eqn.invars]
    return [
        here.planes if isinstance(here := args[i], Extent) else nothing(planes, shapes[i]).planes
        for i in which
    ]


def _run(eqn: JaxprEqn, args: list[Value], which: Iterable[int], new: Mapping[str, Any]) -> Any:
    """Run the primitive itself on planes in place of the arguments ``which``, the first ones."""
    rows = _rows(eqn, args, which)
    rest = [jnp.asarray(a.value) for a in args[len(rows) :] if isinstance(a, Known)]
    found = []
    for planes in zip(*rows, strict=True):
        given = [*map(jnp.asarray, planes), *rest]
        made = eqn.primitive.bind(*given, **{**eqn.params, **new})
        found.append(made if eqn.primitive.multiple_results else [made])
    return [
        Extent(np.stack([np.asarray(x) for x in column])) for column in zip(*found, strict=True)
    ]


def _run_on(moved: int) -> Rule:
    """A rule for what moves its first ``moved`` arguments, by indices that are the others."""

    def rule(eqn: JaxprEqn, args: list[Value]) -> list[Value] | None:
        if any(isinstance(a, Extent) for a in args[moved:]):
            return None
        fill = {"fill_value": int(NOTHING)} if "fill_value" in eqn.params else {}
        found: list[Value] = _run(eqn, args, range(moved), fill)
        return found

    return rule


def _scattered(eqn: JaxprEqn, args: list[Value]) -> list[Value] | None:
    """Written over what was there, or added to it."""
    at = args[1]
    if isinstance(at, Extent):
        return None
    write = lax.scatter if eqn.primitive.name == "scatter" else lax.scatter_min
    names = ("dimension_numbers", "indices_are_sorted", "unique_indices", "mode")
    options = {name: eqn.params[name] for name in names}
    indices = jnp.asarray(at.value)
    rows = zip(*_rows(eqn, args, (0, 2)), strict=True)
    found = [write(jnp.asarray(old), indices, jnp.asarray(new), **options) for old, new in rows]
    return [Extent(np.stack([np.asarray(plane) for plane in found]))]


MOVES: dict[str, Rule] = {
    **dict.fromkeys(("reshape", "squeeze", "expand_dims"), _single(_shaped)),
    "slice": _single(_sliced),
    "broadcast_in_dim": _single(_broadcast),
    "transpose": _single(_turned),
    "rev": _single(_reversed),
    "stack": _joined,
    "concatenate": _joined,
    "split": _run_on(1),
    "pad": _run_on(2),
    "gather": _run_on(1),
    "dynamic_slice": _run_on(1),
    "dynamic_update_slice": _run_on(2),
    **dict.fromkeys(("scatter", "scatter-add", "scatter_add", "scatter-mul", "scatter_mul",
                     "scatter-min", "scatter_min", "scatter-max", "scatter_max"), _scattered),
}  # fmt: skip
"""Name of a primitive -> its rule."""
