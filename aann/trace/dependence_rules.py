"""What the results of single equations depend on, by primitive.

A rule gets an equation and its arguments, and returns an extent for each result, or None where it
does not know: then all depends on all.
"""

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend.core import JaxprEqn

from aann.trace.dependence_moves import MOVES, Rule
from aann.trace.dependence_products import convolution, product
from aann.trace.extent import NOTHING, Extent, Known, Value, count, nothing, size, union

ELEMENTWISE = (
    "abs", "acos", "acosh", "add", "add_any", "and", "asin", "asinh", "atan", "atan2", "atanh",
    "bessel_i0e", "bessel_i1e", "cbrt", "ceil", "clamp", "clz", "complex", "conj",
    "convert_element_type", "copy", "copy_p", "cos", "cosh", "digamma", "div", "eq", "erf",
    "erf_inv", "erfc", "exp", "exp2", "expm1", "floor", "ge", "gt", "igamma", "igammac", "imag",
    "integer_pow", "is_finite", "le", "lgamma", "log", "log1p", "logistic", "lt", "max", "min",
    "name", "ne", "neg", "nextafter", "not", "or", "polygamma", "population_count", "pow", "real",
    "reduce_precision", "regularized_incomplete_beta", "rem", "round", "rsqrt", "shift_left",
    "shift_right_arithmetic", "shift_right_logical", "sign", "sin", "sinh", "sqrt", "square",
    "stop_gradient", "sub", "tan", "tanh", "xor", "zeta", "aann_site", "aann_value",
    "sharding_constraint",
)  # fmt: skip


def _elementwise(eqn: JaxprEqn, args: list[Value]) -> list[Value] | None:
    shape = size(eqn.outvars[0])
    if any(not _broadcasts(size(v), shape) for v in eqn.invars) or len(eqn.outvars) > 1:
        return None
    return [union(shape, args)]


def _broadcasts(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    same = len(shape) == len(to) and all(a in (b, 1) for a, b in zip(shape, to, strict=True))
    return same or shape == ()


def _times(eqn: JaxprEqn, args: list[Value]) -> list[Value] | None:
    """A factor that is known to be zero ends the dependence."""
    found = _elementwise(eqn, args)
    factors = [a for a in args if isinstance(a, Known)]
    if not found or not factors or not isinstance(found[0], Extent):
        return found
    planes = np.where(factors[0].value == 0, NOTHING, found[0].planes)
    return [Extent(planes)]


def _select(eqn: JaxprEqn, args: list[Value]) -> list[Value] | None:
    which, *cases = args
    shape = size(eqn.outvars[0])
    if not isinstance(which, Known):
        return [union(shape, args)]
    planes = count(cases)
    index = np.broadcast_to(which.value.astype(np.int32), shape)
    rows = [(c if isinstance(c, Extent) else nothing(planes, shape)).planes for c in cases]
    found = np.broadcast_to(rows[0], (planes, *shape))
    for i, row in enumerate(rows[1:], 1):
        found = np.where(index == i, row, found)
    return [Extent(found)]


def _reduced(eqn: JaxprEqn, args: list[Value]) -> list[Value] | None:
    axes = eqn.params.get("axes", eqn.params.get("dimensions"))
    if axes is None:
        return None
    here = union(size(eqn.invars[0]), args)
    planes = here.planes.min(axis=tuple(a + 1 for a in axes), initial=NOTHING)
    return [Extent(planes) for _ in eqn.outvars]


def _windows(eqn: JaxprEqn, args: list[Value]) -> list[Value]:
    p = eqn.params
    here = union(size(eqn.invars[0]), args)
    planes = [
        np.asarray(lax.reduce_window(
            jnp.asarray(plane), NOTHING, lax.min, p["window_dimensions"], p["window_strides"],
            p["padding"], p.get("base_dilation"), p.get("window_dilation"),
        ))
        for plane in here.planes
    ]  # fmt: skip
    return [Extent(np.stack(planes)) for _ in eqn.outvars]


def _running(eqn: JaxprEqn, args: list[Value]) -> list[Value]:
    axis = eqn.params["axis"] + 1
    planes = union(size(eqn.invars[0]), args).planes
    turned = np.flip(planes, axis) if eqn.params["reverse"] else planes
    found = np.minimum.accumulate(turned, axis)
    return [Extent(np.flip(found, axis) if eqn.params["reverse"] else found)]


def _sorted(eqn: JaxprEqn, args: list[Value]) -> list[Value]:
    axis = eqn.params.get("dimension", len(size(eqn.invars[0])) - 1) + 1
    planes = union(size(eqn.invars[0]), args).planes.min(axis, keepdims=True, initial=NOTHING)
    shapes = [(len(planes), *size(v)) for v in eqn.outvars]
    return [Extent(np.broadcast_to(planes, shape)) for shape in shapes]


def _each(_: JaxprEqn, args: list[Value]) -> list[Value]:
    return args


RULES: dict[str, Rule] = {
    **dict.fromkeys(ELEMENTWISE, _elementwise),
    **MOVES,
    **dict.fromkeys(("reduce_sum", "reduce_max", "reduce_min", "reduce_prod", "reduce_and",
                     "reduce_or", "reduce_xor", "reduce", "argmax", "argmin"), _reduced),
    **dict.fromkeys(("reduce_window_max", "reduce_window_min", "reduce_window_sum",
                     "reduce_window"), _windows),
    **dict.fromkeys(("cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp"), _running),
    **dict.fromkeys(("sort", "top_k"), _sorted),
    "mul": _times,
    "select_n": _select,
    "optimization_barrier": _each,
    "conv_general_dilated": convolution,
    "dot_general": product,
}  # fmt: skip
"""Name of a primitive -> its rule."""
