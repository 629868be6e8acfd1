"""Values that are affine functions of some argument of a program, found by walking its jaxpr.

``forms`` classifies every value: constant in the argument, affine in it, or anything else; and
whether a constant, or the linear part of an affine value, depends on data or on parameters alone.
The answer is conservative: what it calls affine is affine for all values, in exact arithmetic;
what it cannot prove is not affine.

``linear_part`` evaluates the linear part by running the same equations with zeros in place of
added constants. It does not differentiate, since a derivative rule (``stop_gradient``,
``custom_jvp``) may say something else than the function does.

Sharp edges: a narrowing conversion, float32 to bfloat16, rounds, and so is not affine; nor is
anything inside ``scan``, ``while`` or ``cond`` that the argument reaches.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr, JaxprEqn, Literal, Var

from aann.shown.brief import brief
from aann.trace.graph import shape_of
from aann.trace.inline import CALLS, CUSTOM_RULES
from aann.trace.part import body_of, evaluate_part, part

CONSTANT, AFFINE, OTHER = range(3)

# What an operand may be: "+" is added (it may be constant, and is then no part of the linear map),
# "*" is multiplied with the other ones (one of them may depend on the site), "c" must be constant.
# The last letter stands for all further operands.
_ROLES = {
    **dict.fromkeys(("add", "sub", "add_any", "concatenate", "pad"), "+"),
    **dict.fromkeys(("neg", "reduce_sum", "cumsum", "reduce_window_sum"), "+"),
    **dict.fromkeys(("aann_site", "name", "copy", "copy_p", "stop_gradient"), "+"),
    **dict.fromkeys(("convert_element_type", "optimization_barrier", "sharding_constraint"), "+"),
    **dict.fromkeys(("reshape", "squeeze", "expand_dims", "transpose", "rev", "tile"), "+"),
    **dict.fromkeys(("slice", "split"), "+"),
    **dict.fromkeys(("mul", "dot_general", "conv_general_dilated"), "*"),
    **dict.fromkeys(("div", "gather", "dynamic_slice", "broadcast_in_dim"), "+c"),
    "dynamic_update_slice": "++c",
    "select_n": "c+",
    "scatter-add": "+c+",
    "scatter": "+c+",
}


class Form(NamedTuple):
    """How a value depends on the site.

    Attributes:
        degree: ``CONSTANT``, ``AFFINE`` or ``OTHER``.
        data: a constant, or the linear part of an affine value, depends on data and not on
            parameters alone.
        why: what makes it ``OTHER``.
    """

    degree: int
    data: bool = False
    why: str = ""

    def __repr__(self) -> str:
        return brief(self)


def forms(program: ClosedJaxpr, kinds: Sequence[Form]) -> list[Form]:
    """How the results of a program depend on the site, from how its arguments do."""
    env = _walk(program, kinds)
    return [_form(atom, env) for atom in program.jaxpr.outvars]


def linear_part(program: ClosedJaxpr, kinds: Sequence[Form], args: Sequence[Any]) -> list[Any]:
    """The linear part of a program's affine results; the values of its constant ones as zeros.

    Args:
        program: its results are constant or affine.
        kinds: of its arguments.
        args: values of constant arguments, and where the linear part is wanted of affine ones.
    """
    results = _evaluate(program, kinds, args)
    outs = forms(program, kinds)
    pairs = zip(outs, results, strict=True)
    return [x if form.degree == AFFINE else jnp.zeros_like(x) for form, x in pairs]


def _walk(program: ClosedJaxpr, kinds: Sequence[Form]) -> dict[Var, Form]:
    """The form of every variable."""
    jaxpr = program.jaxpr
    env: dict[Var, Form] = dict.fromkeys(jaxpr.constvars, Form(CONSTANT))
    env.update(zip(jaxpr.invars, kinds, strict=True))
    for eqn in jaxpr.eqns:
        given = [_form(v, env) for v in eqn.invars]
        if all(f.degree == CONSTANT for f in given):
            made = [Form(CONSTANT, any(f.data for f in given))] * len(eqn.outvars)
        elif eqn.primitive.name in (*CALLS, *CUSTOM_RULES):
            made = forms(body_of(eqn), given)
        else:
            made = [_combine(eqn, given)] * len(eqn.outvars)
        env.update(zip(eqn.outvars, made, strict=True))
    return env


def _combine(eqn: JaxprEqn, given: Sequence[Form]) -> Form:
    """The form of what an equation makes from values of which some depend on the site."""
    if bad := next((f for f in given if f.degree == OTHER), None):
        return bad
    name = eqn.primitive.name
    roles = _roles(eqn)
    affine = [i for i, f in enumerate(given) if f.degree == AFFINE]
    if not roles:
        return Form(OTHER, why=f"{name!r} of values that depend on the site")
    if any(roles[i] == "c" for i in affine):
        return Form(OTHER, why=f"{name!r} by a value that depends on the site")
    if sum(roles[i] == "*" for i in affine) > 1:
        return Form(OTHER, why=f"{name!r} of two values that depend on the site")
    made = shape_of(eqn.outvars[0]).dtype
    if any(_narrows(shape_of(eqn.invars[i]).dtype, made) for i in affine):
        return Form(OTHER, why=f"{name!r} rounds to {made}")
    return Form(AFFINE, any(f.data for i, f in enumerate(given) if i in affine or roles[i] != "+"))


def _roles(eqn: JaxprEqn) -> str:
    """What each operand may be; empty where the primitive is not known to be affine in any."""
    name = eqn.primitive.name
    if name == "scatter" and not eqn.params["unique_indices"]:
        return ""  # of equal indices any may win
    letters = _ROLES.get(name, "")
    count = len(eqn.invars)
    return letters[:count] + letters[-1:] * (count - len(letters))


def _narrows(old: Any, new: Any) -> bool:
    """Whether a conversion may round or overflow."""
    if not (jnp.issubdtype(old, jnp.floating) and jnp.issubdtype(new, jnp.floating)):
        return True
    a, b = (jnp.finfo(dtype) for dtype in (old, new))  # type: ignore[no-untyped-call]
    return bool(b.nmant < a.nmant or b.maxexp < a.maxexp or b.minexp > a.minexp)


def _evaluate(program: ClosedJaxpr, kinds: Sequence[Form], args: Sequence[Any]) -> list[Any]:
    """Constant results themselves, and the linear part of affine ones."""
    jaxpr = program.jaxpr
    known = _walk(program, kinds)
    env: dict[Var, Any] = dict(zip(jaxpr.constvars, program.consts, strict=True))
    env.update(zip(jaxpr.invars, args, strict=True))
    for eqn in jaxpr.eqns:
        given = [_form(v, known) for v in eqn.invars]
        if all(f.degree == CONSTANT for f in given):
            evaluate_part(part(jaxpr, [eqn], lambda v: True), env)
            continue
        if all(known[v].degree == OTHER for v in eqn.outvars):
            # Inside a call there may be results that are not affine and that nobody uses.
            env.update(dict.fromkeys(eqn.outvars))
            continue
        values = [_value(v, env) for v in eqn.invars]
        if eqn.primitive.name in (*CALLS, *CUSTOM_RULES):
            made = _evaluate(body_of(eqn), given, values)
        else:
            added = zip(_roles(eqn), given, values, strict=True)
            linear = [
                jnp.zeros_like(x) if role == "+" and form.degree == CONSTANT else x
                for role, form, x in added
            ]
            result = eqn.primitive.bind(*linear, **eqn.params)
            made = result if eqn.primitive.multiple_results else [result]
        env.update(zip(eqn.outvars, made, strict=True))
    return [_value(v, env) for v in jaxpr.outvars]


def _form(atom: Any, env: Mapping[Var, Form]) -> Form:
    return Form(CONSTANT) if isinstance(atom, Literal) else env[atom]


def _value(atom: Any, env: Mapping[Var, Any]) -> Any:
    return jnp.asarray(atom.val, shape_of(atom).dtype) if isinstance(atom, Literal) else env[atom]
