"""Operations that treat an axis index by index, and where that axis lies in what they are given."""

from collections.abc import Callable
from typing import Any

from jax.extend.core import JaxprEqn

from aann.trace.loops import MARKS

_ALIKE = frozenset((
    *MARKS, "add", "sub", "mul", "div", "max", "min", "neg", "exp", "exp2", "log", "log1p", "expm1",
    "tanh", "logistic", "erf", "rsqrt", "sqrt", "cbrt", "abs", "sign", "floor", "ceil", "pow",
    "integer_pow", "square", "select_n", "convert_element_type", "stop_gradient", "copy", "copy_p",
    "add_any", "eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not", "sin", "cos", "clamp",
    "is_finite",
))  # fmt: skip
_REDUCTIONS = ("reduce_sum", "reduce_max", "reduce_min", "argmax", "argmin", "reduce_prod")
Shapes = list[tuple[int, ...]]
Rule = tuple[list[int | None], dict[str, Any]] | None


def rule(eqn: JaxprEqn, shapes: Shapes, shape: tuple[int, ...], axis: int) -> Rule:
    """Where an axis of the result lies in each operand, and the parameters for one index of it."""
    name, params = eqn.primitive.name, dict(eqn.params)
    if len(eqn.outvars) != 1:
        return None
    if name in _ALIKE:
        return _alike(params, shapes, shape, axis)
    special = _RULES.get(name)
    return special(params, shapes, axis) if special else None


def _alike(params: dict[str, Any], shapes: Shapes, shape: tuple[int, ...], axis: int) -> Rule:
    if any(s and len(s) != len(shape) for s in shapes):
        return None
    return [axis if s and s[axis] == shape[axis] else None for s in shapes], params


def _product(params: dict[str, Any], shapes: Shapes, axis: int) -> Rule:
    contracted, batched = params["dimension_numbers"]
    if axis < len(batched[0]):
        return [batched[0][axis], batched[1][axis]], params
    left = axis - len(batched[0])
    for side in (0, 1):
        bound = (*contracted[side], *batched[side])
        free = [i for i in range(len(shapes[side])) if i not in bound]
        if left < len(free):
            return [free[left] if side == s else None for s in (0, 1)], params
        left -= len(free)
    return None


def _broadcast(params: dict[str, Any], shapes: Shapes, axis: int) -> Rule:
    if len(shapes) > 1:
        return None
    sizes = list(params["shape"])
    sizes[axis] = 1
    into = list(params["broadcast_dimensions"])
    inside = into.index(axis) if axis in into else None
    if inside is not None and shapes[0][inside] == 1:
        inside = None
    return [inside], {**params, "shape": tuple(sizes)}


def _transposed(params: dict[str, Any], shapes: Shapes, axis: int) -> Rule:
    return [params["permutation"][axis]], params


def _dropping(named: str) -> Callable[[dict[str, Any], Shapes, int], Rule]:
    """The rule of what drops the axes in a parameter."""

    def dropping(params: dict[str, Any], shapes: Shapes, axis: int) -> Rule:
        kept = [i for i in range(len(shapes[0])) if i not in params[named]]
        return [kept[axis]], params

    return dropping


_RULES = {
    "dot_general": _product, "transpose": _transposed, "broadcast_in_dim": _broadcast,
    "squeeze": _dropping("dimensions"), **dict.fromkeys(_REDUCTIONS, _dropping("axes")),
}  # fmt: skip
